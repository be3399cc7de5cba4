"""Lines of a journal to figures: means with intervals, comparisons, slices, calibration.

In: lines of the same queries. Out: plain dicts of numbers, ready for JSON. No id is in them.
"""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any

import numpy as np

from embeddings.language import detect_language
from evaluation import metrics
from evaluation.history import Floats
from evaluation.journal import Line
from evaluation.significance import bootstrap_intervals, holm, randomisation_test

Measure = Callable[[Sequence[str], AbstractSet[str]], float]
PerQuery = dict[str, Floats]
"""Measure to one value a query, in the order of the lines."""

OURS = "whoknows"
DEPTH = 100
"""Ranks that are looked at: what the engine gives at most. It binds every system alike; who is
ranked lower counts as not found."""
LANGUAGE, LEAST_ASKED = "language: ", 20
"""How the slices by language are called, and how many queries make one."""
CALIBRATED = 10
"""How many candidates of each question the calibration of `probability` looks at."""


def values(
    ranked: Sequence[str], relevant: AbstractSet[str], measures: Mapping[str, Measure]
) -> dict[str, float]:
    """Every measure of one query."""
    return {name: measure(ranked, relevant) for name, measure in measures.items()}


def columns(lines: Iterable[Line]) -> dict[str, PerQuery]:
    """System to measure to values, over the lines that were ranked."""
    rows = [line["systems"] for line in lines if line["systems"]]
    return {
        name: {measure: np.array([row[name][measure] for row in rows]) for measure in first}
        for name, first in (rows[0].items() if rows else ())
    }


def means(values_of: Mapping[str, PerQuery]) -> dict[str, dict[str, dict[str, float]]]:
    """System to measure to mean and 95 % interval; all over the same resamples."""
    names = [(name, measure) for name, column in values_of.items() for measure in column]
    if not names:
        return {}
    table = np.column_stack([values_of[name][measure] for name, measure in names])
    found: dict[str, dict[str, dict[str, float]]] = {name: {} for name in values_of}
    for (name, measure), interval in zip(names, bootstrap_intervals(table), strict=True):
        found[name][measure] = asdict(interval)
    return found


def compared(values_of: Mapping[str, PerQuery], measure: str) -> dict[str, dict[str, float]]:
    """Ours less each other system: paired interval, p-value, and that corrected by Holm."""
    if OURS not in values_of:
        return {}
    own = values_of[OURS][measure]
    others = {name: column[measure] for name, column in values_of.items() if name != OURS}
    p = {name: randomisation_test(own, column) for name, column in others.items()}
    corrected = holm(p)
    gaps = bootstrap_intervals(np.column_stack([own - column for column in others.values()]))
    return {
        name: asdict(gap) | {"p": p[name], "p_holm": corrected[name]}
        for name, gap in zip(others, gaps, strict=True)
    }


def slices(lines: Iterable[Line], measure: str, names: Sequence[str]) -> dict[str, Any]:
    """Means of `measure` over the lines of each slice that has any.

    A line says of which slices it is: `slices`, some of `names`.
    """
    ranked = [line for line in lines if line["systems"]]
    report = {}
    for name in names:
        chosen = columns(line for line in ranked if name in line["slices"])
        if chosen:
            of_measure = {system: {measure: column[measure]} for system, column in chosen.items()}
            queries = len(next(iter(of_measure.values()))[measure])
            report[name] = {"queries": queries, "systems": means(of_measure)}
    return report


def language_slice(text: str) -> str:
    """The slice of a query by the language that its words tell."""
    return f"{LANGUAGE}{detect_language(text) or 'not told'}"


def languages(lines: Iterable[Line]) -> list[str]:
    """The slices by language with `LEAST_ASKED` ranked queries or more; none if there is one."""
    counts = Counter(
        name
        for line in lines
        if line["systems"]
        for name in line["slices"]
        if name.startswith(LANGUAGE)
    )
    told = sorted(name for name, count in counts.items() if count >= LEAST_ASKED)
    return told if len(told) > 1 else []


def timing(lines: Iterable[Line]) -> dict[str, float]:
    """Median milliseconds a query of each system: timing only, on a machine that others use."""
    seconds: dict[str, list[float]] = {}
    for line in lines:
        for name, value in line["seconds"].items():
            seconds.setdefault(name, []).append(value)
    return {name: 1000 * statistics.median(found) for name, found in seconds.items()}


def calibration(lines: Iterable[Line]) -> dict[str, dict[str, float]]:
    """How far `probability` and `answerable` can be believed, over all questions.

    A line holds `probability` and whether each `came`, best first, `answerable` and whether it
    was `answered`. Skill is against the rate of replies at each rank, and against the rate of
    answered questions.
    """
    promised: list[float] = []
    came: list[bool] = []
    ranks: list[int] = []
    chances: list[float] = []
    answered: list[bool] = []
    for line in lines:
        promised += line["probability"]
        came += line["came"]
        ranks += range(len(line["came"]))
        chances.append(line["answerable"])
        answered.append(line["answered"])
    report = {}
    if promised:
        outcome, rank_of = np.array(came, dtype=float), np.array(ranks)
        rate = np.bincount(rank_of, outcome) / np.maximum(np.bincount(rank_of), 1)
        report["probability"] = _trust(np.array(promised), outcome, rate[rank_of])
    if chances:
        outcome = np.array(answered, dtype=float)
        share = np.full(len(outcome), outcome.mean())
        report["answerable"] = _trust(np.array(chances), outcome, share)
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
