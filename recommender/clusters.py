"""Vectors to clusters that keep their names: k-means that begins where the last one ended.

A cluster's number is given once and never to another: what was learned last week under a number is
still found under it, as long as the cluster lives.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from .columns import Ints

Vectors = npt.NDArray[np.float32]

ROUNDS = 100
STARTS = 3
"""Beginnings that are tried where there is nothing to go on from; the best is kept."""

LARGE, LARGE_ROUNDS, LARGE_STARTS = 6_000, 30, 1
"""Above so many vectors each round takes long, and the beginning matters less."""

PER_ROOT = 0.6
"""Clusters are this many times the square root of the number of vectors: 6 of 100 threads, 42 of
5,000 (evaluation/results/topics.md)."""

FEWEST, MOST = 3, 100

SAME = 1e-5
"""Mean distance from the centre, as 1 - cosine, up to which texts are the same but for rounding."""

SLACK = 1.25
"""As long as the number wanted is not this many times the number there, none is split."""

LEAST_MEMBERS = 5
"""Smaller clusters are given up."""

DIGITS = 5
"""Decimals of a centroid: sums in another order differ beyond them."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters by place: `numbers` (k,), unit `centroids` (k, dim), and the next free number."""

    numbers: tuple[int, ...]
    centroids: Vectors
    following: int


def unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    """`vectors` (n, dim) at length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    out: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return out


def wanted_of(count: int) -> int:
    """How many clusters `count` vectors are worth."""
    return min(max(round(PER_ROOT * float(np.sqrt(count))), FEWEST), MOST)


def fit_clusters(vectors: Vectors, before: Clusters | None) -> Clusters:
    """Clusters of unit `vectors` (n, dim), n at least FEWEST, going on from those `before`.

    The same input gives the same clusters.
    """
    with threadpool_limits(1):
        wanted = wanted_of(len(vectors))
        if before is None or not before.numbers:
            large = len(vectors) > LARGE
            centroids = _centres(
                vectors,
                KMeans(
                    wanted,
                    n_init=LARGE_STARTS if large else STARTS,
                    max_iter=LARGE_ROUNDS if large else ROUNDS,
                    random_state=0,
                ),
            )
            numbers, following = list(range(1, wanted + 1)), wanted + 1
        else:
            numbers, following = list(before.numbers), before.following
            centroids = _moved(vectors, before.centroids)
            if wanted >= SLACK * len(numbers):
                while len(numbers) < wanted:
                    split = _with_split(vectors, centroids)
                    if split is None:
                        break
                    centroids = split
                    numbers.append(following)
                    following += 1
                centroids = _moved(vectors, centroids)
    members = np.bincount(nearest(vectors, unit(centroids))[0], minlength=len(numbers))
    kept = np.flatnonzero(members >= LEAST_MEMBERS)
    return Clusters(
        tuple(numbers[place] for place in kept.tolist()),
        np.round(unit(centroids[kept].astype(np.float32)), DIGITS),
        following,
    )


def nearest(vectors: Vectors, centroids: Vectors) -> tuple[Ints, Vectors]:
    """The place of each vector's nearest centroid, and its cosine, (n,) each; 0 of none."""
    if not len(centroids):
        return np.full(len(vectors), -1), np.zeros(len(vectors), np.float32)
    likeness = vectors @ centroids.T
    places = np.argmax(likeness, axis=1)
    return places, likeness[np.arange(len(places)), places]


def _moved(vectors: Vectors, centroids: Vectors) -> Vectors:
    """K-means from `centroids`; more of them than vectors is more than can be moved."""
    if len(vectors) < len(centroids):
        return centroids
    rounds = LARGE_ROUNDS if len(vectors) > LARGE else ROUNDS
    start = unit(centroids)
    return _centres(
        vectors, KMeans(len(start), init=start, n_init=1, max_iter=rounds, random_state=0)
    )


def _centres(vectors: Vectors, kmeans: KMeans) -> Vectors:
    """The centres that `kmeans` finds; some are the same where texts are, which it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        centres: Vectors = kmeans.fit(vectors).cluster_centers_
    return centres


def _with_split(vectors: Vectors, centroids: Vectors) -> Vectors | None:
    """`centroids` with the most scattered cluster in two; what is nearer to the old keeps place.

    None where every cluster is of the same text again and again, of which there are no halves.
    """
    units = unit(centroids)
    places, likeness = nearest(vectors, units)
    scatter = np.bincount(places, 1.0 - likeness, minlength=len(centroids))
    widest = int(np.argmax(scatter))
    inside = vectors[places == widest]
    if scatter[widest] <= SAME * len(inside):
        return None
    halves = unit(_centres(inside, KMeans(2, n_init=STARTS, random_state=0)))
    order = np.argsort(-(halves @ units[widest]), kind="stable")
    out = np.concatenate([units, halves[order[1:]]])
    out[widest] = halves[order[0]]
    return out
