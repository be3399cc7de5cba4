"""A community's columns on the disk: what is read from there and followed is what a reader of all
of the store holds, field by field."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from data.models import Interaction, Link, Person, Post, Space
from data.store import Deletion, Store
from recommender.columnfile import FILE, open_columns, save_columns
from recommender.community import Community
from recommender.engine import Engine
from recommender.ledger import Ledger
from tests.asking import told
from tests.communities import NOW, START, encoders, new_store, random_community, sentence


def _fresh(store: Store) -> Community:
    community = Community()
    community.absorb(store.changes(0, everybody=True), anew=True)
    return community


def _events(community: Community, ledger: Ledger) -> Counter[object]:
    """What a ledger counts, with access classes by what they stand for."""
    classes = {number: needed for needed, number in community.access._classes.items()}
    rows = [*ledger._base.rows().tolist(), *(row.tolist() for row in ledger._tail)]
    return Counter((time, person, place, classes[access]) for time, person, place, access in rows)


def state_of(community: Community) -> dict[str, object]:
    """Everything that a community holds; numbers that depend on the way here by their meaning."""
    classes = {number: needed for needed, number in community.access._classes.items()}
    state: dict[str, object] = {
        name: getattr(community, name)
        for name in ("seq", "people", "person_keys", "spaces", "space_keys", "tags")
    }
    state["sites"] = community.trial_sites
    for table in ("posts", "versions", "interactions", "links"):
        columns = getattr(community, table)
        keys = np.flatnonzero(columns.live)
        state[table] = keys.tolist()
        for name in columns.names:
            state[f"{table}.{name}"] = columns[name][keys].tolist()
    state["posts.access"] = [classes[number] for number in state["posts.access"]]  # type: ignore[attr-defined]
    state["readable"] = [
        {classes[number] for number in np.flatnonzero(community.access.readable(who)).tolist()}
        & set(state["posts.access"])  # type: ignore[call-overload]
        for who in (None, "p01", "p05", "p08")
    ]
    for name in ("by_space", "first", "quick", "presence"):
        state[name] = _events(community, getattr(community, name))
    state["bearing"] = {tag: sorted(rows) for tag, rows in community.bearing.items()}
    created = community.posts["created"]
    for name in ("joinings", "by_time"):
        keys = getattr(community, name)
        assert (np.diff(created[keys]) >= 0).all()
        state[name] = sorted(keys.tolist())
    state["threads"] = {root: sorted(keys) for root, keys in community.threads.items() if keys}
    roster = community.roster
    for name in ("bots", "suggestible", "active", "described", "left", "joined", "by_id"):
        state[f"roster.{name}"] = getattr(roster, name).tolist()
    state["roster.sites"] = [
        [pk for pk, number in enumerate(roster.sites.tolist()) if number == site]
        for site in dict.fromkeys(roster.sites.tolist())
    ]
    state["roster.named"] = sorted(roster.named_in("@Name1 Family1 and @p05, p03", False))
    return state


def _check(found: Community, right: Community) -> None:
    one, other = state_of(found), state_of(right)
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert value == other[name], name


def _write_at_random(store: Store, rng: Random, step: int) -> None:
    """New posts, edits, deletions, interactions, links, and people and spaces that change."""
    posts = [post for post in store.posts(range(1, 400)).values() if post.author != "deleted"]
    names = [person.id for _, person in store.changes(0).people]
    for number in range(rng.randrange(1, 8)):
        old, author = rng.choice(posts), rng.choice(names)
        kind = rng.randrange(12)
        new = f"n{step}-{number}"
        if kind < 2:
            tags = tuple(rng.sample(["light", "Truck", "fresh"], 2))
            store.apply([Post(new, author, NOW, sentence(rng, step), title=new, tags=tags)])
        elif kind < 4:
            thread = old.thread or old.id
            said = Post(new, author, NOW - timedelta(days=1), sentence(rng, step), thread=thread)
            store.apply([said])
        elif kind == 4:
            tags = tuple(rng.sample(["light", "card", "edited"], 1))
            store.apply([replace(old, body=sentence(rng, step), tags=tags, space="s0")])
        elif kind == 5:
            store.apply([Deletion("post", old.id)])
        elif kind == 6:
            store.apply([Deletion("person", author), Person(f"late{step}{number}", bot=True)])
        elif kind == 7:
            site = rng.choice([None, "north"])
            act = Interaction(author, old.id, "tried", NOW, "worked", site=site)
            store.apply([act, Link(old.id, rng.choice(posts).id, "related", NOW)])
        elif kind == 8:
            visibility = rng.choice(["open", "members"])
            store.apply([Space(f"s{number % 5}", visibility=visibility, members=("p01", "p08"))])
        elif kind > 9:
            store.apply([replace(old, body=sentence(rng, step))])
        else:
            store.apply([Person(author, name=f"Turned {step}", bot=rng.random() < 0.5)])


@pytest.mark.parametrize("seed", range(12))
def test_what_is_read_from_the_file_and_followed_is_what_a_new_reader_holds(
    seed: int, tmp_path: Path
) -> None:
    store, rng = new_store(tmp_path), Random(seed)
    store.apply(random_community(seed).records(), received=NOW)
    following, uid = _fresh(store), store.uid()
    for step in range(5):
        save_columns(following, tmp_path, uid)
        if step != 2:
            _write_at_random(store, rng, step)
        found = open_columns(tmp_path, uid, store.seq())
        assert found is not None and found.seq == following.seq
        found.absorb(store.changes(found.seq, everybody=True), anew=True)
        _check(found, _fresh(store))
        # It goes on to be followed as any other.
        _write_at_random(store, rng, 10 + step)
        found.absorb(store.changes(found.seq))
        _check(found, _fresh(store))
        following = found


def test_of_an_edited_text_nothing_else_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store(tmp_path)
    store.apply(random_community(5).records(), received=NOW)
    asked = Post("asked", "p01", START, "spotlight", title="Glass")
    tagged = Post("tagged", "p02", START, "spotlight", title="Glass", tags=("light",))
    store.apply([asked, tagged])
    community, rebuild = _fresh(store), Community._rebuild
    derived: list[Community] = []
    monkeypatch.setattr(Community, "_rebuild", lambda self: (derived.append(self), rebuild(self)))

    def follow(post: Post) -> int:
        store.apply([post])
        community.absorb(store.changes(community.seq))
        times = derived.count(community)
        derived.clear()
        _check(community, _fresh(store))
        return times

    assert follow(replace(asked, body="spotlights of the entrance")) == 0
    assert follow(replace(asked, body="spotlights", tags=("light",))) == 0
    assert follow(replace(asked, body="spotlights")) == 0
    assert follow(replace(tagged, body="spotlights")) == 0
    assert follow(replace(tagged, body="spotlights", tags=())) == 0
    assert follow(replace(asked, author="p03")) == 1
    assert follow(replace(asked, author="p03", kind="idea")) == 1


def test_an_engine_begins_with_its_columns_and_answers_alike(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path), tmp_path / "index"
    community = random_community(5)
    store.apply(community.records(), received=NOW)
    first = Engine(store, encoders(), folder)
    first.sync()
    right = told(first)
    first.close()
    kept = Engine(store, encoders(), folder)
    kept.open_saved()
    assert kept.community.seq == store.seq() and kept.community.posts.live.any()
    # Nothing is newer, and still people, spaces and what was learned are read.
    kept.sync()
    assert told(kept) == right
    store.apply([Post("next", "p01", START, "spotlight glass of the entrance", title="glass")])
    kept.sync()
    new = Engine(store, encoders(), None)
    new.sync()
    assert told(kept) == told(new) != right


def test_a_file_of_another_form_database_or_moment_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store(tmp_path)
    store.apply(random_community(5).records(), received=NOW)
    community, uid = _fresh(store), store.uid()
    save_columns(community, tmp_path, uid)
    assert open_columns(tmp_path, uid, community.seq) is not None
    assert open_columns(tmp_path, uid, community.seq - 1) is None
    assert open_columns(tmp_path, "another", community.seq) is None
    assert open_columns(tmp_path / "nowhere", uid, community.seq) is None
    monkeypatch.setattr("recommender.columnfile.FORM", 99)
    assert open_columns(tmp_path, uid, community.seq) is None


def test_what_is_deleted_leaves_the_disk_at_once(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path), tmp_path / "index"
    store.apply(random_community(5).records(), received=NOW)
    rare = Post("rare", "p01", START, "spotlight", tags=("abracadabra",))
    act = Interaction("p02", "t1", "tried", NOW, "worked", site="atlantis")
    store.apply([rare, Person("idle"), Interaction("idle", "t1", "like"), act])
    engine = Engine(store, encoders(), folder)

    def saved() -> bytes:
        engine.sync()
        engine.close()
        return (folder / FILE).read_bytes()

    assert b"abracadabra" in saved() and b"atlantis" in saved()
    # No text goes with somebody who wrote none: the indexes stay, their likes do not.
    store.apply([Deletion("person", "idle")])
    engine.sync()
    assert not (folder / FILE).exists() and list(folder.glob("words/*.index"))
    saved()
    store.apply([Deletion("post", "rare"), Deletion("person", "p02")])
    engine.sync()
    assert not list(folder.rglob("*.index"))
    assert b"abracadabra" not in saved() and b"atlantis" not in saved()
