"""Partial whitening: what all texts of a community have in common counts less in a likeness.

In: vectors of the community's own open texts. Out: a map of vectors after which the directions
that nearly every text here shares no longer make any two of them alike.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embeddings.face import Vectors

from .columns import Ints

Matrix = npt.NDArray[np.float64]

PART = 0.5
"""How far each direction's spread is evened out, 0 not at all to 1 wholly; of .25, .5 and .75
the best on the links of five communities before their test windows
(evaluation/results/similar.md)."""

SHRUNK = 0.1
"""Least share of the mean spread in every direction's."""

SHRUNK_BY = 100
"""Texts that weigh as much as the assumption that all directions spread alike."""

LEAST = 100
"""Texts below which directions cannot be told from chance; nothing is fitted then."""


@dataclass(frozen=True, slots=True)
class Whitening:
    """A mean (dim,) that is taken off, and a matrix (dim, dim) that vectors are turned by."""

    mean: Matrix
    matrix: Matrix

    def turned(self, vectors: Vectors) -> Matrix:
        """`vectors` (n, dim) as unit vectors of the evened space; zeros stay zeros."""
        moved = (vectors.astype(np.float64) - self.mean) @ self.matrix
        length = np.linalg.norm(moved, axis=1, keepdims=True)
        turned: Matrix = moved / np.where(length > 0.0, length, 1.0)
        return turned

    def to_bytes(self) -> bytes:
        """The mean and the matrix as float32, one after the other."""
        return np.vstack([self.mean[None, :], self.matrix]).astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Whitening | None":
        """Inverse of `to_bytes`; None for no bytes, as where nothing was fitted."""
        if not kept:
            return None
        values = np.frombuffer(kept, dtype="<f4").astype(np.float64)
        # n (n + 1) values: a square and the mean above it.
        dim = int(np.sqrt(len(values)))
        table = values.reshape(dim + 1, dim)
        return cls(table[0], table[1:])


def fit_whitening(vectors: Vectors) -> Whitening | None:
    """Even out `PART` of the spread of `vectors` (n, dim); None below `LEAST` of them.

    The covariance is shrunk towards an even one, the further the fewer texts there are.
    """
    if len(vectors) < LEAST:
        return None
    exact = vectors.astype(np.float64)
    mean = exact.mean(axis=0)
    spread, directions = np.linalg.eigh(np.cov((exact - mean).T))
    spread = np.maximum(spread, 0.0)
    shrunk = max(SHRUNK, SHRUNK_BY / (SHRUNK_BY + len(vectors)))
    spread = (1.0 - shrunk) * spread + shrunk * max(float(spread.mean()), 1e-9)
    return Whitening(mean, (directions * spread ** (-PART / 2.0)) @ directions.T)


def peculiar(whitening: Whitening | None, question: Vectors, held: Vectors) -> Matrix | None:
    """The cosine of each of `held` (n, dim) to `question` (dim,) in the evened space, (n,)."""
    if whitening is None:
        return None
    turned: Matrix = whitening.turned(held) @ whitening.turned(question[None, :])[0]
    return turned


def sample(rows: Ints, most: int) -> Ints:
    """At most `most` of `rows`, evenly over them: enough for a mean and a covariance."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
