"""Dot products on the grid are exact, whatever the order, the kernel or the place of a row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.grid import (
    STEPS,
    agreement,
    codes,
    digits,
    dots,
    hamming,
    on_grid,
    packed,
    undigited,
)


def _units(n: int, dim: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((n, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_products_of_digits_are_integer_dots(dim: int, seed: int) -> None:
    vectors = _units(8, dim, seed)
    # A vector against itself and its opposite: the largest sums there are.
    grid, _ = on_grid(np.concatenate([vectors, -vectors]))
    held = digits(grid)
    assert undigited(held).tolist() == grid.tolist()
    exact = grid.astype(np.int64) @ grid[:3].astype(np.int64).T
    assert dots(held, packed(grid[:3])).T.tolist() == exact.tolist()
    for query in range(3):
        asked = packed(grid[query : query + 1])
        assert [dots(held[i : i + 1], asked)[0, 0] for i in range(16)] == exact[:, query].tolist()


def test_every_component_is_made_of_its_digits() -> None:
    grid = np.arange(-STEPS, STEPS + 1, dtype=np.int16)[:, None]
    held = digits(grid)
    assert undigited(held).tolist() == grid.tolist()
    assert np.abs(held[:, 0]).max() == 32
    assert (held[:, 1].min(), held[:, 1].max()) == (-64, 63)
    ends = np.array([[STEPS], [-STEPS]], dtype=np.int16)
    exact = ends.astype(np.int64) @ grid.astype(np.int64).T
    assert dots(held, packed(ends)).tolist() == exact.tolist()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(0, 2**32 - 1), st.floats(1e-30, 1e30))
def test_length_never_exceeds_the_steps_and_scale_is_no_matter(
    dim: int, seed: int, scale: float
) -> None:
    vectors = _units(6, dim, seed)
    grid, inverse = on_grid(vectors)
    squares = (grid.astype(np.int64) ** 2).sum(axis=1)
    assert squares.max() <= STEPS * STEPS
    np.testing.assert_allclose(inverse, 1 / np.sqrt(squares))
    scaled, _ = on_grid(vectors.astype(np.float64) * scale)
    assert np.abs(scaled.astype(int) - grid).max() <= 1


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_vector_is_put_the_same_alone_and_in_company(dim: int, n: int, seed: int) -> None:
    vectors = _units(n, dim, seed)
    together, lengths = on_grid(vectors)
    for i, vector in enumerate(vectors):
        alone, length = on_grid(vector[None, :])
        assert (alone[0].tobytes(), length[0]) == (together[i].tobytes(), lengths[i])


def test_zeros_stay_zero_and_the_infinite_is_refused() -> None:
    grid, inverse = on_grid(np.zeros((2, 5), dtype=np.float32))
    assert not grid.any()
    assert not inverse.any()
    assert on_grid(np.zeros((0, 5), dtype=np.float32))[0].shape == (0, 5)
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            on_grid(np.array([[bad, 1.0]], dtype=np.float32))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.integers(0, 2**32 - 1))
def test_hamming_counts_differing_signs(dim: int, seed: int) -> None:
    grid, _ = on_grid(_units(50, dim, seed))
    expected = ((grid > 0) != (grid[7] > 0)).sum(axis=1)
    assert hamming(codes(grid), codes(grid[7:8])[:, 0]).tolist() == expected.tolist()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 600), st.integers(0, 2**32 - 1))
def test_agreement_multiplies_signs_by_the_rounded_query(dim: int, seed: int) -> None:
    grid, _ = on_grid(_units(9, dim, seed))
    for query in (grid[0], -grid[1], np.zeros(dim, np.int16)):
        peak = max(int(np.abs(query).max()), 1)
        rounded = np.rint(query.astype(np.float64) * (7 / peak)).astype(int)
        expected = np.where(grid > 0, 1, -1) @ rounded
        assert agreement(codes(grid), query).tolist() == expected.tolist()
