"""The two-lane rule: who lies where, and one scale for both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.lanes import (
    align_multilingual,
    encoders_of_query,
    encoders_of_text,
    fuse_lanes,
    lane_of_index,
)

COSINES = st.floats(-1, 1, allow_nan=False)
TWO = ("minilm", "multilingual")
ALL = (*TWO, "bridged")


@pytest.mark.parametrize(
    ("language", "is_root", "readers", "without"),
    [
        ("en", True, TWO, TWO),
        ("en", False, TWO, TWO),
        ("de", True, ("multilingual",), ("multilingual",)),
        ("de", False, ("multilingual",), ("multilingual",)),
        ("sv", True, ("bridged",), TWO),
        ("sv", False, ("bridged",), ("minilm",)),
        (None, True, TWO, TWO),
        (None, False, TWO, TWO),
    ],
)
def test_who_reads_a_text(
    language: str | None, is_root: bool, readers: tuple[str, ...], without: tuple[str, ...]
) -> None:
    assert encoders_of_text(language, is_root, ALL) == readers
    assert encoders_of_text(language, is_root, TWO) == without


@pytest.mark.parametrize("there", [TWO, ALL])
@pytest.mark.parametrize("language", ["en", "de", "sv", None])
def test_a_query_reads_a_lane_that_every_root_of_any_language_lies_in(
    language: str | None, there: tuple[str, ...]
) -> None:
    read = {lane_of_index(name) for name in encoders_of_query(language, there)}
    for other in ("en", "sv", "zh", None):
        lies = {lane_of_index(name) for name in encoders_of_text(other, True, there)}
        assert read & lies


@given(COSINES, COSINES)
def test_alignment_keeps_the_order(one: float, other: float) -> None:
    low, high = sorted((one, other))
    aligned = align_multilingual(np.array([low, high]))
    assert aligned[0] <= aligned[1]
    assert np.abs(aligned).max() <= 1


def test_alignment_meets_the_ends() -> None:
    np.testing.assert_allclose(align_multilingual(np.array([-1.0, 1.0])), [-1.0, 1.0])


def test_english_keeps_minilm_s_scores_to_the_bit() -> None:
    minilm = np.array([0.31, np.nan, 0.2, np.nan])
    multilingual = np.array([0.9, 0.8, np.nan, np.nan])
    fused = fuse_lanes("en", minilm, multilingual)
    np.testing.assert_array_equal(fused[[0, 2]], minilm[[0, 2]])
    assert fused[1] == pytest.approx(0.97)
    assert fused[3] == -np.inf


def test_another_language_takes_the_multilingual_lane_alone() -> None:
    fused = fuse_lanes("de", np.array([0.9, 0.9]), np.array([0.2, np.nan]))
    assert fused[0] == pytest.approx(0.2)
    assert fused[1] == -np.inf


def test_what_was_brought_over_takes_the_multilingual_lane() -> None:
    fused = fuse_lanes("sv", np.array([np.nan, np.nan]), np.array([0.2, np.nan]))
    assert fused[0] == pytest.approx(0.2)
    assert fused[1] == -np.inf


def test_a_query_that_cannot_be_told_takes_the_higher() -> None:
    minilm = np.array([0.9, 0.1, np.nan])
    multilingual = np.array([0.2, 0.2, 0.2])
    np.testing.assert_allclose(fuse_lanes(None, minilm, multilingual), [0.9, 0.2, 0.2])
