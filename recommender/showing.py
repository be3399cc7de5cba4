"""Posts as a viewer is shown them: authors of anonymous ones left out, texts as they stood."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from data.models import Post
from data.store import Store

from .community import Community
from .view import View


def shown_posts(
    community: Community, store: Store, view: View, keys: Iterable[int]
) -> dict[int, Post]:
    """The posts `keys` by key, as far as they are there.

    Of the past, with the words of then; a post that was edited since and whose earlier words
    were not kept has none.
    """
    posts = {
        key: replace(post, author=None) if post.anonymous else post
        for key, post in store.posts(keys).items()
    }
    if not view.past:
        return posts
    versions = community.versions
    wanted = np.array(sorted(posts), dtype=np.int64)
    rows = np.flatnonzero(view.texts & np.isin(versions["post"], wanted))
    stood = {int(versions["post"][row]): text for row, text in store.texts(rows.tolist()).items()}
    return {key: _as_stood(post, stood.get(key)) for key, post in posts.items()}


def _as_stood(post: Post, text: Post | None) -> Post:
    if text is None:
        return replace(post, title=None, body="", tags=(), attachments=(), language=None)
    return replace(
        post,
        title=text.title,
        body=text.body,
        body_format=text.body_format,
        tags=text.tags,
        attachments=text.attachments,
        language=text.language,
        # An edit made since is none of the past's business.
        updated=post.updated if text.body == post.body and text.title == post.title else None,
    )
