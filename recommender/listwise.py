"""Listwise fitting of weights: those who were chosen are likely drawn from among the rest.

In: lists of candidates, with signals, others that count by their products, and shares of the
choice. Out: weights. Nothing here knows what a candidate is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from .products import slopes_of, sums_of

Floats = npt.NDArray[np.float64]

ITERATIONS = 200


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists one after another.

    Attributes
    ----------
    signals : (rows, signals) float32.
    fixed : (rows,) points of what is not learned.
    share : (rows,) of the choice; sums to 1 in each list.
    starts : (count,) the first row of each list; `of` : (rows,) the list of each row.
    standing : (rows, columns) float32, whose products have weights too, behind those of the
        signals (`products`); None where none have.
    """

    signals: npt.NDArray[np.float32]
    fixed: Floats
    share: Floats
    starts: npt.NDArray[np.int64]
    of: npt.NDArray[np.int64]
    count: int
    standing: npt.NDArray[np.float32] | None = None

    @classmethod
    def joined(
        cls,
        signals: Sequence[npt.NDArray[np.float32]],
        fixed: Sequence[Floats],
        share: Sequence[Floats],
        width: int,
        standing: Sequence[npt.NDArray[np.float32]] = (),
    ) -> "Lists":
        """Lists from their parts, none of them empty; `width`: how many signals there are."""
        sizes = [len(part) for part in fixed]
        return cls(
            signals=np.concatenate([np.zeros((0, width), np.float32), *signals]),
            fixed=np.concatenate([np.zeros(0), *fixed]),
            share=np.concatenate([np.zeros(0), *share]),
            starts=np.cumsum([0, *sizes[:-1]], dtype=np.int64)[: len(sizes)],
            of=np.repeat(np.arange(len(sizes)), sizes),
            count=len(sizes),
            standing=np.concatenate(standing) if standing else None,
        )

    def loss(self, weights: Floats) -> tuple[float, Floats]:
        """Mean of -log softmax of what was chosen, and its gradient."""
        plain = weights[: self.signals.shape[1]]
        scores = self.signals @ plain.astype(np.float32) + self.fixed
        if self.standing is not None:
            scores += sums_of(self.standing, weights[len(plain) :])
        scores -= np.maximum.reduceat(scores, self.starts)[self.of]
        odds = np.exp(scores)
        whole = np.add.reduceat(odds, self.starts)
        value = float(np.log(whole).sum() - (scores * self.share).sum())
        apart = (odds / whole[self.of] - self.share).astype(np.float32)
        slope: Floats = (self.signals.T @ apart).astype(np.float64)
        if self.standing is not None:
            slope = np.concatenate([slope, slopes_of(self.standing, apart)])
        return value / self.count, slope / self.count


def fitted(groups: Sequence[Lists], prior: Floats, strength: float | Floats) -> Floats:
    """Weights that make the loss and strength / 2 times the squared distance to `prior` least.

    Listwise as in Cao et al. 2007, top one. Each group counts by the square root of its number of
    lists. `strength`: one of all weights, or of each. The prior where there is no list.
    """
    groups = [group for group in groups if group.count]
    if not groups:
        return prior
    share = np.array([math.sqrt(group.count) for group in groups])
    share /= share.sum()

    def loss(weights: Floats) -> tuple[float, Floats]:
        apart = weights - prior
        total, gradient = float((strength * apart) @ apart) / 2, strength * apart
        for part, group in zip(share, groups, strict=True):
            value, slope = group.loss(weights)
            total += part * value
            gradient = gradient + part * slope
        return total, gradient

    # Threads that wait for each other cost more than these narrow products, fourteen times as much
    # on a busy machine; and one thread adds up in the same order wherever it runs.
    with threadpool_limits(limits=1, user_api="blas"):
        found = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    weights: Floats = found.x
    return weights
