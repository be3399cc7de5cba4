"""Clusters of texts that are the same again and again: reports, stand-ups, forms."""

import warnings

import numpy as np
import pytest

from recommender.clusters import fit_clusters, unit


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(8))
def test_texts_that_are_all_the_same_cannot_be_split(seed: int) -> None:
    """The second `learn` ended in a traceback, and the first warned of clusters found smaller."""
    vectors = unit(np.random.default_rng(seed).normal(size=(3, 512)).astype(np.float32))
    first = fit_clusters(np.repeat(vectors, 10, axis=0), None)
    assert len(first.numbers) == 3
    for later in (vectors, vectors[:1]):
        grown = fit_clusters(np.repeat(later, 400, axis=0), first)
        assert set(grown.numbers) <= set(first.numbers) and grown.numbers


def test_warnings_are_let_through_again() -> None:
    fit_clusters(np.ones((30, 4), np.float32) / 2, None)
    with pytest.warns(UserWarning, match="still"):
        warnings.warn("still told", UserWarning, stacklevel=1)
