"""What one viewer may know at one moment, as masks over everything."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from data.reading import NEVER
from data.rows import from_us, to_us

from .access import OPEN
from .columns import Flags
from .community import Community

HOUR_US = 3_600_000_000


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
    return View(
        community=community,
        moment=moment,
        past=as_of is not None,
        classes=classes,
        posts=readable,
        texts=standing & readable[of],
        counted=standing & (there & (posts["access"] == OPEN))[of],
    )
