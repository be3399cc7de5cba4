"""Partial whitening: what all texts of a community have in common counts less in a likeness.

In: vectors of the community's own open texts. Out: a map of vectors after which the directions
that nearly every text here shares no longer make any two of them alike.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from embeddings.face import Vectors

from .columns import Ints

Matrix = npt.NDArray[np.float64]

PART = 0.5
"""How far each direction's spread is evened out, 0 not at all to 1 wholly; of .25, .5 and .75
the best on the links of five communities before their test windows
(evaluation/results/similar.md)."""

DIRECTIONS = 64
"""Directions that are evened out; all 384 were no better on two communities' links."""

SHRUNK = 0.1
"""Least share of the mean spread in every direction's."""

SHRUNK_BY = 100
"""Texts that weigh as much as the assumption that all directions spread alike."""

LEAST = 100
"""Texts below which directions cannot be told from chance; nothing is fitted then."""


@dataclass(frozen=True, slots=True)
class Whitening:
    """A mean (dim,) that is taken off; the directions (DIRECTIONS, dim) along which the texts
    differ most, and by how much less a difference along each counts, (DIRECTIONS,), squared."""

    mean: Matrix
    directions: Matrix
    less: Matrix

    def cosines(self, question: Vectors, held: Vectors) -> Matrix:
        """The cosine of each of `held` (n, dim) to `question` (dim,) in the evened space, (n,);
        0 for what lies on the mean."""
        one = question.astype(np.float64) - self.mean
        many = held.astype(np.float64) - self.mean
        mine, theirs = self.directions @ one, many @ self.directions.T
        # What is not along one of the directions counts whole.
        products = many @ one - theirs @ (self.less * mine)
        lengths = np.einsum("nd,nd->n", many, many) - (theirs * theirs) @ self.less
        length = float(one @ one - (mine * mine) @ self.less)
        whole = np.sqrt(np.maximum(lengths * length, 0.0))
        found: Matrix = np.divide(products, whole, out=np.zeros(len(many)), where=whole > 0.0)
        return found

    def to_bytes(self) -> bytes:
        """The mean, the directions and what they count less, as float32, one after another."""
        parts = [self.mean, self.directions.ravel(), self.less]
        return np.concatenate(parts).astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Whitening | None":
        """Inverse of `to_bytes`; None for no bytes, as where nothing was fitted."""
        if not kept:
            return None
        values = np.frombuffer(kept, dtype="<f4").astype(np.float64)
        dim = (len(values) - DIRECTIONS) // (DIRECTIONS + 1)
        return cls(
            values[:dim], values[dim:-DIRECTIONS].reshape(DIRECTIONS, dim), values[-DIRECTIONS:]
        )


def fit_whitening(vectors: Vectors) -> Whitening | None:
    """Even out `PART` of the spread of `vectors` (n, dim) along the directions in which they
    differ most; None below `LEAST` of them.

    The covariance is shrunk towards an even one, the further the fewer texts there are.
    """
    if len(vectors) < LEAST:
        return None
    exact = vectors.astype(np.float64)
    mean = exact.mean(axis=0)
    # The order of sums over texts decides their last bits, and these what is kept.
    with threadpool_limits(1):
        spread, directions = np.linalg.eigh(np.cov((exact - mean).T))
    most = min(DIRECTIONS, len(spread) - 1)
    shrunk = max(SHRUNK, SHRUNK_BY / (SHRUNK_BY + len(vectors)))
    even = max(float(spread.mean()), 1e-9)
    stretch = ((1.0 - shrunk) * np.maximum(spread, 0.0) + shrunk * even) ** -PART
    less = np.zeros(DIRECTIONS)
    less[:most] = 1.0 - stretch[-most:] / stretch[:-most].mean()
    kept = np.zeros((DIRECTIONS, len(spread)))
    kept[:most] = directions[:, -most:].T
    return Whitening(mean, kept, less)


def sample(rows: Ints, most: int) -> Ints:
    """At most `most` of `rows`, evenly over them: enough for a mean and a covariance."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
