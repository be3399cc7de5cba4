"""Vectors on a grid on which a float32 dot product is exact, and their binary codes.

A unit vector is kept as int16 components in steps of 2^-12 and shrunk, where rounding made it
longer, until its length is at most 2^12 steps. By Cauchy-Schwarz every partial sum of a dot
product of two such vectors is then an integer of at most 2^24 in size, which float32 holds
exactly. So the order of summation, the BLAS kernel, the number of threads and the place of a row
change no bit, and what is masked out can have no influence through them.

An index holds a component as two digits of base 128: processors multiply bytes by bytes eight times
as fast as float32, and as exactly.
"""

from typing import Any

import numkong
import numpy as np
import numpy.typing as npt

from .face import Scores, Vectors

STEPS = 1 << 12
_WORD = 64
_CHUNK = 1 << 17  # 1 MiB of words: the buffers stay in the cache, and other threads wait seldom
_WORDS_A_BYTE = 3  # each of them has at most 64 bits to count
_LEVELS = 7
BASE_BITS = 7
_BASE = 1 << BASE_BITS

Grid = npt.NDArray[np.int16]
Digits = npt.NDArray[np.int8]
"""Components (n, dim) as digits, (n, 2 dim): the high ones of a row, -32 to 32, then the low ones,
-64 to 63."""

Packed = Any
"""Queries as numkong multiplies by them."""

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


def digits(grid: Grid) -> Digits:
    """The digits of `grid` (n, dim)."""
    high = (grid + _BASE // 2) >> BASE_BITS
    return np.concatenate([high, grid - (high << BASE_BITS)], axis=1).astype(np.int8)


def undigited(held: Digits) -> Grid:
    """Inverse of `digits`."""
    high, low = _halves(held)
    return (high.astype(np.int16) << BASE_BITS) + low


def packed(queries: Grid) -> Packed:
    """`queries` (m, dim) for `dots`: what meets high digits, both in turn, and low ones."""
    high, low = _halves(digits(queries))
    many, dim = high.shape
    asked = np.zeros((3, many, 2 * dim), dtype=np.int8)
    asked[0, :, :dim] = asked[1, :, dim:] = high
    asked[1, :, :dim] = asked[2, :, dim:] = low
    return numkong.dots_pack(asked.reshape(3 * many, 2 * dim), "int8")


def dots(held: Digits, queries: Packed) -> npt.NDArray[np.int32]:
    """Multiply `held` (n, 2 dim) by each of the `packed` queries (m): exact, (m, n)."""
    parts = np.asarray(numkong.dots_packed(held, queries))
    many = parts.shape[1] // 3
    # In the int32 that it comes in: the whole has at most 2^24, and so has each step to it.
    products = parts[:, :many] * _BASE
    products += parts[:, many : 2 * many]
    products *= _BASE
    products += parts[:, 2 * many :]
    return products.T


def _halves(held: Digits) -> tuple[Digits, Digits]:
    """The high and the low digits of `held`."""
    dim = held.shape[1] // 2
    return held[:, :dim], held[:, dim:]


def codes(grid: Grid) -> Codes:
    """Pack the signs of `grid` (n, dim) into words, word-major: (ceil(dim / 64), n)."""
    dim = grid.shape[1]
    bits = np.zeros((grid.shape[0], -(-dim // _WORD) * _WORD), dtype=np.bool_)
    bits[:, :dim] = grid > 0
    packed = np.packbits(bits, axis=1).view(np.uint64)
    return np.ascontiguousarray(packed.T)


def hamming(table: Codes, query: Codes) -> npt.NDArray[np.uint16]:
    """Count the bits in which each column of `table` (words, n) differs from `query`, the first of
    its words."""
    n = table.shape[1]
    distances = np.zeros(n, dtype=np.uint16)
    mixed = np.empty(min(_CHUNK, n), dtype=np.uint64)
    counts = np.empty((2, mixed.size), dtype=np.uint8)
    for start in range(0, n, _CHUNK):
        part = table[:, start : start + _CHUNK]
        width = part.shape[1]
        into, (several, one) = distances[start : start + width], counts[:, :width]
        for place, (word, wanted) in enumerate(zip(part, query, strict=False)):
            np.bitwise_xor(word, wanted, out=mixed[:width])
            # Bytes add up four times as fast as wider numbers, and hold the bits of three words.
            if place % _WORDS_A_BYTE == 0:
                np.bitwise_count(mixed[:width], out=several)
            else:
                np.bitwise_count(mixed[:width], out=one)
                several += one
            if place % _WORDS_A_BYTE == _WORDS_A_BYTE - 1 or place == len(query) - 1:
                into += several
    return distances


def agreement(table: Codes, query: Grid) -> npt.NDArray[np.int32]:
    """Multiply the signs in each column of `table` (words, n) by the components of `query` (dim,).

    Those are rounded to 15 steps, so that each product is a sum of counted bits. It tells more
    than `hamming`, which knows no more of the query than of what it is compared with (after
    Gao and Long 2024), and takes seven times as long.
    """
    peak = max(int(np.abs(query).max(initial=0)), 1)
    steps = np.rint(query.astype(np.float64) * (_LEVELS / peak)).astype(np.int64)
    raised = np.zeros(table.shape[0] * _WORD, dtype=np.int64)
    raised[: steps.size] = steps + (_LEVELS + 1)
    # A set bit stands for +1, no bit for -1: twice what the set bits give, less all.
    products = np.full(table.shape[1], -int(steps.sum()), dtype=np.int32)
    counts = np.empty(table.shape[1], dtype=np.uint8)
    for place, word in enumerate(table):
        own = raised[place * _WORD : (place + 1) * _WORD]
        for power in range((2 * _LEVELS + 1).bit_length()):
            bits = np.packbits((own >> power) & 1 == 1).view(np.uint64)[0]
            np.bitwise_count(word & bits, out=counts)
            products += counts.astype(np.int32) << (power + 1)
        # The padding of the last word is unset everywhere.
        np.bitwise_count(word, out=counts)
        products -= counts.astype(np.int32) * (2 * (_LEVELS + 1))
    return products
