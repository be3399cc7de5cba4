"""Similar, replayed: is the thread that a later one was linked to among the first?

In: an opened history. Out: a report of numbers, made of one journal line a query. The corpus is
what was there before the query; addresses are stripped from it, since one may be the link.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from data.models import Post
from data.rows import to_us
from data.text import post_text
from evaluation import metrics, report
from evaluation.history import Floats
from evaluation.journal import Journal, Line, Progress, hashed, measured
from evaluation.links import LINKS, Linked, linked_queries, ordered_roots
from evaluation.opening import Opened
from evaluation.protocol import evenly
from evaluation.relevance import Bm25, Dense, Terms
from evaluation.report import DEPTH, OURS, Measure
from evaluation.same import NEIGHBOURS, pairs_of, same_report
from evaluation.similarbaselines import SimilarSystem, similar_systems
from recommender.engine import Engine
from recommender.queries import SimilarQuery
from recommender.results import SimilarIdea

TASK = "similar"
PRIMARY = "mrr@10"
TYPED = 4
"""Words of a title after which similar threads are already to be of use."""

TO_BEAT = "convex"
NOTHING = "no thread in this part of the history is linked to an earlier one"
MEASURES: dict[str, Measure] = {
    "r@1": lambda ranked, relevant: metrics.recall(ranked, relevant, 1),
    "r@5": lambda ranked, relevant: metrics.recall(ranked, relevant, 5),
    "hit@10": lambda ranked, relevant: metrics.hit(ranked, relevant, 10),
    "mrr@10": lambda ranked, relevant: metrics.reciprocal_rank(ranked[:10], relevant),
    "ndcg@10": lambda ranked, relevant: metrics.ndcg(ranked, relevant, 10),
}


Runs = dict[str, list[str]]
Ideas = tuple[SimilarIdea, ...]


class Comparing:
    """Asks our engine and every baseline what is like a query, and measures."""

    def __init__(
        self, engine: Engine, roots: Sequence[Post], systems: Mapping[str, SimilarSystem]
    ) -> None:
        self._engine = engine
        self._roots = roots
        self._systems = systems

    def __call__(self, query: Linked) -> Line:
        """The journal's line of a query."""
        runs, scores, seconds, ideas = self._asked(query)
        typed, *_ = self._asked(typed_of(query))
        nearest = np.argsort(-scores[TO_BEAT], kind="stable")
        pairs = pairs_of(nearest[: NEIGHBOURS + len(query.targets)], query.targets)
        alike = {idea.post.id: idea.probability_same for idea in ideas}
        ours = [alike.get(self._roots[n].id, 0.0) for n in pairs]
        called = {idea.post.id for idea in ideas if idea.same}
        relevant = {self._roots[n].id for n in query.targets}
        return {
            "query": hashed(query.id),
            "relevant": sorted(hashed(id_) for id_ in relevant),
            "systems": {name: report.values(run, relevant, MEASURES) for name, run in runs.items()},
            "ranked": {name: [hashed(id_) for id_ in run] for name, run in runs.items()},
            "slices": sorted(query.kinds),
            "linked": [n in query.targets for n in pairs],
            "called": [self._roots[n].id in called for n in pairs],
            "typed": {name: report.values(run, relevant, MEASURES) for name, run in typed.items()},
            "pairs": {OURS: ours} | {name: found[pairs] for name, found in scores.items()},
            "seconds": seconds,
        }

    def _asked(self, query: Linked) -> tuple[Runs, dict[str, Floats], dict[str, float], Ideas]:
        """What every system ranks first, the baselines' scores, seconds, and our answer."""
        start = time.perf_counter()
        ideas = self._engine.similar(similar_query(query), now=query.at)
        seconds = {OURS: time.perf_counter() - start}
        runs = {OURS: [idea.post.id for idea in ideas]}
        scores = {}
        for name, system in self._systems.items():
            start = time.perf_counter()
            scores[name] = system(query)
            order = np.argsort(-scores[name], kind="stable")[:DEPTH].tolist()
            seconds[name] = time.perf_counter() - start
            runs[name] = [self._roots[n].id for n in order]
        return runs, scores, seconds, ideas


def typed_of(query: Linked) -> Linked:
    """The query when only the first `TYPED` words of its title are written, or of its body."""
    words = (query.root.title or query.root.body).split()[:TYPED]
    return replace(query, root=replace(query.root, title=" ".join(words), body="", tags=()))


def similar_query(query: Linked) -> SimilarQuery:
    """A query as the engine is asked it, as of its own time and by its author's eyes."""
    root = query.root
    return SimilarQuery(
        title=root.title,
        body=root.body,
        tags=root.tags,
        k=DEPTH,
        space=root.space,
        viewer_id=root.author,
        as_of=query.at,
    )


def replay_similar(opened: Opened, journal: Journal, most: int, tell: Progress) -> dict[str, Any]:
    """Ask what is like each linked thread of the window, at most `most` of them, and report.

    A window without such a thread gives {"task", "nothing"}.
    """
    roots = ordered_roots(opened.archive)
    ends = opened.parts.ends(opened.window)
    everything = [
        query
        for query in linked_queries(opened.archive, roots)
        if query.at >= opened.starts and (ends is None or query.at < ends)
    ]
    queries = evenly(everything, most)
    if not queries:
        return {"task": TASK, "nothing": NOTHING}

    def prepare() -> Callable[[Linked], Line]:
        opened.learn(tell)
        return Comparing(opened.engine, roots, baseline_systems(opened, roots))

    lines = measured(queries, prepare, journal, TASK, tell)
    values = report.columns(lines)
    times = report.timing(lines)
    return {
        "task": TASK,
        "primary": PRIMARY,
        "questions": {
            "in_window": len(everything),
            "asked": len(queries),
            "measured": len(queries),
            "links": sum(len(query.targets) for query in queries),
        },
        "people": len({query.root.author for query in queries}),
        "roots": len(roots),
        "systems": report.means(values),
        "difference": report.compared(values, PRIMARY),
        "to_beat": TO_BEAT,
        "slices": report.slices(lines, PRIMARY, LINKS),
        "typed": report.means(report.columns([typed_line(line) for line in lines])),
        "same": same_report(lines),
        "median_ms": times[OURS],
        "times_ms": times,
    }


def typed_line(line: Line) -> Line:
    """A query's line as it would be with `TYPED` words alone."""
    return {**line, "systems": line["typed"]}


def baseline_systems(opened: Opened, roots: Sequence[Post]) -> dict[str, SimilarSystem]:
    """The baselines, with statistics fitted on the roots before the window."""
    texts = [post_text(root) for root in roots]
    starts = to_us(opened.starts)
    fit_on = sum(to_us(root.created) < starts for root in roots)
    vectors = opened.encoder.encode(texts)
    return similar_systems(
        words=Bm25(Terms(texts, fit_on)), meaning=Dense(vectors, opened.encoder.encode)
    )
