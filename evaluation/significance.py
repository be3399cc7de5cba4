"""How sure a difference is: intervals by the bootstrap, p-values by randomisation.

In: per-query values, one system's or two systems' in the same order of queries. Out: intervals
and p-values. Seeds are fixed: the same values give the same figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 10_000
SEED = 20261101
# Draws in memory at once: bounds the resampling matrix at 40 MB whatever the number of queries.
_CELLS = 5_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the bounds that hold it with the stated confidence."""

    mean: float
    low: float
    high: float


def bootstrap_interval(
    values: npt.ArrayLike, resamples: int = RESAMPLES, confidence: float = 0.95, seed: int = SEED
) -> Interval:
    """Percentile interval of the mean over queries drawn with replacement (Efron 1979).

    For two systems, give the differences per query: the pairs stay together.
    """
    return bootstrap_intervals(_vector(values)[:, None], resamples, confidence, seed)[0]


def bootstrap_intervals(
    columns: npt.ArrayLike, resamples: int = RESAMPLES, confidence: float = 0.95, seed: int = SEED
) -> list[Interval]:
    """`bootstrap_interval` of each column of (queries, columns), all from the same draws."""
    x = np.asarray(columns, dtype=float)
    if x.ndim != 2 or len(x) == 0:
        raise ValueError("columns must be a number a query and column, for at least one query")
    rng = np.random.default_rng(seed)
    means = np.concatenate(
        [_drawn(rng, rows, len(x)) @ x / len(x) for rows in _blocks(x[:, 0], resamples)]
    )
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return [
        Interval(float(mean), float(a), float(b))
        for mean, a, b in zip(x.mean(axis=0), low, high, strict=True)
    ]


def macro_interval(
    groups: Mapping[str, npt.ArrayLike], resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """95 % interval of the mean of group means; queries are resampled within each group."""
    if not groups:
        raise ValueError("no group to average over")
    rng = np.random.default_rng(seed)
    total = np.zeros(resamples)
    means = []
    for values in groups.values():
        x = _vector(values)
        means.append(x.mean())
        total += np.concatenate(
            [x[rng.integers(0, len(x), (n, len(x)))].mean(axis=1) for n in _blocks(x, resamples)]
        )
    low, high = np.quantile(total / len(groups), [0.025, 0.975])
    return Interval(float(np.mean(means)), float(low), float(high))


def macro_gain(
    ours: Mapping[str, npt.ArrayLike],
    other: Mapping[str, npt.ArrayLike],
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """By how much the mean of group means of `ours` exceeds that of `other`: 0.08 is 8 % more.

    Queries are resampled within each group, the same ones for both.

    Raises
    ------
    ValueError : no group, other groups, or unequal numbers of queries in one.
    """
    if not ours or ours.keys() != other.keys():
        raise ValueError("the two systems must have values for the same groups, at least one")
    rng = np.random.default_rng(seed)
    totals, whole = np.zeros((resamples, 2)), np.zeros(2)
    for name, values in ours.items():
        pairs = np.column_stack([_vector(values), _vector(other[name])])
        whole += pairs.mean(axis=0)
        totals += np.concatenate(
            [
                _drawn(rng, n, len(pairs)) @ pairs / len(pairs)
                for n in _blocks(pairs[:, 0], resamples)
            ]
        )
    low, high = np.quantile(totals[:, 0] / totals[:, 1] - 1, [0.025, 0.975])
    return Interval(float(whole[0] / whole[1] - 1), float(low), float(high))


def randomisation_test(
    a: npt.ArrayLike, b: npt.ArrayLike, permutations: int = RESAMPLES, seed: int = SEED
) -> float:
    """Two-sided p-value of mean(a) - mean(b) under random swaps within each pair.

    The observed arrangement counts as one of the permutations, so p is never 0 (Phipson and
    Smyth, Permutation p-values should never be zero, 2010).
    """
    x, y = _vector(a), _vector(b)
    if x.shape != y.shape:
        raise ValueError("the two systems must have a value for each of the same queries")
    differences = x - y
    observed = abs(differences.sum())
    rng = np.random.default_rng(seed)
    # The tolerance counts sums that differ from the observed one by rounding alone.
    bound = observed - 1e-9
    extreme = 0
    for rows in _blocks(x, permutations):
        signs = rng.integers(0, 2, (rows, len(x)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ differences) >= bound).sum())
    return (extreme + 1) / (permutations + 1)


def macro_test(
    ours: Mapping[str, npt.ArrayLike],
    other: Mapping[str, npt.ArrayLike],
    permutations: int = RESAMPLES,
    seed: int = SEED,
) -> float:
    """`randomisation_test` of the difference of the means of group means: a query weighs as one
    over the size of its group.

    Raises
    ------
    ValueError : no group, other groups, or unequal numbers of queries in one.
    """
    if not ours or ours.keys() != other.keys():
        raise ValueError("the two systems must have values for the same groups, at least one")
    pairs = [(_vector(values), _vector(other[name])) for name, values in ours.items()]
    a, b = (np.concatenate([pair[side] / len(pair[side]) for pair in pairs]) for side in (0, 1))
    return randomisation_test(a, b, permutations, seed)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """P-values corrected for their number (Holm 1979), in the order given."""
    corrected: dict[str, float] = {}
    largest = 0.0
    for rank, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        largest = max(largest, min(1.0, p_values[name] * (len(p_values) - rank)))
        corrected[name] = largest
    return {name: corrected[name] for name in p_values}


def _vector(values: npt.ArrayLike) -> Floats:
    x = np.asarray(values, dtype=float)
    if x.ndim != 1 or len(x) == 0:
        raise ValueError("values must be one number a query, for at least one query")
    return x


def _drawn(rng: np.random.Generator, rows: int, queries: int) -> Floats:
    """How often each query is drawn in each of `rows` resamples; (rows, queries)."""
    cells = rng.integers(0, queries, (rows, queries)) + np.arange(rows)[:, None] * queries
    counts = np.bincount(cells.ravel(), minlength=rows * queries)
    return counts.reshape(rows, queries).astype(np.float64)


def _blocks(x: Floats, total: int) -> Iterator[int]:
    """Sizes of blocks of rows that add up to `total`."""
    size = max(1, _CELLS // len(x))
    for start in range(0, total, size):
        yield min(size, total - start)
