"""What one viewer may know at one moment, as masks over everything."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from data.reading import NEVER
from data.rows import from_us, to_us

from .access import OPEN
from .columns import Flags, Ints
from .community import Community

HOUR_US = 3_600_000_000

KEPT = 4
"""Views that are kept: of as many kinds of permissions at this hour. Tens of megabytes each where
there are a million posts."""

Told = TypeVar("Told")
Array = TypeVar("Array", bound=npt.NDArray[np.generic])


@dataclass(frozen=True, slots=True)
class Since:
    """How many posts and versions there were when something was told of a view."""

    posts: int
    versions: int


NOTHING = Since(0, 0)

Grow = Callable[["View", Told, Since], Told]

_GROWING: dict[object, Grow[Any]] = {}


def grows(make: Callable[["View"], Told]) -> Callable[[Grow[Told]], Grow[Told]]:
    """Marks the function that extends what `make` told of a view, `Since` when posts were added
    and nothing else changed. It gives what `make` would give now, and leaves alone what it got."""

    def marked(grow: Grow[Told]) -> Grow[Told]:
        _GROWING[make] = grow
        return grow

    return marked


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
    whole : whether it is known that no post is of a thread, and no version of a post, to come.
    """

    community: Community
    moment: int
    past: bool
    classes: Flags
    posts: Flags
    texts: Flags
    counted: Flags
    whole: bool = False
    _made: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known: dict[object, tuple[Any, Since]] = field(default_factory=dict, repr=False, compare=False)

    def once(self, make: Callable[..., Told], *more: object) -> Told:
        """What `make` tells of this view, and of `more`, made once: a view never changes. Whoever
        gets it must not change it either."""
        key = make, *more
        if key not in self._made:
            if key in self._known:
                self._made[key] = _GROWING[make](self, *self._known.pop(key))
            else:
                self._made[key] = make(self, *more)
        told: Told = self._made[key]
        return told

    def space_name(self, space: int) -> str | None:
        """What a space is called, by key; None of no space, or of one that the viewer may not know
        of today: a post may have lain there that has come into the open since."""
        found = self.community.spaces.get(space)
        if found is None or not self.community.access.knows(self.classes, space):
            return None
        return found.name or found.id

    @property
    def since(self) -> Since:
        """How many posts and versions it knows of."""
        return Since(len(self.posts), len(self.texts))

    def known(self) -> dict[object, tuple[Any, Since]]:
        """What was told of it, or of one that it grew from, that can be extended."""
        told = {(make,): self._made[make,] for make in _GROWING if (make,) in self._made}
        return self._known | {key: (value, self.since) for key, value in told.items()}


class Views:
    """The views last asked for. Who has the same permissions at the same moment has the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, View] = OrderedDict()

    def of(
        self,
        key: object,
        make: Callable[[], View],
        grow: Callable[[View], View | None] = lambda view: None,
    ) -> View:
        """The view of `key`, which tells apart all that a view is made of.

        `grow`: gives the same, of a view that was kept, if that can be extended to it.
        """
        if key not in self._kept:
            for other in reversed(self._kept):
                found = grow(self._kept[other])
                if found is not None:
                    # Nobody asks for it again: the community is not as it was then.
                    del self._kept[other]
                    break
            else:
                found = make()
            self._kept[key] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def forget(self) -> None:
        """Keep none: the community is another one, not only a larger one."""
        self._kept.clear()


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
    moment, classes = moment_of(as_of, now), community.access.readable(viewer_id)
    readable, texts, open_ = masks_of(community, classes, moment, as_of is not None, NOTHING)
    return View(
        community=community,
        moment=moment,
        past=as_of is not None,
        classes=classes,
        posts=fixed(readable),
        texts=fixed(texts),
        counted=fixed(open_),
    )


def moment_of(as_of: datetime | None, now: datetime) -> int:
    """The moment of a view, in microseconds."""
    return to_us(as_of or end_of_hour(now))


def masks_of(
    community: Community, classes: Flags, moment: int, past: bool, since: Since
) -> tuple[Flags, Flags, Flags]:
    """The masks `posts`, `texts` and `counted` of a view, of what was added `since`, when the
    versions that were added are of posts that were."""
    bound = moment if past else NEVER
    posts, versions = community.posts, community.versions
    access = posts["access"][since.posts :]
    there = posts.live[since.posts :] & (posts["created"][since.posts :] < bound)
    readable = there & classes[access]
    begun, ended = versions["since"][since.versions :], versions["until"][since.versions :]
    standing = versions.live[since.versions :] & (begun < bound) & (ended >= bound)
    of = places_added(community, since, len(posts))
    return readable, standing & readable[of], standing & (there & (access == OPEN))[of]


def places_added(community: Community, since: Since, posts: int) -> Ints:
    """Of each version added `since`, the place of its post among the added up to `posts`.

    A number that no version bears, as it was deleted before it was read, is of any of them.
    """
    of = community.versions["post"][since.versions :]
    places: Ints = np.clip(of, since.posts, posts - 1) - since.posts
    return places


def fixed(array: Array) -> Array:
    """The same array, not to be written to again: indexes keep what follows from such a one."""
    array.setflags(write=False)
    return array
