"""A thread as a viewer may read it, page by page: some have tens of thousands of replies, which
nobody reads at once and no browser could show."""

import numpy as np

from data.store import Store

from .columns import Ints
from .community import Community
from .results import ThreadPage
from .showing import shown_posts
from .view import View

MOST_REPLIES = 100
"""Replies on a page; of the threads of a forum and two chats at hand one in hundreds has more."""


def thread_page(
    community: Community, store: Store, view: View, key: int, k: int = MOST_REPLIES
) -> ThreadPage:
    """The page of `k` replies that the readable post `key` is on; a root is on the first."""
    root = int(community.posts["root"][key])
    replies = np.array(community.threads.get(root, []), dtype=np.int64)
    replies = _in_order(community, store, replies[view.posts[replies]])
    place = int(np.flatnonzero(replies == key)[0]) if key != root else 0
    start = place - place % k
    end = min(start + k, len(replies))
    # One more on either side, as it is asked for by its id.
    around = replies[max(start - 1, 0) : end + 1].tolist()
    keys = [each for each in (root, *replies[start:end].tolist()) if view.posts[each]]
    posts = shown_posts(community, store, view, keys)
    ids = store.post_ids(around)
    return ThreadPage(
        tuple(posts[each] for each in keys if each in posts),
        earlier=start,
        later=len(replies) - end,
        previous=ids.get(around[0]) if start else None,
        next=ids.get(around[-1]) if end < len(replies) else None,
    )


def _in_order(community: Community, store: Store, keys: Ints) -> Ints:
    """`keys` in order of time, ties by id, which is read of those alone."""
    created = community.posts["created"][keys]
    _, inverse, counts = np.unique(created, return_inverse=True, return_counts=True)
    tied = keys[counts[inverse] > 1]
    ids = store.post_ids(tied.tolist()) if len(tied) else {}
    times = zip(created.tolist(), keys.tolist(), strict=True)
    ordered = sorted(times, key=lambda at: (at[0], ids.get(at[1], "")))
    return np.array([key for _, key in ordered], dtype=np.int64)
