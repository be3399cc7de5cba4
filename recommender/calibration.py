"""From scores to chances: that a candidate replies within 30 days, that anyone does.

Both are logistic in few terms, fitted by `learn` over answered and unanswered questions alike
(Platt 1999). A candidate's term is the log of their softmax share, so that the chance rises with
the score; the others are those of the question, alike for all of its candidates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import counted, decayed
from .community import Community
from .kinship import Kinship
from .view import View
from .weights import LEAST_REPLIERS

PACE_HALF_LIFE = 60.0
"""Days over which it is looked at how it goes here lately."""

SETTLED_US = 2 * 86_400_000_000
"""Age from which a thread that nobody joined counts as unanswered."""

PRIOR = 3.0
"""Threads, half of them answered by one, that are added to those of the last months."""

SURE = 1e-9

CROWD = 100
"""Foremost candidates that a score is a share of."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How it goes here lately: joinings a thread, and the share of threads that anyone joined."""

    joinings: float
    answered: float


def pace_of(community: Community, view: View, kin: Kinship) -> Pace:
    """The pace as a viewer can see it, before the moment."""
    posts = community.posts
    created = posts["created"]
    roots = view.posts & (posts["root"] == np.arange(len(posts)))
    roots &= (created < view.moment - SETTLED_US) & ~community.roster.bots[posts["author"]]
    keys = np.flatnonzero(roots)
    joined = counted(kin.root, minlength=len(posts))
    weight = decayed(view.moment - created[keys], PACE_HALF_LIFE)
    whole = float(weight.sum()) + PRIOR
    count = joined[keys]
    return Pace(
        joinings=(float((weight * count).sum()) + PRIOR / 2) / whole,
        answered=(float(weight[count > 0].sum()) + PRIOR / 2) / whole,
    )


def crowd_of(scores: npt.NDArray[np.float64]) -> float:
    """log of the sum of exp(score) of the foremost, as if LEAST average ones were there."""
    foremost = np.sort(scores)[::-1][:CROWD]
    missing = np.zeros(max(LEAST_REPLIERS - len(scores), 0))
    return float(np.logaddexp.reduce(np.concatenate([foremost, missing])))


def candidate_terms(share: float, pace: Pace) -> tuple[float, ...]:
    """What a candidate's chance depends on; `share` is the log of the softmax share."""
    return (1.0, share, math.log(pace.joinings), log_odds(pace.answered))


def answerable_terms(chances: Sequence[float], pace: Pace) -> tuple[float, ...]:
    """What the chance of an answer depends on; `chances` are the first candidates'."""
    missed = math.prod(1.0 - chance for chance in chances)
    return (1.0, log_odds(1.0 - missed), log_odds(pace.answered))


def candidate_chance(coefficients: Sequence[float], share: float, pace: Pace) -> float:
    """The chance that a candidate replies."""
    return logistic(coefficients, candidate_terms(share, pace))


def answerable_chance(coefficients: Sequence[float], chances: Sequence[float], pace: Pace) -> float:
    """The chance that anyone replies; 0 where there is nobody."""
    return logistic(coefficients, answerable_terms(chances, pace)) if chances else 0.0


def log_odds(chance: float) -> float:
    """log(p / (1 - p)), bounded."""
    sure = min(max(chance, SURE), 1.0 - SURE)
    return math.log(sure / (1.0 - sure))


def logistic(coefficients: Sequence[float], terms: Sequence[float]) -> float:
    """The chance whose log odds are the sum of coefficients times terms."""
    x = sum(c * t for c, t in zip(coefficients, terms, strict=True))
    return 1.0 / (1.0 + math.exp(-min(max(x, -30.0), 30.0)))
