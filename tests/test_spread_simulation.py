"""The simulator of spread: who responds, what is laid over one another, and ways compared alike."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from data.reading import NEVER
from data.rows import DAY_US, to_us
from data.text import post_text
from evaluation import arrangement, spread
from evaluation.events import Turns
from evaluation.feed import readers
from evaluation.opening import Opened, opened
from evaluation.responding import FEATURES, Tastes, first_acts, fitted, showings, trusted
from evaluation.simulating import LONGEST_HOURS, Play, Shown, most_popular, newest
from evaluation.spreadworld import World, before_window
from evaluation.staging import STRETCH_US, homes, staged
from recommender.engine import Engine
from recommender.settings import EngineSettings, FeedSettings
from tests.communities import new_store, random_community

SITES = ("north", "south", "east", "west")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spread")
    whole = random_community(3, threads=110, people=14)
    people = [replace(p, site=SITES[n % 4]) for n, p in enumerate(whole.people)]
    store = new_store(folder)
    assert not [v for v in store.apply(replace(whole, people=people).records()) if v]
    engine = Engine.open(store)
    engine.close()
    store.close()
    return folder / "community.db"


@pytest.fixture(scope="module")
def history(database: Path) -> Iterator[Opened]:
    url = f"sqlite:///{database}"
    with opened(None, url, "validation", None, EngineSettings(), lambda *_: None) as history:
        assert history is not None
        yield history


@pytest.fixture(scope="module")
def turns(history: Opened) -> Turns:
    return Turns(history.archive, history.parts.roots)


@pytest.fixture(scope="module")
def tastes(history: Opened, turns: Turns) -> Tastes:
    return Tastes(turns, history.encoder.encode([post_text(root) for root in turns.roots]))


def test_the_model_finds_what_makes_people_join() -> None:
    rng = np.random.default_rng(1)
    features = rng.standard_normal((4_000, len(FEATURES)))
    truth = np.array([2.0, 0.0, 1.0, -1.5, -0.5, 0.5, 0.0])
    joined = (rng.random(4_000) < 1 / (1 + np.exp(2.0 - features @ truth))).astype(float)
    model = fitted(features, joined)
    assert model is not None
    assert model.weights == pytest.approx(truth, abs=0.25)
    told = trusted(model, features, joined)
    assert told["ece"] < 0.03 and told["auc"] > 0.85
    assert told["promised"] == pytest.approx(told["rate"], abs=0.01)
    assert fitted(features, np.zeros(4_000)) is None


def test_everybody_opens_their_feed_once_a_day(history: Opened) -> None:
    acts = first_acts(history.archive, 0, NEVER)
    pairs = {(at // DAY_US, who) for at, who in acts.tolist()}
    assert len(pairs) == len(acts) > 50
    assert not any(history.archive.people[who].bot for who in acts[:, 1].tolist())
    posted = {(t // DAY_US, a) for a, t in history.archive.posts[:, 1:3].tolist() if a}
    bots = {pk for pk, person in history.archive.people.items() if person.bot}
    assert {pair for pair in posted if pair[1] not in bots} <= pairs


def test_showings_are_of_what_was_there_and_not_joined(
    history: Opened, turns: Turns, tastes: Tastes
) -> None:
    features, joined = showings(turns, tastes, readers(history), history.archive, 0, NEVER)
    assert features.shape == (len(joined), len(FEATURES)) and 0 < joined.mean() < 0.5
    # Ages of the pool: none to come, none older than 14 days.
    assert features[:, 3].min() >= 0.0 and features[:, 3].max() <= np.log1p(14.0)


def test_stretches_keep_weekday_and_hour(history: Opened, turns: Turns) -> None:
    starts = to_us(history.starts)
    stage = staged(history.archive, turns, starts, 7)
    shift = stage.times - turns.times[stage.threads]
    assert (shift % (7 * DAY_US) == 0).all() and stage.layers > 1
    for times in (stage.times, stage.openings[:, 0]):
        assert (np.diff(times) >= 0).all()
        assert times.min() >= starts and times.max() < starts + STRETCH_US
    at_home, how = homes(history.archive, turns, starts, 7)
    assert how == "site" and set(np.unique(at_home)) <= {0, 1, 2, 3, 4}


def played(history: Opened, turns: Turns, tastes: Tastes) -> tuple[Play, Any, Any]:
    starts = to_us(history.starts)
    stage = staged(history.archive, turns, starts, 7)
    at_home, _ = homes(history.archive, turns, starts, 7)
    train = showings(turns, tastes, readers(history), history.archive, 0, starts)
    model = fitted(*train)
    assert model is not None
    people = {pk: p.id for pk, p in history.archive.people.items() if not p.bot}
    play = Play(stage, turns, tastes, model, readers(history), people, at_home)
    return play, stage, at_home


def test_ways_that_show_the_same_have_the_same_luck(
    history: Opened, turns: Turns, tastes: Tastes
) -> None:
    play, _, _ = played(history, turns, tastes)
    told: list[tuple[int, int, int]] = []

    def reordered(shown: Shown) -> list[int]:
        return newest(shown)[: shown.places][::-1]

    first = play.run(newest, lambda *act: told.append(act), 3, 5)
    assert first == play.run(reordered, lambda *act: None, 3, 5)
    assert first != play.run(newest, lambda *act: None, 3, 6)
    assert len(told) == len({act[:2] for act in told}) == first["responses"] > 0
    popular = play.run(most_popular, lambda *act: None, 3, 5)
    assert popular["seen"] <= 1.02 * first["seen"]
    for figures in (first, popular):
        assert 0 <= figures["hours to 3 sites"] <= LONGEST_HOURS
        assert 0 <= figures["seen outside home within a day"] <= 1
        assert figures["from other homes"] <= figures["responses"]


def test_the_world_is_that_of_before_the_window(
    history: Opened, turns: Turns, tastes: Tastes
) -> None:
    _, stage, at_home = played(history, turns, tastes)
    keys, starts = turns.keys[stage.threads], stage.starts
    changes = before_window(history.store.changes(0), starts, keys, stage.times)
    late = changes.posts[changes.posts[:, 2] >= starts]
    assert set(late[:, 0].tolist()) == set(keys.tolist())
    assert (changes.interactions[:, 4] < starts).all()
    ids = history.archive.post_ids
    world = World(
        changes, history.engine.texts, ids, at_home, FeedSettings(), history.engine.knowing
    )
    at, who = stage.openings[len(stage.openings) // 2].tolist()
    there = keys[stage.times < at]
    shown = world.feed(who, at, there, 10)
    assert shown and set(shown) <= set(there.tolist())
    assert shown == world.feed(who, at, there, 10)
    # What is still to come has no part in it.
    early = stage.times < at
    known = before_window(history.store.changes(0), starts, keys[early], stage.times[early])
    without = World(
        known, history.engine.texts, ids, at_home, FeedSettings(), history.engine.knowing
    )
    assert shown == without.feed(who, at, there, 10)
    world.reply(who, shown[0], at)
    later = world.feed(who, at + 1, there, 10)
    assert shown[0] not in later and later


def test_what_arranging_costs_is_told_beside_the_plain_order(
    history: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrangement, "LEAST_POOLS", (2,))
    report = arrangement.priced(history, 12, lambda *_: None)
    assert report["events"] > 0
    told = arrangement.page({"community": report})
    assert all(f"| {name} |" in told for name in arrangement.ARRANGEMENTS)
    for values in report["arrangements"].values():
        assert 0.0 < values["mrr"]["mean"] <= 1.0
    nothing = {"nothing": "nobody turned to a young thread in this window"}
    assert nothing["nothing"] in arrangement.page({"community": nothing})


def test_the_command_writes_numbers_and_its_assumptions(database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    spread.main([str(database), "--runs", "1", "--out", str(tmp_path)])
    report = orjson.loads((tmp_path / "spread.json").read_bytes())["community"]
    assert report["conditions"]["window"] == "validation"
    for places in ("10", "3"):
        ways = report["places"][places]["ways"]
        seen = [figures["seen"]["mean"] for figures in ways.values()]
        assert min(seen) > 0.95 * max(seen)
        assert set(report["places"][places]["against newest"]) == set(ways) - {"newest"}
    page = (tmp_path / "spread.md").read_text()
    assert page.index("What is assumed") < page.index("## community")
    told = page + (tmp_path / "spread.json").read_text()
    assert not [name for name in ("p00", "Name0", "t10", "north") if name in told]
    assert database.read_bytes() == before
