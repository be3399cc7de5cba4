"""A scored pool made ready to be arranged: ties settled, and of each thread what variety, lots and
spreading go by.

In: a pool in the order of its scores. Out: a `Line` and what was shown before it.
"""

from collections.abc import Mapping

import numpy as np

from . import feed
from .arranging import SEEN_AT, STRETCH, UNSEEN_AT, Before, Line
from .columns import Flags, Ints
from .community import NAMELESS, Community
from .drawing import Ids
from .feedpool import FRESH_US
from .settings import FeedSettings
from .sites import UNKNOWN, by_newcomers, homes_of_posts
from .spreading import offers
from .standing import standing_rows, vectors_of
from .texts import TextIndex
from .view import View

MOST_DRAWN = 500
"""Threads that one place is drawn among, at most."""


def settled(scored: feed.Scored, ids: Ids) -> Ints:
    """The rows of a scored pool, best first, ties by id.

    Ids are read of tied threads alone: few are.
    """
    _, first, inverse, counts = np.unique(
        -scored.scores, return_index=True, return_inverse=True, return_counts=True
    )
    tied = np.flatnonzero(counts[inverse] > 1)
    known: Mapping[int, str] = ids(scored.posts[tied].tolist()) if len(tied) else {}
    order = np.arange(len(scored.posts))
    for group in np.flatnonzero(counts > 1).tolist():
        rows = np.arange(first[group], first[group] + counts[group])
        order[rows] = sorted(rows.tolist(), key=lambda row: known.get(int(scored.posts[row]), ""))
    return order


def line_of(
    community: Community,
    texts: TextIndex,
    view: View,
    person: int,
    scored: feed.Scored,
    homes: Ints,
    settings: FeedSettings,
    lots: bool,
) -> Line:
    """The line of a scored pool, rows as there.

    Drawn by lot, if `lots` are drawn at all, may be what is young enough for the feed's pool and
    by a newcomer or from another site than the person's.
    """
    pool = scored.posts
    chosen = by_newcomers(community, view, pool) | from_elsewhere(community, homes, person, pool)
    offered = offers(community, texts, view, person, pool, homes, settings.readers)
    return Line(
        posts=pool,
        authors=named_authors(community, pool),
        vectors=vectors_of(texts, standing_rows(community, view, pool)),
        scores=scored.scores,
        explorable=lots & newest(community, pool, chosen & young(community, view, pool)),
        invited=offered.claims,
        kept=SEEN_AT if offered.told else UNSEEN_AT,
    )


def young(community: Community, view: View, posts: Ints) -> Flags:
    """Which of `posts` are young enough for the feed's pool."""
    begun: Flags = community.posts["created"][posts] >= view.moment - FRESH_US
    return begun


def newest(community: Community, posts: Ints, chosen: Flags) -> Flags:
    """The `MOST_DRAWN` newest of the `chosen` among `posts`, and those as new as the last of them.

    Each that may be drawn costs a lot and the reading of an id, a tenth of a second for ten
    thousand; and what is drawn among so many is mostly a week old.
    """
    if int(chosen.sum()) <= MOST_DRAWN:
        return chosen
    created = community.posts["created"][posts]
    last = np.partition(created[chosen], -MOST_DRAWN)[-MOST_DRAWN]
    late: Flags = chosen & (created >= last)
    return late


def needs_lots(community: Community, view: View, pool: Ints) -> bool:
    """Whether chance has anything to give: what is young does not fit on the first page.

    Where it does, everybody's new threads are seen without it, and it could only move what
    concerns somebody down for what they will see anyway. `pool`: all of it, whatever of it was
    shown, so that the answer is the same on every page.
    """
    return int(young(community, view, pool).sum()) > STRETCH


def before_of(community: Community, texts: TextIndex, view: View, shown: Ints) -> Before:
    """What was `shown` (keys in that order), as far as the viewer may read it today."""
    last = shown[-(STRETCH - 1) :]
    # A cursor may have been made up, and what it names may be gone.
    last = last[(last > 0) & (last < len(view.posts))]
    last = last[view.posts[last]]
    rows = standing_rows(community, view, last)
    return Before(len(shown), named_authors(community, last), vectors_of(texts, rows))


def named_authors(community: Community, posts: Ints) -> Ints:
    """Authors of `posts`; 0, nobody, of those who are not named."""
    named = (community.posts["flags"][posts] & NAMELESS) == 0
    authors: Ints = np.where(named, community.posts["author"][posts], 0)
    return authors


def from_elsewhere(community: Community, homes: Ints, person: int, posts: Ints) -> Flags:
    """Which of `posts` come from another site than the person's."""
    where = homes_of_posts(community, homes, posts)
    elsewhere: Flags = (where != UNKNOWN) & (where != homes[person])
    return elsewhere
