"""Which threads a person's feed may show, and what that person has turned to before.

Three quarters of first reads are of posts under two days old (FIELD.md), so the pool is fresh
and older threads only follow where it is small, or where people are seen to read old ones.
Nothing own, joined, viewed, dismissed or run out is in it, but for what is in season again.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from .begun import roots_in
from .collaborative import Together
from .columns import Flags, Ints
from .community import Community
from .feedhistory import written_by
from .ideas import DAY_US, done_by, in_season
from .revival import MOST, Revived, revived_in
from .view import View

FRESH_US = 14 * DAY_US
"""PROTOCOL.md's pool."""

POOL = 200
"""Threads a feed holds at least, if the community has as many, and older ones at most."""

ARCHIVE = 300
"""Older threads besides, where people read what is old: those that like-minded people read."""


def pool_of(
    community: Community, view: View, person: int, together: Together
) -> tuple[Ints, Flags]:
    """The threads a person may be shown, newest first, and which of them are in season again."""
    posts = community.posts
    begun = view.once(begun_in)
    turned = np.zeros(len(posts), dtype=bool)
    for roots in (
        joined_by(community, view, person),
        touched_by(community, view, person, ("view", "dismiss", "join")),
    ):
        turned[roots[roots < len(posts)]] = True
    keep = ~turned[begun.keys] & (begun.author != person)
    keys, season = begun.keys[keep], begun.season[keep]
    fresh = int((posts["created"][keys] >= view.moment - FRESH_US).sum())
    kept = np.arange(len(keys)) < max(fresh, POOL)
    kept |= together.candidates(keys, ARCHIVE)
    kept |= season | np.isin(keys, revived_for(view, keys).keys)
    return keys[kept], season[kept]


def revived_for(view: View, among: Ints) -> Revived:
    """The threads come to life again of `among`, which somebody may be shown; at most `MOST`."""
    revived = view.once(revived_in)
    # Few against very many: one by one is quicker than sorting those.
    there = (row for row, key in enumerate(revived.keys) if (among == key).any())
    return revived.part(np.array(list(islice(there, MOST)), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Begun:
    """Threads that may be shown to somebody, newest first, arrays of one length: keys of the
    roots, their authors, and which are in season again."""

    keys: Ints
    author: Ints
    season: Flags


def begun_in(view: View) -> Begun:
    """The threads in a view by people that have not run out, or are in season again."""
    community = view.community
    posts = community.posts
    # In order of time already: there may be hundreds of thousands.
    keys = community.by_time[::-1]
    keys = keys[view.posts[keys] & (view.once(roots_in).place[keys] >= 0)]
    keys = keys[~community.roster.bots[posts["author"][keys]]]
    season = np.zeros(len(keys), dtype=bool)
    out = np.flatnonzero(posts["valid_until"][keys] <= view.moment)
    season[out] = in_season(
        posts["created"][keys[out]], posts["valid_until"][keys[out]], view.moment
    )
    current = season | (posts["valid_until"][keys] > view.moment)
    keys, season = keys[current], season[current]
    return Begun(keys, posts["author"][keys], season)


def joined_by(community: Community, view: View, person: int) -> Ints:
    """Roots of the threads a person has posted in, own ones too, oldest post first."""
    roots: Ints = community.posts["root"][view.once(written_by, person)]
    return roots


def touched_by(community: Community, view: View, person: int, kinds: tuple[str, ...]) -> Ints:
    """Roots of the threads with a readable post that a person did one of `kinds` with."""
    touched = community.interactions["post"][done_by(community, view, person, kinds)]
    roots: Ints = community.posts["root"][touched[view.posts[touched]]]
    return roots
