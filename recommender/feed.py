"""A person's feed: the threads of their pool, in the order in which they concern that person."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import weights
from .collaborative import Together
from .columns import DIGITS, Flags, Ints
from .community import Community
from .feedsignals import feed_signals
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """A pool in order: posts by key, their scores, points by signal (rows as posts).

    `season`: in season again. `talked`: somebody replied within the last days. `close`: nearer
    than most of the pool to what the person has taken part in. `shared`: several
    like-minded people turned to it.
    """

    posts: Ints
    scores: Floats
    points: dict[str, Floats]
    season: Flags
    talked: Flags
    close: Flags
    shared: Flags


def score(
    community: Community,
    texts: TextIndex,
    view: View,
    person: int,
    pool: Ints,
    season: Flags,
    together: Together,
) -> Scored:
    """Order `pool` for a person; ties by key, which the caller settles by id."""
    signals = feed_signals(community, texts, view, person, pool, season, together)
    weight = weighted(together.timeless)
    points = {name: weight[name] * values for name, values in signals.values.items()}
    total = np.round(sum(points.values(), np.zeros(len(pool))), DIGITS)
    order = np.lexsort((pool, -total))
    return Scored(
        pool[order],
        total[order],
        {name: values[order] for name, values in points.items()},
        season[order],
        signals.talked[order],
        signals.close[order],
        together.shown(pool)[order],
    )


def weighted(timeless: float) -> dict[str, float]:
    """The weights of the signals by name, between those for what is new and for an archive."""
    return {
        name: (1.0 - timeless) * weight + timeless * weights.ARCHIVE[name]
        for name, weight in weights.FEED.items()
    }
