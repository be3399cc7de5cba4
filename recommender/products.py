"""Weighted sums of the products of columns, each with every other and with itself.

In: rows of n columns, and n (n + 1) / 2 weights, in the order of
`itertools.combinations_with_replacement`. Nothing here knows what a column is, and nothing makes
the products themselves: of 26 columns they would be 351.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]


def form_of(weights: Floats, columns: int) -> Floats:
    """The symmetric matrix (columns, columns) whose quadratic form is the weighted sum."""
    form = np.zeros((columns, columns))
    form[np.triu_indices(columns)] = weights / 2
    symmetric: Floats = form + form.T
    return symmetric


def sums_of(rows: Rows, weights: Floats) -> Rows:
    """(rows,) the weighted sum of each row."""
    form = form_of(weights, rows.shape[1]).astype(np.float32)
    sums: Rows = np.einsum("rc,rc->r", rows @ form, rows)
    return sums


def slopes_of(rows: Rows, apart: Rows) -> Floats:
    """By weight, how the sum over rows of `apart` times each one's weighted sum changes with it."""
    each = rows.T @ (rows * apart[:, None])
    slopes: Floats = each[np.triu_indices(rows.shape[1])].astype(np.float64)
    return slopes
