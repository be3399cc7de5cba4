"""The same? How well a score tells linked threads from near ones that nobody linked.

In: pairs with a score by each system, a line a query. Out: average precision, and recall where
nine of ten answers are right, with intervals over queries. Links are incomplete: some of the
near ones are the same too, so these are lower bounds.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.history import Floats, Ints
from evaluation.journal import Line
from evaluation.report import OURS
from evaluation.significance import SEED, Interval

Flags = npt.NDArray[np.bool_]

NEIGHBOURS = 10
"""Nearest roots that are not linked, by the convex sum: the same pairs for every system."""
PRECISION = 0.9
RESAMPLES = 1_000
BINS = 10


def pairs_of(nearest: Ints, linked: Sequence[int]) -> list[int]:
    """The roots that a query is paired with: the linked ones, then its nearest others."""
    others = [n for n in nearest.tolist() if n not in set(linked)]
    return [*linked, *others[:NEIGHBOURS]]


def same_report(lines: Sequence[Line]) -> dict[str, Any]:
    """Average precision and recall at 90 % precision of each system, over all pairs."""
    linked = np.concatenate([line["linked"] for line in lines]).astype(bool)
    query = np.repeat(np.arange(len(lines)), [len(line["linked"]) for line in lines])
    rng = np.random.default_rng(SEED)
    draws = rng.integers(0, len(lines), (RESAMPLES, len(lines)))
    # The first row counts every query once: the figures themselves.
    counts = np.vstack(
        [np.ones(len(lines), int), *(np.bincount(d, minlength=len(lines)) for d in draws)]
    )
    report = {}
    for name in lines[0]["pairs"]:
        scores = np.concatenate([line["pairs"][name] for line in lines])
        drawn = np.array([figures(linked, scores, row[query]) for row in counts])
        bounds = np.quantile(drawn[1:], [0.025, 0.975], axis=0)
        report[name] = {
            figure: asdict(Interval(*map(float, (drawn[0, n], bounds[0, n], bounds[1, n]))))
            for n, figure in enumerate(("average_precision", "recall_at_90"))
        }
    called = np.concatenate([line["called"] for line in lines]).astype(bool)
    return {
        "pairs": len(linked),
        "linked": int(linked.sum()),
        "systems": report,
        "called": {
            "pairs": int(called.sum()),
            "linked": int((called & linked).sum()),
        },
        "ece": expected_error(
            linked, np.concatenate([line["pairs"][OURS] for line in lines]).astype(np.float64)
        ),
    }


def expected_error(linked: Flags, chance: Floats) -> float:
    """How far chances are from what came true: the mean over ten bins of equal mass."""
    order = np.argsort(chance, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    gaps = [len(part) * abs(chance[part].mean() - linked[part].mean()) for part in parts]
    return float(sum(gaps) / len(linked))


def figures(linked: Flags, scores: Floats, weights: Ints) -> tuple[float, float]:
    """Average precision, and the highest recall at a precision of at least `PRECISION`.

    Average precision is the sum over thresholds of precision times the recall gained there; equal
    scores are one threshold. `weights`: how often each pair counts. 0 where nothing is linked.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    every = np.cumsum(weights[order])[last]
    right = np.cumsum((weights * linked)[order])[last]
    if right[-1] == 0:
        return 0.0, 0.0
    precision = right / np.maximum(every, 1)
    recall = right / right[-1]
    average = float(precision @ np.diff(recall, prepend=0.0))
    return average, float(recall[precision >= PRECISION].max(initial=0.0))
