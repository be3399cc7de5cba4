"""Dot products on the grid are exact, whatever the order, the kernel or the place of a row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.grid import STEPS, agreement, codes, dots, hamming, on_grid


def _units(n: int, dim: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((n, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_float32_dots_equal_integer_dots(dim: int, seed: int) -> None:
    vectors = _units(8, dim, seed)
    # A vector against itself and its opposite: the largest sums there are.
    grid, _ = on_grid(np.concatenate([vectors, -vectors]))
    for query in grid[:3]:
        exact = grid.astype(np.int64) @ query.astype(np.int64)
        assert dots(grid, query[None, :])[0].tolist() == exact.tolist()
        assert dots(grid[:, ::-1], query[None, ::-1])[0].tolist() == exact.tolist()
        assert [dots(grid[i : i + 1], query[None, :])[0, 0] for i in range(16)] == exact.tolist()


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
