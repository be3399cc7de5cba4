"""Clicks without times: the last thread that each person opened is held out and looked for.

In: an opened history whose reads bear no date, in the order in which the export has them. Out: a
report like that of the feed. There is no "as of": every other read is known, also later ones of
others, and every thread that the person had not opened is ranked.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from scipy import sparse

from data.models import INTERACTION_KINDS
from data.rows import from_us
from evaluation import metrics, report
from evaluation.archive import Archive
from evaluation.baselines import chance
from evaluation.feedbaselines import ease, unit_rows
from evaluation.history import Floats, Ints
from evaluation.journal import Journal, Line, Progress, hashed, measured
from evaluation.opening import Opened
from evaluation.protocol import evenly
from evaluation.report import DEPTH, OURS, Measure
from recommender.columns import Flags
from recommender.engine import Engine

TASK = "feed"
PRIMARY = "hr@10"
TO_BEAT = "ease"
MEASURES: dict[str, Measure] = {
    "hr@3": lambda ranked, relevant: metrics.hit(ranked, relevant, 3),
    "hr@10": lambda ranked, relevant: metrics.hit(ranked, relevant, 10),
    "mrr": metrics.reciprocal_rank,
}
PENALTY = 100.0
"""Of EASE; set by hand, its paper tries 100 to 1,000 on larger data."""
MOST_ITEMS = 5_000
"""Threads, the most opened ones, between which EASE and item-kNN hold a table of weights."""
SHOWN = 10
DOUBLE_FROM, DOUBLE_SHARE = 4, 0.5
"""Threads that two people both opened, and their part of all that either did, from which the two
are taken for one person with two accounts."""
SLICES = ("person: seems to have a second account", "person: seems to have one account")


@dataclass(frozen=True, slots=True)
class Held:
    """The last thread that a person opened first: `item` by column."""

    person: str
    who: int
    item: int

    @property
    def id(self) -> str:
        return self.person


class Clicks:
    """Reads without times, those held out left aside.

    Attributes
    ----------
    ids : of the threads that could be shown, by column.
    held : one a person with two threads or more.
    held_rows : keys of the interactions that were held out.
    seen : (people, threads) 1 where somebody opened a thread that was not held out.
    doubled : by person, whether somebody else opened nearly the same threads.
    """

    def __init__(self, archive: Archive) -> None:
        views = archive.interactions
        view = INTERACTION_KINDS.index("view")
        views = views[(views[:, 3] == view) & (views[:, 4] < 0) & (views[:, 1] > 0)]
        roots = sorted(archive.roots)
        column = {key: n for n, key in enumerate(roots)}
        views = views[np.isin(views[:, 2], roots)]
        views = views[np.argsort(views[:, 0], kind="stable")]
        self.ids = [archive.post_ids[key] for key in roots]
        items = np.array([column[key] for key in views[:, 2].tolist()], dtype=np.int64)
        people = views[:, 1]
        opened = dict.fromkeys(zip(people.tolist(), items.tolist(), strict=True))
        last: dict[int, int] = {}
        counts: dict[int, int] = {}
        for who, item in opened:
            last[who] = item
            counts[who] = counts.get(who, 0) + 1
        names = {key: person.id for key, person in archive.people.items()}
        self.held = [
            Held(names[who], who, item) for who, item in sorted(last.items()) if counts[who] > 1
        ]
        out = {(one.who, one.item) for one in self.held}
        left = [pair for pair in opened if pair not in out]
        rows, columns = np.array(left, dtype=np.int64).reshape(-1, 2).T
        shape = (max(archive.people, default=0) + 1, max(len(roots), 1))
        self.seen = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        self.doubled = _doubled(self.seen)
        pairs = zip(people.tolist(), items.tolist(), strict=True)
        gone = np.array([pair in out for pair in pairs], dtype=bool)
        self.held_rows: Ints = views[gone, 0]

    def systems(self) -> dict[str, Callable[[Held], Ints]]:
        """Every baseline for clicks: a person to the threads they had not opened, best first."""
        popular = np.asarray(self.seen.sum(axis=0)).ravel()
        kept = np.sort(np.argsort(-popular, kind="stable")[:MOST_ITEMS])
        seen = self.seen[:, kept]
        cosines = unit_rows(seen.T.tocsr())
        near = np.asarray((cosines @ cosines.T).todense())
        np.fill_diagonal(near, 0.0)
        weights = ease(np.asarray((seen.T @ seen).todense()), PENALTY)
        scorers: dict[str, Callable[[Held], Floats]] = {
            "random": lambda held: chance(held.id, len(self.ids)),
            "popular": lambda held: popular,
            "item-knn": lambda held: self._summed(near, kept, held),
            "ease": lambda held: self._summed(weights, kept, held),
        }
        return {name: self._ranked(scorer) for name, scorer in scorers.items()}

    def _summed(self, weights: Floats, kept: Ints, held: Held) -> Floats:
        """The weights of what somebody opened, added up; the least for what is not in `kept`."""
        total = np.full(len(self.ids), -np.inf)
        total[kept] = weights[np.isin(kept, self.seen[held.who].indices)].sum(axis=0)
        return total

    def _ranked(self, scorer: Callable[[Held], Floats]) -> Callable[[Held], Ints]:
        def ranked(held: Held) -> Ints:
            order = np.argsort(-scorer(held), kind="stable")
            left: Ints = order[~np.isin(order, self.seen[held.who].indices)]
            return left

        return ranked


def _doubled(seen: sparse.csr_matrix) -> Flags:
    """Whose threads are nearly those of another: what one account has yet to open the
    other shows, which says little about other communities."""
    sizes = np.asarray(seen.sum(axis=1)).ravel()
    shared = (seen @ seen.T).tocoo()
    pairs = (shared.row != shared.col) & (shared.data >= DOUBLE_FROM)
    one, other, both = shared.row[pairs], shared.col[pairs], shared.data[pairs]
    doubled = np.zeros(len(sizes), dtype=bool)
    doubled[one[both >= DOUBLE_SHARE * (sizes[one] + sizes[other] - both)]] = True
    return doubled


def replay_clicks(
    opened: Opened, clicks: Clicks, journal: Journal, most: int, tell: Progress
) -> dict[str, Any]:
    """Look for the thread held out of each person, at most `most` of them, and report."""
    people = evenly(clicks.held, most)
    moment = from_us(int(opened.archive.posts[:, 2].max())) + timedelta(days=1)
    with unread(opened.engine, opened.archive, clicks.held_rows):

        def prepare() -> Callable[[Held], Line]:
            opened.learn(tell)
            systems = clicks.systems()
            return lambda held: _line(opened.engine, clicks, systems, held, moment)

        lines = measured(people, prepare, journal, TASK, tell)
    values = report.columns(lines)
    times = report.timing(lines)
    systems = report.means(values)
    for name, figures in systems.items():
        shown = {id_ for line in lines for id_ in line["ranked"][name][:SHOWN]}
        figures["coverage"] = len(shown) / len(clicks.ids)  # type: ignore[assignment]
    return {
        "task": TASK,
        "primary": PRIMARY,
        "clicks": "without times",
        "questions": {
            "in_window": len(clicks.held),
            "asked": len(people),
            "measured": len(people),
            "catalogue": len(clicks.ids),
        },
        "people": len(clicks.held),
        "systems": systems,
        "difference": report.compared(values, PRIMARY),
        "to_beat": TO_BEAT,
        "slices": report.slices(lines, PRIMARY, SLICES),
        "median_ms": times[OURS],
        "times_ms": times,
    }


def _line(
    engine: Engine,
    clicks: Clicks,
    systems: Mapping[str, Callable[[Held], Ints]],
    held: Held,
    moment: datetime,
) -> Line:
    start = time.perf_counter()
    page = engine.feed(held.person, k=DEPTH, now=moment)
    seconds = {OURS: time.perf_counter() - start}
    runs = {OURS: [item.post.id for item in page.items]}
    for name, system in systems.items():
        start = time.perf_counter()
        runs[name] = [clicks.ids[n] for n in system(held)[:DEPTH].tolist()]
        seconds[name] = time.perf_counter() - start
    relevant = {clicks.ids[held.item]}
    return {
        "query": hashed(held.id),
        "relevant": [hashed(id_) for id_ in relevant],
        "systems": {name: report.values(run, relevant, MEASURES) for name, run in runs.items()},
        "ranked": {name: [hashed(id_) for id_ in run] for name, run in runs.items()},
        "slices": [SLICES[0 if clicks.doubled[held.who] else 1]],
        "seconds": seconds,
    }


@contextmanager
def unread(engine: Engine, archive: Archive, rows: Ints) -> Iterator[None]:
    """The engine without the interactions `rows`, in memory alone, put back afterwards."""
    columns = engine.community.interactions
    of_rows = archive.interactions[np.isin(archive.interactions[:, 0], rows)]
    columns.drop(rows.tolist())
    try:
        yield
    finally:
        columns.put(of_rows[:, 0], of_rows[:, 1:])
