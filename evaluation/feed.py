"""Feed, replayed: at each first turn of a person to a thread, was it high in what they would have
been shown?

In: an opened history. Out: a report of numbers, made of one journal line an event. Our feed is
asked for its first hundred threads as of the event, and those of them that lie in the protocol's
pool are ranked; what is not among them counts as not found. It holds older threads too where the
fresh ones are few, and none whose text of then is not known, which can only cost it places. Where
reads bear no time there is no such moment: see `evaluation.clicks`.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from data.rows import DAY_US
from data.text import post_text
from evaluation import metrics, report
from evaluation.clicks import Clicks, replay_clicks
from evaluation.events import LEAST_POOLS, Event, Readable, Turns
from evaluation.feedbaselines import Feeds, FeedSystem
from evaluation.history import root_text
from evaluation.journal import Journal, Line, Progress, hashed, measured
from evaluation.opening import Opened
from evaluation.protocol import evenly
from evaluation.relevance import Terms, TfIdf
from evaluation.report import DEPTH, OURS, Measure

TASK = "feed"
PRIMARY = "mrr"
TO_BEAT = "newest"
"""The strongest on the validation windows that the weights of `weighted` were set on."""
NOTHING = (
    "nobody in this part of the history turned to a young thread, with five such turns before "
    "and five threads to choose from"
)
MEASURES: dict[str, Measure] = {
    "mrr": metrics.reciprocal_rank,
    "hr@3": lambda ranked, relevant: metrics.hit(ranked, relevant, 3),
    "hr@10": lambda ranked, relevant: metrics.hit(ranked, relevant, 10),
}
SHOWN = 10
WELL_KNOWN_FROM = 20
SLICES = (
    "by reply",
    "by click",
    f"person: under {WELL_KNOWN_FROM} earlier turns",
    f"person: {WELL_KNOWN_FROM} and more earlier turns",
)


class Showing:
    """Asks our engine and every baseline for the feed at an event, and measures."""

    def __init__(
        self, opened: Opened, turns: Turns, systems: Mapping[str, FeedSystem], readable: Readable
    ) -> None:
        self._engine = opened.engine
        self._turns = turns
        self._systems = systems
        self._readable = readable

    def __call__(self, event: Event) -> Line:
        """The journal's line of an event."""
        pool = {self._turns.roots[n].id for n in self._turns.pool(event, self._readable)}
        start = time.perf_counter()
        page = self._engine.feed(event.person, k=DEPTH, as_of=event.at, now=event.at)
        seconds = {OURS: time.perf_counter() - start}
        runs = {OURS: [item.post.id for item in page.items if item.post.id in pool]}
        for name, system in self._systems.items():
            start = time.perf_counter()
            ranked = system(event)[:DEPTH].tolist()
            seconds[name] = time.perf_counter() - start
            runs[name] = [self._turns.roots[n].id for n in ranked]
        relevant = {event.root_id}
        return {
            "query": hashed(event.id),
            "relevant": [hashed(event.root_id)],
            "systems": {name: report.values(run, relevant, MEASURES) for name, run in runs.items()},
            "ranked": {name: [hashed(id_) for id_ in run] for name, run in runs.items()},
            "slices": [SLICES[event.clicked], SLICES[2 + (event.earlier >= WELL_KNOWN_FROM)]],
            "pool": len(pool),
            "seconds": seconds,
        }


def replay_feed(opened: Opened, journal: Journal, most: int, tell: Progress) -> dict[str, Any]:
    """Ask for the feed at the events of the window, at most `most` of them, and report.

    A window without an event gives {"task", "nothing"}.
    """
    turns = Turns(opened.archive, opened.parts.roots)
    readable = readers(opened)
    ends = opened.parts.ends(opened.window)
    for least in LEAST_POOLS:
        everything = turns.events(opened.starts, ends, readable, least)
        if everything:
            break
    else:
        clicks = Clicks(opened.archive)
        if clicks.held:
            return replay_clicks(opened, clicks, journal, most, tell)
        return {"task": TASK, "nothing": NOTHING}
    events = evenly(everything, most)

    def prepare() -> Callable[[Event], Line]:
        opened.learn(tell)
        feeds = baseline_feeds(opened, turns, readable)
        return Showing(opened, turns, feeds.systems(), readable)

    lines = measured(events, prepare, journal, TASK, tell)
    values = report.columns(lines)
    times = report.timing(lines)
    shown = _shown(lines, events, turns, readable)
    systems = report.means(values)
    return {
        "task": TASK,
        "primary": PRIMARY,
        "questions": {
            "in_window": len(everything),
            "asked": len(events),
            "measured": len(events),
            "least_pool": least,
            "median_pool": statistics.median(line["pool"] for line in lines),
        },
        "people": len({event.who for event in everything}),
        "systems": {name: systems[name] | shown[name] for name in systems},
        "difference": report.compared(values, PRIMARY),
        "to_beat": TO_BEAT,
        "slices": report.slices(lines, PRIMARY, SLICES),
        "arranged": asdict(opened.engine.settings.feed),
        "median_ms": times[OURS],
        "times_ms": times,
    }


def baseline_feeds(opened: Opened, turns: Turns, readable: Readable) -> Feeds:
    """What the baselines know, with statistics fitted on the threads before the window."""
    starts = int(opened.starts.timestamp() * 1e6)
    texts = (root_text(root) for root in turns.roots)
    words = TfIdf(Terms(texts, int(np.searchsorted(turns.times, starts))))
    meaning = opened.encoder.encode([post_text(root) for root in turns.roots])
    people = max(opened.archive.people, default=0) + 1
    return Feeds(turns, readable, words, meaning, people)


def readers(opened: Opened) -> Readable:
    """Who may read what: with today's permissions, as the engine answers of the past."""
    community = opened.engine.community

    def readable(person: str, keys: "np.typing.NDArray[np.int64]") -> Any:
        return community.access.readable(person)[community.posts["access"][keys]]

    return readable


def _shown(
    lines: Sequence[Line], events: Sequence[Event], turns: Turns, readable: Readable
) -> dict[str, dict[str, float]]:
    """What stood in the first ten places: how many of the threads that could, how old, by how
    few authors."""
    number = {hashed(root.id): n for n, root in enumerate(turns.roots)}
    pools = np.unique(np.concatenate([turns.pool(event, readable) for event in events]))
    authors = set(turns.authors[pools].tolist())
    figures = {}
    for name in lines[0]["ranked"]:
        places: Counter[int] = Counter()
        ages = []
        for line, event in zip(lines, events, strict=True):
            top = [number[id_] for id_ in line["ranked"][name][:SHOWN]]
            places.update(top)
            ages += ((event.at_us - turns.times[top]) / DAY_US).tolist()
        by_author: Counter[int] = Counter()
        for thread, count in places.items():
            by_author[int(turns.authors[thread])] += count
        figures[name] = {
            "coverage": len(places) / len(pools),
            "median_age_days": statistics.median(ages) if ages else 0.0,
            "gini_authors": metrics.gini([by_author[author] for author in authors]),
        }
    return figures
