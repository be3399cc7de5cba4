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

EDITED = ("author", "space", "valid_until")
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
        edited, moved = _edited(community, moment), _moved(community, store, moment)
        if not len(edited) and not len(moved):
            return community
        # Many moments share one state: a replay asks for thousands of them.
        key = (community.seq, edited.tobytes(), moved.tobytes())
        if key != self._key:
            columns = _stood(community, edited)
            columns["root"][moved[:, 0]] = moved[:, 1]
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
    for name in EDITED:
        other |= versions[name][rows] != posts[name][of]
    found: Ints = rows[other & (posts["created"][of] < moment)]
    return found


def _moved(community: Community, store: Store, moment: int) -> Ints:
    """(n, 2): posts that hung elsewhere before `moment`, and the roots that they had, by key."""
    posts = community.posts
    late = np.flatnonzero(posts["attached"] >= moment)
    late = late[posts.live[late] & (posts["created"][late] < moment)]
    if not len(late):
        return np.zeros((0, 2), np.int64)
    found = store.roots_before(np.unique(posts["root"][late]).tolist(), moment)
    places = np.array(sorted(found.items()), dtype=np.int64).reshape(-1, 2)
    moved: Ints = places[posts["root"][places[:, 0]] != places[:, 1]]
    return moved


def _stood(community: Community, edited: Ints) -> dict[str, Ints]:
    posts, versions = community.posts, community.versions
    of = versions["post"][edited]
    columns = {name: posts[name].copy() for name in (*EDITED, "flags", "root")}
    for name in EDITED:
        columns[name][of] = versions[name][edited]
    columns["flags"][of] &= PERMISSIONS
    columns["flags"][of] |= kind_flags(versions["kind"][edited])
    return columns
