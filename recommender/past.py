"""A community as it stood: what posts were before later edits, and where they hung.

Permissions, consent and who is here are those of today. Where nothing was changed since, as in
every history that was imported once, the community of today is that of then.
"""

from datetime import datetime

import numpy as np

from data.reading import ANONYMOUS, HUSK, MEMBERS, NEVER, kind_flags
from data.rows import to_us
from data.store import Store

from .columns import Ints
from .community import Community

PERMISSIONS = ANONYMOUS | HUSK | MEMBERS


class Past:
    """Communities as they stood; the last one asked for is kept."""

    def __init__(self) -> None:
        self._key: object = None
        self._kept = Community()

    def of(self, community: Community, store: Store, as_of: datetime | None) -> Community:
        """`community` as it stood just before `as_of`; as it is, where that is None."""
        if as_of is None:
            return community
        moment = to_us(as_of)
        edited, hung = _edited(community, moment), _hung(community, moment)
        if not len(edited) and not len(hung):
            return community
        # Where posts hung depends on which were there; what they were, on the edits since.
        key = (community.seq, edited.tobytes(), moment if len(hung) else None)
        if key != self._key:
            columns = _stood(community, edited)
            if len(hung):
                columns["root"] = _roots(community, store, hung, moment)
            self._key, self._kept = key, community.with_posts(columns)
        return self._kept


def _edited(community: Community, moment: int) -> Ints:
    """Versions that stood before `moment`, of posts that were something else than today.

    Before its first version, a post is taken to have been what that says.
    """
    posts, versions = community.posts, community.versions
    until = versions["until"]
    rows = np.flatnonzero((until >= moment) & (until != NEVER))
    rows = rows[versions.live[rows] & (versions["kind"][rows] >= 0)]
    rows = rows[np.lexsort((rows, until[rows], versions["post"][rows]))]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = np.diff(versions["post"][rows]) != 0
    rows = rows[first]
    of = versions["post"][rows]
    kinds = kind_flags(versions["kind"][rows])
    other = kinds != posts["flags"][of] & ~PERMISSIONS
    for name in ("author", "space", "valid_until"):
        other |= versions[name][rows] != posts[name][of]
    found: Ints = rows[other & (posts["created"][of] < moment)]
    return found


def _hung(community: Community, moment: int) -> Ints:
    """Posts of before `moment` that hang on what came at or after it."""
    posts = community.posts
    late = np.flatnonzero(posts["attached"] >= moment)
    return late[posts.live[late] & (posts["created"][late] < moment)]


def _stood(community: Community, edited: Ints) -> dict[str, Ints]:
    posts, versions = community.posts, community.versions
    of = versions["post"][edited]
    columns = {name: posts[name].copy() for name in ("author", "space", "valid_until", "flags")}
    for name in ("author", "space", "valid_until"):
        columns[name][of] = versions[name][edited]
    columns["flags"][of] &= PERMISSIONS
    columns["flags"][of] |= kind_flags(versions["kind"][edited])
    return columns


def _roots(community: Community, store: Store, hung: Ints, moment: int) -> Ints:
    root = community.posts["root"].copy()
    found = store.roots_before(np.unique(root[hung]).tolist(), moment)
    root[list(found.keys())] = list(found.values())
    return root
