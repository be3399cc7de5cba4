"""How far and how fast ideas travel, simulated: newest first, most popular first, and our feed.

    python -m evaluation.spread FOLDER_OR_DB... [--runs 5] [--keep DIR] [--out evaluation/results]

In: community folders (or any export), or databases that hold one. Out: `spread.json` and
`spread.md`, numbers alone; what was measured of other communities before stays in them. Nothing is
written to a database that is given: a copy is read.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from data.rows import to_us
from data.text import post_text
from evaluation.conditions import conditions
from evaluation.events import Turns
from evaluation.feed import readers
from evaluation.history import Ints
from evaluation.opening import Opened, opened
from evaluation.responding import (
    FEATURES,
    MOST_DAYS,
    SHOWN,
    ResponseModel,
    Tastes,
    fitted,
    showings,
    trusted,
)
from evaluation.significance import SEED, bootstrap_interval
from evaluation.simulating import Joining, Play, Policy, Shown, most_popular, newest
from evaluation.spread_page import page
from evaluation.spreadworld import World, before_window
from evaluation.staging import Stage, homes, staged
from evaluation.summary import database_of, say
from recommender.settings import EngineSettings, FeedSettings

RUNS = 5
PLACES = (10, 3)
"""Threads seen at an opening: a page, and the first screen of a phone."""
LEAST_THREADS = 50
"""Threads in the test window below which the validation window is simulated too."""
NEWEST = "newest"
WAYS: dict[str, FeedSettings | None] = {
    NEWEST: None,
    "most popular": None,
    "whoknows": FeedSettings(),
    "whoknows, not told": FeedSettings(),
    "whoknows, no spread": FeedSettings(readers=0),
    "whoknows, no lots": FeedSettings(exploration=0.0),
}
"""What is compared; the last three tell what each part does. Not told: clients do not say what they
have shown."""
UNTOLD = "whoknows, not told"

Report = dict[str, Any]


def simulated(history: Opened, runs: int, tell: Any) -> Report:
    """The figures of a community; {"nothing": why} where there is nobody to fit a model on."""
    archive, turns = history.archive, Turns(history.archive, history.parts.roots)
    readable = readers(history)
    starts = to_us(history.starts)
    validation, test = (
        to_us(history.parts.starts(window) or history.starts) for window in ("validation", "test")
    )
    tell("reading vectors", 0, 1)
    tastes = Tastes(turns, history.encoder.encode([post_text(root) for root in turns.roots]))
    tell("fitting who responds", 0, 1)
    train = showings(turns, tastes, readable, archive, 0, validation)
    model = fitted(*train)
    if model is None:
        return {"nothing": "nobody, or everybody, joined what they are taken to have been shown"}
    later = showings(turns, tastes, readable, archive, validation, test)
    history.learn(tell)
    people = {pk: person.id for pk, person in archive.people.items() if not person.bot}
    found: dict[tuple[int, str], list[dict[str, float]]] = {}
    plan = [(places, way) for places in PLACES for way in WAYS]
    stages = []
    how = ""
    for run in range(runs):
        stage = staged(archive, turns, starts, SEED + run)
        at_home, how = homes(archive, turns, starts, SEED)
        play = Play(stage, turns, tastes, model, readable, people, at_home)
        stages.append(
            {
                "layers": stage.layers,
                "ideas": int(stage.counted().sum()),
                "openings": len(stage.openings),
                "readers": len(np.unique(stage.openings[:, 1])),
            }
        )
        for n, (places, way) in enumerate(plan):
            tell("simulating", run * len(plan) + n, runs * len(plan))
            policy, told = _policy(way, history, turns, stage, at_home)
            figures = play.run(policy, told, places, SEED + run)
            found.setdefault((places, way), []).append(figures)
    return {
        "homes": how,
        "number of homes": len(np.unique(at_home[at_home > 0])),
        "runs": stages,
        "model": _stated(model, train, later),
        "places": {
            str(places): {
                "ways": {way: _means(found[places, way]) for way in WAYS},
                "against newest": {
                    way: _gaps(found[places, way], found[places, NEWEST])
                    for way in WAYS
                    if way != NEWEST
                },
            }
            for places in PLACES
        },
    }


def _policy(
    way: str, history: Opened, turns: Turns, stage: Stage, at_home: Ints
) -> tuple[Policy, Joining]:
    """How a way orders feeds, and whom to tell of what people do."""
    settings = WAYS[way]
    if settings is None:
        return (newest if way == NEWEST else most_popular), _nobody
    changes = before_window(
        history.store.changes(0), stage.starts, turns.keys[stage.threads], stage.times
    )
    engine, ids = history.engine, history.archive.post_ids
    world = World(changes, engine.texts, ids, at_home, settings, engine.knowing)
    number = {int(key): n for n, key in enumerate(turns.keys.tolist())}

    def ours(shown: Shown) -> list[int]:
        keys = world.feed(shown.who, shown.at, turns.keys[shown.threads], shown.places)
        if way != UNTOLD:
            world.show(shown.who, keys, shown.at)
        return [number[key] for key in keys]

    def told(who: int, thread: int, at: int) -> None:
        world.reply(who, int(turns.keys[thread]), at)

    return ours, told


def _nobody(who: int, thread: int, at: int) -> None:
    """For a way that looks at nothing but what it is given."""


def _stated(model: ResponseModel, train: Any, later: Any) -> Report:
    return {
        "weights": dict(zip(FEATURES, model.weights.tolist(), strict=True)),
        "intercept": model.intercept,
        "train": trusted(model, *train),
        "validation": trusted(model, *later),
    }


def _means(values: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        name: asdict(bootstrap_interval([value[name] for value in values])) for name in values[0]
    }


def _gaps(
    ours: Sequence[dict[str, float]], theirs: Sequence[dict[str, float]]
) -> dict[str, dict[str, float]]:
    return {
        name: asdict(
            bootstrap_interval([a[name] - b[name] for a, b in zip(ours, theirs, strict=True)])
        )
        for name in ours[0]
    }


def measured(source: Path, keep: Path, runs: int) -> Report:
    """The report of a folder, or of a database."""

    def tell(stage: str, done: int, total: int) -> None:
        say(f"{source.stem}: {stage} {done} of {total}")

    url = database_of(source, keep)
    for window in ("test", "validation"):
        with opened(None, url, window, None, EngineSettings(), tell) as history:
            if history is None:
                continue
            first = to_us(history.starts)
            if window == "test" and _threads_from(history, first) < LEAST_THREADS:
                continue
            report = simulated(history, runs, tell)
            told = conditions(history.archive.fingerprint(), window, MOST_DAYS, SHOWN)
            return {**report, "conditions": told}
    return {"nothing": "there is no thread in this history"}


def _threads_from(history: Opened, starts: int) -> int:
    return sum(to_us(root.created) >= starts for root in history.parts.roots)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m evaluation.spread")
    parser.add_argument("sources", nargs="+", type=Path, help="folders, or files that end in .db")
    parser.add_argument("--runs", type=int, default=RUNS, help="seeds, each with stretches anew")
    parser.add_argument("--keep", type=Path, help="where imported folders are kept")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    asked = parser.parse_args(arguments)
    if asked.runs < 1:
        parser.error("--runs must be at least 1")
    asked.out.mkdir(parents=True, exist_ok=True)
    kept = asked.out / "spread.json"
    reports: dict[str, Report] = orjson.loads(kept.read_bytes()) if kept.exists() else {}
    with tempfile.TemporaryDirectory(prefix="whoknows-spread-") as scratch:
        keep = asked.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        for source in asked.sources:
            reports[source.stem] = measured(source, keep, asked.runs)
            # A run of hours that is stopped leaves what it has measured.
            option = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
            kept.write_bytes(orjson.dumps(reports, option=option))
            (asked.out / "spread.md").write_text(page(reports), encoding="utf-8")
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(page(reports))


if __name__ == "__main__":
    main()
