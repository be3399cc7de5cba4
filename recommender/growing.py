"""Views that grow: after a post was added, a view is the one before and a little more.

At a million posts telling everything anew takes longer than an answer. Only what is added behind
all else can be taken in so; an edit, a deletion, another permission or an earlier reply that moves
an older one make every view anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import numpy as np

from data.reading import VERSION_FIELDS, Changes

from .columns import Ints
from .community import Community
from .view import View, Views, fixed, masks_of, moment_of


@contextmanager
def following(views: Views, community: Community, changes: Changes) -> Iterator[None]:
    """While `community` absorbs `changes`: `views` keeps its own only if they can grow."""
    threads = np.unique(changes.posts[:, 3]).tolist()
    replies = [key for root in threads for key in community.threads.get(root, [])]
    before = community.posts["joins"][replies]
    added = _only_added(community, changes)
    try:
        yield
    except BaseException:
        views.forget()
        raise
    if not (added and np.array_equal(before, community.posts["joins"][replies])):
        views.forget()


def _only_added(community: Community, changes: Changes) -> bool:
    """Whether there are only new posts, with versions of their own, perhaps by new people."""
    posts, versions = community.posts, community.versions
    rows, values = changes.versions[:, 0], changes.versions[:, 1:]
    # A version comes again when its text was read, with nothing else about it.
    again = rows < len(versions)
    held = np.stack([versions[name][rows[again]] for name in VERSION_FIELDS[1:]], axis=1)
    return (
        not any(changes.removed.values())
        and not changes.spaces
        and all(pk >= len(community.roster) for pk, _ in changes.people)
        and bool((changes.posts[:, 0] >= len(posts)).all())
        and bool((values[~again, 0] >= len(posts)).all())
        and np.array_equal(held, values[again])
        and bool(versions.live[rows[again]].all())
    )


def grown(
    view: View, community: Community, viewer_id: str | None, as_of: datetime | None, now: datetime
) -> View | None:
    """What `view.view_of` gives of the same, made of a view that `following` left; None where it
    is of another moment or of other permissions."""
    moment, past = moment_of(as_of, now), as_of is not None
    classes = community.access.readable(viewer_id)
    if (view.community, view.moment, view.past) != (community, moment, past):
        return None
    if not np.array_equal(view.classes, classes[: len(view.classes)]):
        return None
    since, posts, versions = view.since, community.posts, community.versions
    root, of = posts["root"], versions["post"]
    whole = view.whole or _within(root[: since.posts], of[: since.versions], since.posts)
    if not (whole and _within(root[since.posts :], of[since.versions :], len(posts))):
        return None
    more = masks_of(community, classes, moment, past, since)
    readable, texts, open_ = (
        fixed(np.concatenate(pair))
        for pair in zip((view.posts, view.texts, view.counted), more, strict=True)
    )
    return View(community, moment, past, classes, readable, texts, open_, True, _known=view.known())


def _within(roots: Ints, of: Ints, posts: int) -> bool:
    """Whether no thread and no post is named that is not there yet."""
    return bool((roots < posts).all() and (of < posts).all())
