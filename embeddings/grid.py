"""Vectors on a grid on which a float32 dot product is exact, and their binary codes.

A unit vector is kept as int16 components in steps of 2^-12 and shrunk, where rounding made it
longer, until its length is at most 2^12 steps. By Cauchy-Schwarz every partial sum of a dot
product of two such vectors is then an integer of at most 2^24 in size, which float32 holds
exactly. So the order of summation, the BLAS kernel, the number of threads and the place of a row
change no bit, and what is masked out can have no influence through them.
"""

import numpy as np
import numpy.typing as npt

from .face import Scores, Vectors

STEPS = 1 << 12
_WORD = 64

Grid = npt.NDArray[np.int16]
Codes = npt.NDArray[np.uint64]


def on_grid(vectors: Vectors) -> tuple[Grid, Scores]:
    """Put `vectors` (n, dim) on the grid.

    Returns the int16 components (n, dim) and the inverse of their lengths (n,), float64, 0 for a
    vector of zeros. The lengths are exact, so cosines do not suffer from the shrinking.
    ValueError when a component is not finite.
    """
    wide = np.asarray(vectors, dtype=np.float64)
    if not np.isfinite(wide).all():
        raise ValueError("a vector holds a component that is not a finite number")
    # Largest component first: the plain sum of squares of huge or tiny input over- or underflows.
    peaks = np.abs(wide).max(axis=1, initial=0.0, keepdims=True)
    wide = wide / np.where(peaks > 0, peaks, 1.0)
    # A running sum adds strictly in order; sum and dot regroup by the rows beside and alignment.
    lengths = np.sqrt(np.cumsum(wide * wide, axis=1)[:, -1])
    wide *= (STEPS / np.where(lengths > 0, lengths, 1.0))[:, None]
    grid = np.rint(wide).astype(np.int64)
    squares = np.einsum("ij,ij->i", grid, grid)
    shrink = 1.0
    while (over := np.flatnonzero(squares > STEPS * STEPS)).size:
        shrink *= 1 - 2.0**-12
        grid[over] = np.rint(wide[over] * shrink).astype(np.int64)
        squares[over] = np.einsum("ij,ij->i", grid[over], grid[over])
    inverse = np.zeros(squares.size, dtype=np.float64)
    inverse[squares > 0] = 1.0 / np.sqrt(squares[squares > 0])
    return grid.astype(np.int16), inverse


def dots(grid: Grid, queries: Grid) -> Scores:
    """Multiply `grid` (n, dim) by each of `queries` (m, dim): exact integers, float64 (m, n)."""
    return (queries.astype(np.float32) @ grid.astype(np.float32).T).astype(np.float64)


def codes(grid: Grid) -> Codes:
    """Pack the signs of `grid` (n, dim) into words, word-major: (ceil(dim / 64), n)."""
    dim = grid.shape[1]
    bits = np.zeros((grid.shape[0], -(-dim // _WORD) * _WORD), dtype=np.bool_)
    bits[:, :dim] = grid > 0
    packed = np.packbits(bits, axis=1).view(np.uint64)
    return np.ascontiguousarray(packed.T)


def hamming(table: Codes, query: Codes) -> npt.NDArray[np.uint16]:
    """Count the bits in which each column of `table` (words, n) differs from `query` (words,)."""
    chunk = 1 << 14  # 128 KiB of words: the two buffers stay in the second-level cache
    n = table.shape[1]
    distances = np.zeros(n, dtype=np.uint16)
    mixed = np.empty(min(chunk, n), dtype=np.uint64)
    counts = np.empty(mixed.size, dtype=np.uint8)
    for start in range(0, n, chunk):
        part = table[:, start : start + chunk]
        width = part.shape[1]
        into = distances[start : start + width]
        for word, wanted in zip(part, query, strict=True):
            np.bitwise_xor(word, wanted, out=mixed[:width])
            np.bitwise_count(mixed[:width], out=counts[:width])
            into += counts[:width]
    return distances
