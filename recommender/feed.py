"""A person's feed: the threads of their pool, in the order in which they concern that person."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .collaborative import SHARED, Together, blended
from .columns import DIGITS, Flags, Ints
from .community import Community
from .feedchoices import Near
from .feedranker import FeedRanker
from .feedsignals import feed_signals
from .mentions import Mentions
from .profiles import Profiles
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Knowing:
    """What a feed is scored by beside the community and its texts."""

    ranker: FeedRanker
    profiles: Profiles
    mentions: Mentions


@dataclass(frozen=True, slots=True)
class Scored:
    """A pool in order: posts by key, their scores, points by signal (rows as posts).

    `season`: in season again. `talked`: somebody replied within the last days. `close`: nearer
    than most of the pool to what the person has turned to. `usual`: mean points by signal
    over the whole pool. `shared`: several like-minded people turned to it.
    `quiet`: of what came to life again, for how long nobody had written (microseconds), else 0.
    `near`: which of the topics that the person chose each is about.
    """

    posts: Ints
    scores: Floats
    points: dict[str, Floats]
    season: Flags
    talked: Flags
    close: Flags
    shared: Flags
    quiet: Ints
    near: Near
    usual: dict[str, float]

    def part(self, rows: Ints) -> "Scored":
        """Those of `rows`, in that order."""
        return Scored(
            self.posts[rows],
            self.scores[rows],
            {name: values[rows] for name, values in self.points.items()},
            self.season[rows],
            self.talked[rows],
            self.close[rows],
            self.shared[rows],
            self.quiet[rows],
            self.near.part(rows),
            self.usual,
        )


def score(
    community: Community,
    texts: TextIndex,
    view: View,
    person: int,
    pool: Ints,
    season: Flags,
    knowing: Knowing,
    together: Together,
) -> Scored:
    """Order `pool` for a person; ties by key, which the caller settles by id."""
    signals = feed_signals(
        community, texts, knowing.profiles, knowing.mentions, view, person, pool, season
    )
    each = blended(knowing.ranker.points(), together.timeless)
    values = {**signals.values, SHARED: together.signal(pool)}
    points = {name: each[name] * column for name, column in values.items()}
    total = np.round(sum(points.values(), np.zeros(len(pool))), DIGITS)
    usual = {name: float(values.mean()) if len(pool) else 0.0 for name, values in points.items()}
    shared = together.shown(pool)
    marks = (season, signals.talked, signals.close, shared, signals.quiet, signals.near)
    scored = Scored(pool, total, points, *marks, usual)
    return scored.part(np.lexsort((pool, -total)))


def with_points(scored: Scored, name: str, points: Floats) -> Scored:
    """A pool with the `points` of one signal more, in the order that follows."""
    if not points.any():
        return replace(scored, points={**scored.points, name: points})
    total = np.round(scored.scores + points, DIGITS)
    more = replace(scored, scores=total, points={**scored.points, name: points})
    return more.part(np.lexsort((scored.posts, -total)))
