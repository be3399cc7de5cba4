"""What a community's own turns to threads teach about ordering feeds.

In: an engine's parts and a time `until`. Out: a `FeedRanker`, moved from a prior as far as the
turns carry. An example is somebody's first reply in a young thread, seen as it stood then by a
stranger: only what is open to all is looked at, and nothing dated at or after `until`.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.rows import from_us

from .access import OPEN
from .collaborative import Together
from .columns import Ints
from .community import NAMELESS, Community
from .feedpool import FRESH_US, pool_of
from .feedranker import BY_HAND, SIGNALS, UNITS, FeedRanker
from .feedsignals import feed_signals
from .ideas import DAY_US
from .listwise import Lists, fitted
from .parts import Parts
from .view import View, view_of

Floats = npt.NDArray[np.float64]

YOUNG_US = 7 * DAY_US
EARLIER = 5
LEAST_POOL = 5
"""PROTOCOL.md's events: in threads under a week old, by people with five turns before; of pools of
five, since small communities have no larger ones."""

EARLY = 0.3
"""Part of the turns, from the start, that is no example: too little is known of anybody."""

MOST = 600
"""Turns that are enough; more are drawn from evenly."""

OWN_STRENGTH = 100.0
"""Turns that the prior weights as much as (evaluation/results/feed-training.md)."""

POOLED_STRENGTH = 0.03
"""Penalty on the squared weights where communities are fitted together."""

DIGITS = 4

NOBODY = Together(np.zeros(0), np.zeros(0, np.int64), own=False, timeless=0.0)
"""Old threads are nobody's choice in a pool of new ones."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn to a thread: the pool's signals (pool, len(SIGNALS)) in their units, the points of
    those set by hand (pool,), and the row of the thread that was chosen."""

    signals: npt.NDArray[np.float32]
    fixed: Floats
    chosen: int

    def rank(self, weights: Floats) -> float:
        """The chosen one's place by `weights` (len(SIGNALS),), from 1; ties in the middle."""
        scores = self.signals @ weights + self.fixed
        own = scores[self.chosen]
        return 1.0 + float((scores > own).sum()) + float((scores == own).sum() - 1) / 2


def as_vector(ranker: FeedRanker) -> Floats:
    """Weights in the order of SIGNALS."""
    return np.array([ranker.weights[name] for name in SIGNALS])


def turn_keys(view: View, since: int, until: int) -> Ints:
    """Posts from `since` until `until` (microseconds) by which somebody turned to a thread that
    can be an example, in order of time."""
    community = view.community
    posts = community.posts
    keys = community.joinings
    keys = keys[view.posts[keys] & (posts["access"][keys] == OPEN)]
    created, author = posts["created"][keys], posts["author"][keys]
    order = np.argsort(author, kind="stable")
    starts = np.searchsorted(author[order], author[order])
    earlier = np.zeros(len(keys), dtype=np.int64)
    earlier[order] = np.arange(len(keys)) - starts
    age = created - posts["created"][np.minimum(posts["root"][keys], len(posts) - 1)]
    fit = (earlier >= EARLIER) & (age > 0) & (age < YOUNG_US)
    fit &= (created >= since) & (created < until)
    kept: Ints = keys[fit]
    return kept


def as_signed(community: Community) -> Community:
    """The same community, had nobody written what does not bear their name.

    Whose own it is would show in what is learned. No such post counts as its author's anyway, so
    what follows from the columns stays as it is.
    """
    posts = community.posts
    signed = copy(community)
    authors = np.where(posts["flags"] & NAMELESS, 0, posts["author"])
    signed.posts = posts.with_columns({"author": authors})
    return signed


def turn_of(parts: Parts, today: View, key: int) -> Turn | None:
    """The turn that the post `key` was, as it stood; None where there was no choice."""
    posts = today.community.posts
    at = from_us(int(posts["created"][key]))
    person = int(posts["author"][key])
    community = as_signed(parts.past.of(today.community, parts.store, at))
    view = view_of(community, None, at, at)
    pool, season = pool_of(community, view, person, NOBODY)
    fresh = community.posts["created"][pool] >= view.moment - FRESH_US
    pool, season = pool[fresh], season[fresh]
    chosen = np.flatnonzero(pool == posts["root"][key])
    if len(pool) < LEAST_POOL or not len(chosen):
        return None
    signals = feed_signals(
        community, parts.texts, parts.profiles, parts.mentions, view, person, pool, season
    ).values
    columns = [signals[name] / UNITS[name] for name in SIGNALS]
    # What somebody chose is theirs alone: nothing that others get is learned from it.
    known = signals.keys() - {"topic"}
    fixed = sum(
        (points * signals[name] for name, points in BY_HAND.items() if name in known),
        np.zeros(len(pool)),
    )
    return Turn(np.stack(columns, axis=1).astype(np.float32), fixed, int(chosen[0]))


def turns_of(
    parts: Parts,
    view: View,
    since: int,
    until: int,
    most: int,
    told: Callable[[int, int], None] | None = None,
) -> list[Turn]:
    """At most `most` turns from `since` until `until`, drawn evenly over time."""
    keys = turn_keys(view, since, until)
    if len(keys) > most:
        keys = keys[np.linspace(0, len(keys) - 1, most).astype(np.int64)]
    found = []
    for done, key in enumerate(keys.tolist(), start=1):
        turn = turn_of(parts, view, key)
        if turn is not None:
            found.append(turn)
        if told is not None:
            told(done, len(keys))
    return found


def own_turns(
    parts: Parts,
    view: View,
    until: int,
    told: Callable[[int, int], None] | None = None,
) -> list[Turn]:
    """The turns that `learn` looks at: of the history before `until`, but for its start."""
    keys = turn_keys(view, 0, until)
    if not len(keys):
        return []
    since = int(view.community.posts["created"][keys[int(len(keys) * EARLY)]])
    return turns_of(parts, view, since, until, MOST, told)


def fit_feed(groups: Sequence[Sequence[Turn]], prior: Floats, strength: float) -> dict[str, float]:
    """Weights by signal under which what was chosen is likely drawn from its pool."""
    lists = []
    for turns in groups:
        shares = [np.eye(1, len(turn.fixed), turn.chosen)[0] for turn in turns]
        signals, fixed = [turn.signals for turn in turns], [turn.fixed for turn in turns]
        lists.append(Lists.joined(signals, fixed, shares, len(SIGNALS)))
    found = fitted(lists, prior, strength)
    return dict(zip(SIGNALS, (round(float(weight), DIGITS) for weight in found), strict=True))


def own_feed_ranker(turns: Sequence[Turn], prior: FeedRanker) -> FeedRanker:
    """The prior moved as far as the turns carry: the more of them, the further."""
    weights = fit_feed([turns], as_vector(prior), OWN_STRENGTH / max(len(turns), 1))
    return FeedRanker(weights, len(turns))
