"""Runs and probabilities to figures: means with intervals, comparisons, calibration, exposure.

In: runs over the same questions. Out: plain dicts of numbers, ready for JSON. No id is in them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any

import numpy as np

from evaluation import metrics
from evaluation.history import Floats
from evaluation.protocol import Qrels, Question, Run, check_same_queries
from evaluation.significance import bootstrap_interval, holm, randomisation_test

Measure = Callable[[Sequence[str], AbstractSet[str]], float]

MEASURES: dict[str, Measure] = {
    "mrr": metrics.reciprocal_rank,
    "p@1": lambda ranked, relevant: metrics.precision(ranked, relevant, 1),
    "r@5": lambda ranked, relevant: metrics.recall(ranked, relevant, 5),
    "r@10": lambda ranked, relevant: metrics.recall(ranked, relevant, 10),
    "ndcg@10": lambda ranked, relevant: metrics.ndcg(ranked, relevant, 10),
    "hit@5": lambda ranked, relevant: metrics.hit(ranked, relevant, 5),
}
CALIBRATED = 10
"""How many candidates of each question the calibration of `probability` looks at."""
SHOWN = 5
NEW_UNTIL = 5
"""Earlier replies below which somebody counts as new."""

PerQuery = dict[str, Floats]


def per_query(truth: Qrels, run: Run) -> PerQuery:
    """Every measure for every query, in the order of `truth`.

    Raises
    ------
    ValueError : the run answers other queries than `truth` asks.
    """
    check_same_queries(truth, run)
    return {
        name: np.array([measure(run[query], relevant) for query, relevant in truth.items()])
        for name, measure in MEASURES.items()
    }


def means(values: PerQuery) -> dict[str, dict[str, float]]:
    """Mean and 95 % interval of each measure."""
    return {name: asdict(bootstrap_interval(column)) for name, column in values.items()}


def compared(
    ours: str, values: Mapping[str, PerQuery], measure: str = "mrr"
) -> dict[str, dict[str, float]]:
    """Ours less each other system: paired interval, p-value, and that corrected by Holm."""
    own = values[ours][measure]
    others = {name: column[measure] for name, column in values.items() if name != ours}
    p = {name: randomisation_test(own, column) for name, column in others.items()}
    corrected = holm(p)
    return {
        name: asdict(bootstrap_interval(own - column)) | {"p": p[name], "p_holm": corrected[name]}
        for name, column in others.items()
    }


def exposure(
    run: Run, questions: Sequence[Question], earlier: Mapping[str, Mapping[str, int]]
) -> dict[str, float]:
    """Who is shown: Gini over candidates of top-5 places, and the newcomers' share of them.

    `earlier`: for each question, how many threads each candidate had joined before.
    """
    places: Counter[str] = Counter()
    everyone: set[str] = set()
    new = 0
    for question in questions:
        known = earlier[question.id]
        everyone.update(known)
        for person in run[question.id][:SHOWN]:
            places[person] += 1
            new += known.get(person, 0) < NEW_UNTIL
    everyone.update(places)
    total = places.total()
    return {
        "gini_top5": metrics.gini([places[person] for person in everyone]),
        "newcomers_top5": new / total if total else 0.0,
    }


def calibration(
    questions: Sequence[Question],
    probabilities: Mapping[str, Sequence[tuple[str, float]]],
    answerable: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    """How far `probability` and `answerable` can be believed, over all questions.

    `probabilities`: for each question, (person, probability), best first. Skill is against the
    rate of replies at each rank, and against the rate of answered questions.
    """
    promised, came, ranks = [], [], []
    for question in questions:
        for rank, (person, chance) in enumerate(probabilities[question.id][:CALIBRATED]):
            promised.append(chance)
            came.append(person in question.repliers)
            ranks.append(rank)
    report = {}
    if promised:
        outcome, rank_of = np.array(came, dtype=float), np.array(ranks)
        rate = np.bincount(rank_of, outcome) / np.maximum(np.bincount(rank_of), 1)
        report["probability"] = _trust(np.array(promised), outcome, rate[rank_of])
    if questions:
        answered = np.array([bool(question.repliers) for question in questions], dtype=float)
        chances = np.array([answerable[question.id] for question in questions])
        report["answerable"] = _trust(chances, answered, np.full(len(answered), answered.mean()))
    return report


def _trust(promised: Floats, came: Floats, reference: Floats) -> dict[str, Any]:
    report: dict[str, Any] = {
        "ece": metrics.ece(promised, came),
        "mean": float(promised.mean()),
        "rate": float(came.mean()),
        "bins": metrics.reliability(promised, came),
    }
    if not np.array_equal(reference, came):
        report["brier_skill"] = metrics.brier_skill(promised, came, reference)
    return report
