"""The same? How well a score tells linked threads from near ones that nobody linked.

In: pairs with a score by each system, a line a query. Out: average precision, and recall where
nine of ten answers are right, with intervals over queries. Links are incomplete: some of the
near ones are the same too, so these are lower bounds.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from evaluation.history import Floats, Ints
from evaluation.journal import Line
from evaluation.significance import SEED, Interval

NEIGHBOURS = 10
"""Nearest roots that are not linked, by the convex sum: the same pairs for every system."""
PRECISION = 0.9
RESAMPLES = 1_000


def pairs_of(nearest: Ints, linked: Sequence[int]) -> list[int]:
    """The roots that a query is paired with: the linked ones, then its nearest others."""
    others = [n for n in nearest.tolist() if n not in set(linked)]
    return [*linked, *others[:NEIGHBOURS]]


def same_report(lines: Sequence[Line]) -> dict[str, Any]:
    """Average precision and recall at 90 % precision of each system, over all pairs."""
    linked = [np.array(line["linked"], dtype=bool) for line in lines]
    names = list(lines[0]["pairs"])
    scores = {name: [np.array(line["pairs"][name]) for line in lines] for name in names}
    rng = np.random.default_rng(SEED)
    draws = [rng.integers(0, len(lines), len(lines)) for _ in range(RESAMPLES)]
    report = {}
    for name in names:
        drawn = [_figures(linked, scores[name], draw) for draw in draws]
        whole = _figures(linked, scores[name], np.arange(len(lines)))
        bounds = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
        report[name] = {
            figure: asdict(Interval(whole[n], float(bounds[0, n]), float(bounds[1, n])))
            for n, figure in enumerate(("average_precision", "recall_at_90"))
        }
    every = np.concatenate(linked)
    return {"pairs": len(every), "linked": int(every.sum()), "systems": report}


def _figures(linked: Sequence[Floats], scores: Sequence[Floats], chosen: Ints) -> list[float]:
    truth = np.concatenate([linked[n] for n in chosen])
    score = np.concatenate([scores[n] for n in chosen])
    precision, recall, _ = precision_recall_curve(truth, score)
    return [
        float(average_precision_score(truth, score)),
        float(recall[precision >= PRECISION].max(initial=0.0)),
    ]
