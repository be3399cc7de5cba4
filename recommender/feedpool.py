"""Which threads a person's feed may show, and what that person has turned to before.

Three quarters of first reads are of posts under two days old (FIELD.md), so the pool is fresh
and older threads only follow where it is small, or where people are seen to read old ones.
Nothing own, joined, viewed, dismissed or run out is in it, but for what is in season again.
"""

import numpy as np

from data.models import INTERACTION_KINDS

from .collaborative import Together
from .columns import Flags, Ints
from .community import Community
from .ideas import DAY_US, dated, in_season
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
    keys = np.flatnonzero(roots_of(community, view))
    season = in_season(posts["created"][keys], posts["valid_until"][keys], view.moment)
    current = posts["valid_until"][keys] > view.moment
    keep = (current | season) & (posts["author"][keys] != person)
    keep &= ~community.roster.bots[posts["author"][keys]]
    keep &= ~np.isin(keys, joined_by(community, view, person))
    keep &= ~np.isin(keys, touched_by(community, view, person, ("view", "dismiss", "join")))
    keys, season = keys[keep], season[keep]
    order = np.lexsort((-keys, -posts["created"][keys]))
    keys, season = keys[order], season[order]
    fresh = int((posts["created"][keys] >= view.moment - FRESH_US).sum())
    kept = np.arange(len(keys)) < max(fresh, POOL)
    kept |= together.candidates(keys, ARCHIVE)
    return keys[kept | season], season[kept | season]


def roots_of(community: Community, view: View) -> Flags:
    """Readable roots with a text that stands."""
    posts = community.posts
    told = np.zeros(len(posts), dtype=bool)
    told[community.versions["post"][view.texts]] = True
    roots: Flags = view.posts & told & (posts["root"] == np.arange(len(posts)))
    return roots


def joined_by(community: Community, view: View, person: int) -> Ints:
    """Roots of the threads a person has posted in, own ones too, oldest post first."""
    posts = community.posts
    mine = np.flatnonzero(view.posts & (posts["author"] == person))
    roots: Ints = posts["root"][mine[np.argsort(posts["created"][mine], kind="stable")]]
    return roots


def touched_by(community: Community, view: View, person: int, kinds: tuple[str, ...]) -> Ints:
    """Roots of the threads with a readable post that a person did one of `kinds` with."""
    acts = community.interactions
    codes = [INTERACTION_KINDS.index(kind) for kind in kinds]
    mine = dated(community, view) & (acts["person"] == person) & np.isin(acts["kind"], codes)
    touched = acts["post"][mine]
    roots: Ints = community.posts["root"][touched[view.posts[touched]]]
    return roots
