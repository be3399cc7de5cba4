"""Measures of rankings, exposure and probabilities.

In: ranked ids and the relevant ones of one query, or arrays over many. Out: plain floats.
Relevance is binary. A query without a relevant id has no ranking measure: `ValueError`, since a
silent zero would lower every mean in proportion to how many questions nobody answered.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def reciprocal_rank(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """One over the rank of the first relevant id; 0 where none is ranked."""
    _check(ranked, relevant)
    for rank, id_ in enumerate(ranked, start=1):
        if id_ in relevant:
            return 1.0 / rank
    return 0.0


def precision(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Relevant ids among the first `k`, over `k` (also where fewer are ranked)."""
    return _found(ranked, relevant, k) / k


def recall(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Relevant ids among the first `k`, over all relevant ones."""
    return _found(ranked, relevant, k) / len(relevant)


def hit(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """1 if any of the first `k` is relevant, else 0."""
    return float(_found(ranked, relevant, k) > 0)


def ndcg(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Normalised discounted cumulative gain, discount 1 / log2(rank + 1).

    Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002.
    """
    _check(ranked, relevant, k)
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    gains = np.array([id_ in relevant for id_ in ranked[:k]], dtype=float)
    ideal = discounts[: min(k, len(relevant))].sum()
    return float(gains @ discounts[: len(gains)] / ideal)


def gini(amounts: npt.ArrayLike) -> float:
    """Inequality of non-negative `amounts`: 0 all equal, towards 1 where one has everything.

    Nothing to share, or nobody to share it, gives 0.
    """
    x = np.sort(np.asarray(amounts, dtype=float))
    if (x < 0).any():
        raise ValueError("amounts must not be negative")
    total = x.sum()
    if total == 0:
        return 0.0
    n = len(x)
    return float((2 * np.arange(1, n + 1) - n - 1) @ x / (n * total))


def reliability(
    probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, bins: int = 10
) -> list[dict[str, float]]:
    """What was promised and what came, in bins of equal mass, least promised first.

    Each bin gives the mean probability (`promised`), the rate of outcomes (`came`) and its size
    (`n`). Bins are cut by order of probability, so sizes differ by one at most; equal
    probabilities share their mean outcome, so that the order of ties has no influence.
    """
    p, y = _pairs(probabilities, outcomes)
    values, group = np.unique(p, return_inverse=True)
    shared = np.bincount(group, weights=y) / np.bincount(group)
    expected = np.sort(p)
    observed = np.repeat(shared, np.bincount(group, minlength=len(values)))
    parts = min(bins, len(p))
    return [
        {"promised": float(promised.mean()), "came": float(came.mean()), "n": len(promised)}
        for promised, came in zip(
            np.array_split(expected, parts), np.array_split(observed, parts), strict=True
        )
    ]


def ece(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, bins: int = 10) -> float:
    """Expected calibration error in bins of equal mass.

    The mean over the bins of `reliability`, weighted by size, of |promised - came|.
    """
    parts = reliability(probabilities, outcomes, bins)
    total = sum(part["n"] for part in parts)
    return float(sum(part["n"] * abs(part["promised"] - part["came"]) for part in parts) / total)


def brier_skill(
    probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, reference: npt.ArrayLike
) -> float:
    """One minus the Brier score over that of `reference` probabilities: 0 no better, 1 perfect.

    Raises
    ------
    ValueError : the reference is perfect already, so that skill against it has no meaning.
    """
    p, y = _pairs(probabilities, outcomes)
    r, _ = _pairs(reference, outcomes)
    base = float(np.mean((r - y) ** 2))
    if base == 0:
        raise ValueError("the reference makes no error: there is no skill to measure")
    return 1.0 - float(np.mean((p - y) ** 2)) / base


def _found(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> int:
    _check(ranked, relevant, k)
    return sum(id_ in relevant for id_ in ranked[:k])


def _check(ranked: Sequence[str], relevant: AbstractSet[str], k: int = 1) -> None:
    if not relevant:
        raise ValueError("a query without a relevant id cannot be measured")
    if k < 1:
        raise ValueError("k must be at least 1")
    if len(set(ranked)) != len(ranked):
        raise ValueError("an id is ranked twice")


def _pairs(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> tuple[Floats, Floats]:
    p = np.asarray(probabilities, dtype=float)
    y = np.asarray(outcomes, dtype=float)
    if p.shape != y.shape or p.ndim != 1 or len(p) == 0:
        raise ValueError("probabilities and outcomes must be equally long, and not empty")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("a probability lies outside 0 to 1")
    return p, y
