"""From scores to chances: that a candidate replies within 30 days, that anyone does.

Both are logistic in few terms, fitted by `learn` over answered and unanswered questions alike
(Platt 1999). A candidate's term is the log of their softmax share, so that the chance rises with
the score; the others are those of the question, alike for all of its candidates. What was tried
and on which figures it was chosen: evaluation/results/calibration.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .pace import Pace

SURE = 1e-9

ENOUGH = 10
"""Replies from which on an answer is no longer held to be one of the candidates' for want of
others. A history this short is none that anything was measured on."""

FOREMOST = 100
"""Foremost candidates that a score is a share of."""

CANDIDATE_PRIOR = (0.0, 1.0, 1.0, 0.0, 0.0)
"""What the coefficients of a candidate's chance are drawn to where nothing else is known: the
share, times the joinings a thread."""

ANYONE_PRIOR = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
"""The same of an answer's chance: that one of the first candidates replies."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The foremost candidates of a question.

    `whole`: log of the sum of exp(score); `spread`: entropy of the softmax, small where few
    stand out.
    """

    whole: float
    spread: float


def crowd_of(scores: npt.NDArray[np.float64]) -> Crowd:
    """The crowd of the scores of all who may be suggested, (candidates,)."""
    if not len(scores):
        return Crowd(0.0, 0.0)
    foremost = np.sort(scores)[::-1][:FOREMOST]
    whole = float(np.logaddexp.reduce(foremost))
    return Crowd(whole, whole - float(np.exp(foremost - whole) @ foremost))


def candidate_terms(score: float, crowd: Crowd, pace: Pace) -> tuple[float, ...]:
    """What a candidate's chance depends on, the first the share; CANDIDATE_PRIOR's order."""
    return (
        1.0,
        score - crowd.whole,
        math.log(pace.returning),
        crowd.spread,
        math.log(pace.alike_joined),
    )


def answerable_terms(chances: Sequence[float], pace: Pace) -> tuple[float, ...]:
    """What the chance of an answer depends on; `chances` are the first candidates'."""
    missed = math.prod(1.0 - chance for chance in chances)
    return (
        1.0,
        log_odds(1.0 - missed),
        log_odds(pace.answered),
        math.log(pace.alike_answered),
        math.log(pace.asker_answered),
        pace.asks,
    )


def candidate_chance(
    coefficients: Sequence[float], score: float, crowd: Crowd, pace: Pace
) -> float:
    """The chance that a candidate replies."""
    return logistic(coefficients, candidate_terms(score, crowd, pace))


def answerable_chance(coefficients: Sequence[float], chances: Sequence[float], pace: Pace) -> float:
    """The chance that anyone replies; 0 where there is nobody."""
    return logistic(coefficients, answerable_terms(chances, pace)) if chances else 0.0


def all_chances(
    coefficients: Sequence[float], scores: npt.NDArray[np.float64], crowd: Crowd, pace: Pace
) -> float:
    """How many of the candidates with `scores` (n,) are to be expected to reply."""
    rest = sum(c * t for c, t in zip(coefficients, candidate_terms(0.0, crowd, pace), strict=True))
    x = np.clip(coefficients[1] * scores + rest, -30.0, 30.0)
    return float(np.sum(1.0 / (1.0 + np.exp(-x))))


def of_strangers(joinings: int) -> float:
    """Bound of the chance that somebody replies of whom nothing is known yet.

    What has come so often before may come again; where nobody ever replied, whoever does is one
    of the candidates.
    """
    return joinings / (joinings + 1)


def log_odds(chance: float) -> float:
    """log(p / (1 - p)), bounded."""
    sure = min(max(chance, SURE), 1.0 - SURE)
    return math.log(sure / (1.0 - sure))


def logistic(coefficients: Sequence[float], terms: Sequence[float]) -> float:
    """The chance whose log odds are the sum of coefficients times terms."""
    x = sum(c * t for c, t in zip(coefficients, terms, strict=True))
    return 1.0 / (1.0 + math.exp(-min(max(x, -30.0), 30.0)))
