"""Clicks without times: what is held out, and rankings whose right answer is known."""

from pathlib import Path

import numpy as np

from data.models import Interaction, Post, Record
from data.store import Store
from evaluation.archive import Archive
from evaluation.clicks import Clicks
from tests.communities import START


def clicks_of(reads: list[tuple[str, str]], folder: Path) -> Clicks:
    records: list[Record] = [
        Post(f"t{n}", "editor", START, f"title {n}", thread=f"t{n}") for n in range(6)
    ]
    records += [
        Interaction(person, post, "view", extra={"order": n})
        for n, (person, post) in enumerate(reads)
    ]
    store = Store.open(f"sqlite:///{folder / 'clicks.db'}")
    assert not any(store.apply(records))
    archive = Archive(store)
    list(archive.records())
    clicks = Clicks(archive)
    store.close()
    return clicks


READS = [
    *((person, post) for person in ("a", "b", "c") for post in ("t0", "t1", "t2")),
    *(("d", post) for post in ("t4", "t5", "t5")),
    *(("e", post) for post in ("t5", "t4", "t3", "t4")),
    ("f", "t0"),
    ("g", "t0"),
    ("g", "t1"),
]


def test_the_thread_opened_last_for_the_first_time_is_held_out(tmp_path: Path) -> None:
    clicks = clicks_of(READS, tmp_path)
    held = {one.person: clicks.ids[one.item] for one in clicks.held}
    assert held == {"a": "t2", "b": "t2", "c": "t2", "d": "t5", "e": "t3", "g": "t1"}
    # All reads of what is held out are left aside, the later ones too.
    assert len(clicks.held_rows) == 7
    who = {one.person: one.who for one in clicks.held}
    assert clicks.seen[who["d"]].indices.tolist() == [clicks.ids.index("t4")]


def test_who_reads_alike_is_shown_alike(tmp_path: Path) -> None:
    clicks = clicks_of(READS, tmp_path)
    g = next(one for one in clicks.held if one.person == "g")
    d = next(one for one in clicks.held if one.person == "d")
    systems = clicks.systems()
    assert clicks.ids[systems["popular"](d)[0]] == "t0"
    for name in ("item-knn", "ease"):
        assert clicks.ids[systems[name](g)[0]] == "t1", name
        assert clicks.ids[systems[name](d)[0]] == "t5", name
    for system in systems.values():
        assert sorted(system(g)) == [n for n in range(6) if clicks.ids[n] != "t0"]


def test_no_reads_hold_nothing_out(tmp_path: Path) -> None:
    clicks = clicks_of([], tmp_path)
    assert clicks.held == [] and np.sum(clicks.seen.toarray()) == 0


def test_who_opens_the_same_as_another_is_taken_for_one_of_two_accounts(tmp_path: Path) -> None:
    reads = [(person, f"t{n}") for person in ("a", "b") for n in range(5)]
    reads += [("c", f"t{n}") for n in (0, 1, 2)]
    clicks = clicks_of(reads, tmp_path)
    doubled = {one.person: bool(clicks.doubled[one.who]) for one in clicks.held}
    assert doubled == {"a": True, "b": True, "c": False}
