"""Items by what like-minded people opened, ours beside `implicit`: hits and time.

In: a database with reads that bear no date, as `evaluation.clicks` takes them. Out: figures of each
way, as plain data. The item that each person opened last is held out and looked for among all
that they had not opened.
"""

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from data.rows import from_us
from recommender.collaborative import together
from recommender.columns import Flags
from recommender.settings import EngineSettings
from recommender.view import view_of

from ..clicks import Clicks, Held, unread
from ..history import Ints
from ..opening import Opened, opened
from ..protocol import evenly
from ..significance import bootstrap_interval
from .crowd import copied
from .paired import against, interleaved

Figures = dict[str, Any]
Way = Callable[[Held], list[int]]
"""A person to the items they had not opened, best first, by column of `Clicks`."""

FEED, ALIKE = "here, the whole feed", "here, like-minded people alone"
K = 10
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "implicit, item-kNN (cosine)": ("CosineRecommender", {"K": 50, "num_threads": 1}),
    "implicit, item-kNN (BM25)": ("BM25Recommender", {"K": 50, "num_threads": 1}),
    "implicit, ALS": (
        "AlternatingLeastSquares",
        {"factors": 64, "num_threads": 1, "random_state": 7},
    ),
}
"""Models of `implicit` and what is not by default; 50 neighbours find more than its 20 here."""


def measure(database: Path, scratch: Path, people: int) -> Figures:
    """Figures of every way on the reads in `database`, of at most `people` people.

    Empty where nobody read two undated threads.
    """
    url = f"sqlite:///{copied(database, scratch)}"
    with opened(None, url, "test", None, EngineSettings(), _silent) as history:
        if history is None:
            return {}
        clicks = Clicks(history.archive)
        held = evenly(clicks.held, people)
        if not held:
            return {}
        with unread(history.engine, history.archive, clicks.held_rows):
            ways, fitted, absent = _ways(history, clicks)
            return {
                "people": len(held),
                "in_all": len(clicks.held),
                "items": len(clicks.ids),
                "absent": absent,
                "fit_seconds": fitted,
                "ways": compared(ways, held, clicks.doubled),
            }


def compared(ways: Mapping[str, Way], held: Sequence[Held], doubled: Flags) -> Figures:
    """Hits and time of every way, asked in turns.

    `single`: hits of those who do not seem to have a second account, which tells what they read.
    """
    answers: dict[str, dict[str, list[int]]] = {name: {} for name in ways}

    def asking(name: str, way: Way) -> Callable[[Held], None]:
        def ask(one: Held) -> None:
            answers[name][one.id] = way(one)[:K]

        return ask

    seconds = interleaved({n: asking(n, way) for n, way in ways.items()}, held, np.inf)
    figures = against(seconds, ALIKE)
    single = [one for one in held if not doubled[one.who]]
    for name, found in answers.items():
        hits = [float(one.item in found[one.id]) for one in held]
        figures[name]["hr@10"] = asdict(bootstrap_interval(hits))
        alone = [float(one.item in found[one.id]) for one in single]
        figures[name]["single"] = asdict(bootstrap_interval(alone)) if alone else None
        figures[name]["single_people"] = len(alone)
    return figures


def _ways(
    history: Opened, clicks: Clicks
) -> tuple[dict[str, Way], dict[str, float], dict[str, str]]:
    moment = from_us(int(history.archive.posts[:, 2].max())) + timedelta(days=1)
    ways: dict[str, Way] = {
        FEED: _feed(history, clicks, moment),
        ALIKE: _alike(history, clicks, moment),
    }
    begun = time.perf_counter()
    systems = clicks.systems()
    # The baselines' own fits, which are made together.
    fitted = {"the project's item-kNN and EASE": time.perf_counter() - begun}
    for name in ("item-knn", "ease", "popular"):
        ways[f"baseline, {name}"] = _baseline(systems[name])
    if find_spec("implicit") is None:
        reason = "implicit is not installed (the extra `bench`)"
        return ways, fitted, dict.fromkeys(MODELS, reason)
    for name, (kind, options) in MODELS.items():
        module = "als" if kind == "AlternatingLeastSquares" else "nearest_neighbours"
        model = getattr(import_module(f"implicit.{module}"), kind)(**options)
        begun = time.perf_counter()
        with warnings.catch_warnings():
            # It says of each matrix that it makes itself that it had to convert it.
            warnings.simplefilter("ignore")
            model.fit(clicks.seen, show_progress=False)
        fitted[name] = time.perf_counter() - begun
        ways[name] = _implicit(model, clicks)
    return ways, fitted, {}


def _baseline(system: Callable[[Held], Ints]) -> Way:
    return lambda held: [int(item) for item in system(held)[:K]]


def _implicit(model: Any, clicks: Clicks) -> Way:
    def ranked(held: Held) -> list[int]:
        found, _ = model.recommend(held.who, clicks.seen[held.who], N=K)
        return [int(item) for item in found]

    return ranked


def _feed(history: Opened, clicks: Clicks, moment: datetime) -> Way:
    column = {id_: place for place, id_ in enumerate(clicks.ids)}

    def ranked(held: Held) -> list[int]:
        page = history.engine.feed(held.person, k=K, now=moment)
        return [column[item.post.id] for item in page.items if item.post.id in column]

    return ranked


def _alike(history: Opened, clicks: Clicks, moment: datetime) -> Way:
    community = history.engine.community
    view = view_of(community, None, None, moment)
    keys = {id_: key for key, id_ in history.archive.post_ids.items()}
    roots: Ints = np.array([keys[id_] for id_ in clicks.ids], dtype=np.int64)

    def ranked(held: Held) -> list[int]:
        person = community.person_keys[held.person]
        share = together(community, view, person).share[roots]
        share[clicks.seen[held.who].indices] = -1.0
        return [int(place) for place in np.argsort(-share, kind="stable")[:K]]

    return ranked


def _silent(stage: str, done: int, total: int) -> None:
    return None
