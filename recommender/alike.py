"""What `learn` finds out about similar threads, and what is taken where nothing was learned.

A thread's score is the sum of its signals times their weights; its chance of being the same is a
logistic of that score and of how far it stands out of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import orjson

from .columns import Ints

Floats = npt.NDArray[np.float64]

SIGNALS = (
    "meaning",
    "peculiar",
    "words",
    "titles",
    "replies",
    "fresh",
    "linked",
    "kin",
    "own",
    "tags",
    "space",
)
"""Signals whose weights are fitted; `likeness` says what they are."""

BEST = 10
"""Best scores of an answer whose mean says how alike everything is."""

COPY = 0.8
"""Whitened cosine from which a text comes near to being a copy."""

NEVER_SAME = 2.0
"""A threshold that no chance reaches: where nine right answers of ten cannot be promised."""


@dataclass(frozen=True, slots=True)
class SimilarRanker:
    """Weights and calibration of "similar".

    Attributes
    ----------
    weights : points by signal, every one of SIGNALS.
    same : intercept, and weights of `standing`'s columns, in the logistic of "the same?".
    threshold : chance from which a thread is called the same, nine times of ten rightly;
        NEVER_SAME where that cannot be promised.
    links : own linked threads that it was fitted on; 0 for the default.
    """

    weights: Mapping[str, float]
    same: tuple[float, ...]
    threshold: float
    links: int = 0

    def to_bytes(self) -> bytes:
        """As JSON, keys sorted: equal rankers give equal bytes."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)

    @classmethod
    def from_bytes(cls, kept: bytes) -> "SimilarRanker":
        """Inverse of `to_bytes`; a signal that is not in it has no weight."""
        told = orjson.loads(kept)
        return cls(
            weights={name: float(told["weights"].get(name, 0.0)) for name in SIGNALS},
            same=tuple(float(value) for value in told["same"]),
            threshold=float(told["threshold"]),
            links=int(told.get("links", 0)),
        )

    def probabilities(self, score: Floats, peculiar: Floats, twins: Ints) -> Floats:
        """The chance of each thread of an answer (n,) to be about the same thing as the text; see
        `standing`."""
        return logistic(standing(score, peculiar, twins), self.same)


def logistic(stands: Floats, same: Sequence[float]) -> Floats:
    """The chance for each row of `stands` (m, 4), of `standing`."""
    intercept, *slopes = same
    chance: Floats = 1.0 / (1.0 + np.exp(-(intercept + stands @ np.array(slopes))))
    return chance


def standing(score: Floats, peculiar: Floats, twins: Ints) -> Floats:
    """How each thread stands in its answer, (n, 4): its score; how far it is above the best of
    the others (below it, less than 0); the mean score of the ten best; how near it is to a copy
    of the text, 0 to 1.

    What stands out is the same more often than one of many alike; but copies do not make each
    other less so: a thread is no other to its twins, and of the ten best each is counted once with
    its twins. `twins` (m, 2): places of threads that say nearly the same as each other.
    """
    count = len(score)
    if not count:
        return np.zeros((0, 4))
    near = np.eye(count, dtype=bool)
    near[twins[:, 0], twins[:, 1]] = near[twins[:, 1], twins[:, 0]] = True
    others = np.where(near, -np.inf, score).max(axis=1)
    # Where there is no other, nothing stands out.
    others = np.where(np.isfinite(others), others, score)
    among = np.full(count, score[_distinct(score, near)].mean())
    copied = np.clip((peculiar - COPY) / (1.0 - COPY), 0.0, 1.0)
    return np.stack([score, score - others, among, copied], axis=1)


def _distinct(score: Floats, near: npt.NDArray[np.bool_]) -> list[int]:
    """The places of the best scores, at most `BEST`, no two of them twins."""
    found: list[int] = []
    for place in np.argsort(-score, kind="stable").tolist():
        if not near[place, found].any():
            found.append(place)
        if len(found) == BEST:
            break
    return found


@cache
def default_similar() -> SimilarRanker:
    """What was learned on the development communities (evaluation/results/similar.md)."""
    return SimilarRanker.from_bytes(files("recommender").joinpath("similar.json").read_bytes())
