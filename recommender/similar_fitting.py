"""Fitting of "similar": weights by how linked threads rank, chances by which of them are linked.

In: `Pairing`s. Out: a `SimilarRanker` moved from its prior as far as they carry.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from .alike import BEST, NEVER_SAME, SIGNALS, Floats, SimilarRanker, logistic, standing
from .similar_examples import Pairing

Flags = npt.NDArray[np.bool_]

STRENGTH = 10.0
"""Penalty on the squared distance of own weights from the prior's, against the summed loss of
the linked threads; by hand: half as much as one thread in twenty was no better in trials."""

SAME_STRENGTH = 5.0
"""The same of the chance's coefficients."""

PARTED_WEIGHT = 5.0
"""How many pairs that nobody linked a pair counts that somebody said is not the same."""

LEAST = 20
"""Linked threads from which weights and chances are one's own."""

PRECISION = 0.9
"""How many of the threads that are called the same must be."""

LEAST_SURE = 10
"""Pairs past a threshold from which its precision is believed."""

DIGITS = 4
ITERATIONS = 500


def own_similar(
    linked: Sequence[Pairing], split: Sequence[Pairing], prior: SimilarRanker
) -> SimilarRanker:
    """The prior moved by the `linked` pairings; where fewer than `LEAST` of them hold a link,
    only its threshold, by posts that were `split` in two."""
    own = [pairing for pairing in linked if pairing.linked.any()]
    if len(own) < LEAST:
        if len(split) < LEAST:
            return prior
        stands, same, counts = pairs_of([*linked, *split], prior)
        threshold = threshold_of(logistic(stands, prior.same), same, counts)
        return replace(prior, threshold=max(threshold, prior.threshold))
    ranker = replace(prior, weights=fit_weights(own, prior, STRENGTH), links=len(own))
    stands, same, counts = pairs_of(linked, ranker)
    ranker = replace(ranker, same=fit_same(stands, same, counts, prior.same))
    return replace(ranker, threshold=threshold_of(logistic(stands, ranker.same), same, counts))


def fit_weights(
    pairings: Sequence[Pairing], prior: SimilarRanker, strength: float
) -> dict[str, float]:
    """Weights under which linked threads take the greatest share of each answer's softmax
    (ListNet, Cao et al. 2007), drawn to the prior's."""
    start = np.array([prior.weights[name] for name in SIGNALS])
    parts = [(p.signals.astype(np.float64), p.linked) for p in pairings if p.linked.any()]

    def loss(weights: Floats) -> tuple[float, Floats]:
        away = weights - start
        total, slope = strength * float(away @ away), 2.0 * strength * away
        for signals, linked in parts:
            score = signals @ weights
            score -= score.max()
            share = np.exp(score)
            share /= share.sum()
            total -= float(np.log(np.maximum(share[linked], 1e-12)).mean())
            slope -= signals[linked].mean(axis=0) - share @ signals
        return total, slope

    # A sum over threads depends on how many there are, in its last bits.
    with threadpool_limits(1):
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return {name: round(float(w), DIGITS) for name, w in zip(SIGNALS, found.x, strict=True)}


def pairs_of(pairings: Sequence[Pairing], ranker: SimilarRanker) -> tuple[Floats, Flags, Floats]:
    """Of each answer the linked, the parted and the ten best others: how they stand (m, 4),
    whether they are linked (m,), and how much they count (m,)."""
    weights = np.array([ranker.weights[name] for name in SIGNALS])
    stands, same, counts = [np.zeros((0, 4))], [np.zeros(0, bool)], [np.zeros(0)]
    for pairing in pairings:
        score = pairing.signals.astype(np.float64) @ weights
        chosen = pairing.linked | pairing.parted
        others = np.flatnonzero(~chosen)
        chosen[others[np.argsort(-score[others], kind="stable")[:BEST]]] = True
        peculiar = pairing.signals[:, SIGNALS.index("peculiar")].astype(np.float64)
        stands.append(standing(score, peculiar, pairing.twins)[chosen])
        same.append(pairing.linked[chosen])
        counts.append(np.where(pairing.parted[chosen], PARTED_WEIGHT, 1.0))
    return np.concatenate(stands), np.concatenate(same), np.concatenate(counts)


def fit_same(
    stands: Floats, same: Flags, counts: Floats, prior: tuple[float, ...]
) -> tuple[float, ...]:
    """Coefficients of the logistic of "the same?" (Platt 1999), drawn to the prior's; none of
    the slopes below 0 but that of how alike everything is."""
    start = np.array(prior)
    terms = np.column_stack([np.ones(len(same)), stands])

    def loss(c: Floats) -> tuple[float, Floats]:
        logit = terms @ c
        away = c - start
        total = counts @ np.logaddexp(0.0, np.where(same, -logit, logit))
        slope = terms.T @ (counts * (1.0 / (1.0 + np.exp(-logit)) - same))
        return float(total + SAME_STRENGTH * (away @ away)), slope + 2 * SAME_STRENGTH * away

    bounds = [(None, None), (0.0, None), (0.0, None), (None, None), (0.0, None)]
    with threadpool_limits(1):
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(round(float(value), DIGITS) for value in found.x)


def threshold_of(chance: Floats, same: Flags, counts: Floats) -> float:
    """The lowest chance above which `PRECISION` of the pairs are linked; NEVER_SAME without.

    Measured where at least `LEAST_SURE` pairs are above.
    """
    order = np.argsort(-chance, kind="stable")
    right, every = np.cumsum((counts * same)[order]), np.cumsum(counts[order])
    enough = np.arange(1, len(order) + 1) >= LEAST_SURE
    # Equal chances are called the same together or not at all.
    last = np.append(np.diff(chance[order]) != 0, True)
    held = np.flatnonzero(enough & last & (right >= PRECISION * every))
    if not len(held):
        return NEVER_SAME
    # Rounded down, so that the last pair is not left out.
    lowest = float(chance[order][held[-1]])
    return math.floor(lowest * 10.0**DIGITS) / 10.0**DIGITS
