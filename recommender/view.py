"""What one viewer may know at one moment, as masks over everything."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import numpy as np

from data.reading import NEVER
from data.rows import from_us, to_us

from .access import OPEN
from .columns import Flags
from .community import Community

HOUR_US = 3_600_000_000

KEPT = 4
"""Views that are kept: of as many kinds of permissions at this hour. Tens of megabytes each where
there are a million posts."""

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class View:
    """A viewer's eyes at a moment.

    Parameters
    ----------
    community : everything there is, as it stood at the moment.
    moment : the time, in microseconds, that ages are counted from.
    past : whether a past moment was asked about: then undated facts are ignored.
    classes : readable access classes, by class.
    posts : readable posts that were there, by post.
    texts : readable texts as they stood, by version.
    counted : texts open to all as they stood, by version: what statistics may be taken of.
    """

    community: Community
    moment: int
    past: bool
    classes: Flags
    posts: Flags
    texts: Flags
    counted: Flags
    _made: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: Callable[..., Told], *more: object) -> Told:
        """What `make` tells of this view, and of `more`, made once: a view never changes. Whoever
        gets it must not change it either."""
        key = make, *more
        if key not in self._made:
            self._made[key] = make(self, *more)
        told: Told = self._made[key]
        return told


class Views:
    """The views last asked for. Who has the same permissions at the same moment has the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, View] = OrderedDict()

    def of(self, key: object, make: Callable[[], View]) -> View:
        """The view of `key`, which tells apart all that a view is made of."""
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def end_of_hour(now: datetime) -> datetime:
    """The end of the hour that `now` lies in.

    Ages are counted to it, so that one request gives one answer for as long: by the second,
    every score would move in its last digits.
    """
    return from_us(-(-to_us(now) // HOUR_US) * HOUR_US)


def view_of(
    community: Community, viewer_id: str | None, as_of: datetime | None, now: datetime
) -> View:
    """The view of `viewer_id` at `as_of`, or at `now` with all that is there today.

    `community` is as it stood at `as_of` (`past.Past.of`).

    A post dated in the future is there already today, though it counts as activity only then.
    """
    moment = to_us(as_of or end_of_hour(now))
    bound = moment if as_of is not None else NEVER
    posts, versions = community.posts, community.versions
    classes = community.access.readable(viewer_id)
    there = posts.live & (posts["created"] < bound)
    readable = there & classes[posts["access"]]
    standing = versions.live & (versions["since"] < bound) & (versions["until"] >= bound)
    of = np.minimum(versions["post"], len(posts) - 1)
    texts = standing & readable[of]
    open_ = standing & (there & (posts["access"] == OPEN))[of]
    for mask in (readable, texts, open_):
        # Indexes keep what follows from a mask that nobody writes to.
        mask.setflags(write=False)
    return View(
        community=community,
        moment=moment,
        past=as_of is not None,
        classes=classes,
        posts=readable,
        texts=texts,
        counted=open_,
    )
