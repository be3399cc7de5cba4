"""One page of a feed: the pool in order, cut, read from the store, with reasons."""

import numpy as np

from data.store import Store

from .collaborative import together
from .columns import Ints
from .community import Community
from .cursors import encode_cursor
from .feed import score
from .feedpool import pool_of
from .ideas import trials
from .results import FeedItem, FeedPage
from .showing import shown_posts
from .texts import TextIndex
from .view import View
from .words import feed_reasons


def feed_page(
    community: Community,
    texts: TextIndex,
    store: Store,
    view: View,
    person_id: str,
    k: int,
    shown: Ints,
) -> FeedPage:
    """The `k` best threads for a person that are not among `shown`, ties by id."""
    person = community.person_keys[person_id]
    shared = together(community, view, person)
    pool, season = pool_of(community, view, person, shared)
    scored = score(community, texts, view, person, pool, season, shared)
    left = np.flatnonzero(~np.isin(scored.posts, shown))
    # Ties at the cut are settled by id, so all that share the last place's score are read.
    cut = left[:k]
    if len(left) > k:
        cut = left[scored.scores[left] >= scored.scores[left[k - 1]]]
    ids = store.post_ids(scored.posts[cut].tolist())
    ranked = sorted(
        (int(place) for place in cut if int(scored.posts[place]) in ids),
        key=lambda place: (-scored.scores[place], ids[int(scored.posts[place])]),
    )[:k]
    keys = scored.posts[ranked] if ranked else np.zeros(0, dtype=np.int64)
    posts = shown_posts(community, store, view, keys.tolist())
    tried = trials(community, view, keys)
    items = []
    for place, key in zip(ranked, keys.tolist(), strict=True):
        if key not in posts:
            continue
        space = community.spaces.get(int(community.posts["space"][key]))
        reasons = feed_reasons(
            scored, place, posts[key], tried.get(key), (space.name or space.id) if space else None
        )
        items.append(FeedItem(posts[key], float(scored.scores[place]), reasons))
    more = len(left) > len(ranked) and len(ranked) > 0
    cursor = encode_cursor(view, np.concatenate([shown, keys])) if more else None
    return FeedPage(tuple(items), cursor)
