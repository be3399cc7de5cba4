"""What a view holds whatever is asked of it: its threads, who joined them, who is there.

In: a view. Out: arrays that every answer of that view needs and none changes, so that each is made
once a view (`View.once`). At a million posts that is most of the work of an answer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Flags, Ints, counted
from .joinings import Joinings
from .view import View

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Roots:
    """Texts of readable roots as they stand.

    `rows`, `posts`: versions, ascending, and their posts (n,); `before`: which are dated before
    the moment. `mask`, `others`: by version, which are these, and which the texts of all other
    posts. `place`: of each post the place in `rows`, -1 of others.
    """

    rows: Ints
    posts: Ints
    before: Flags
    mask: Flags
    others: Flags
    place: npt.NDArray[np.int32]


def roots_in(view: View) -> Roots:
    """The roots of a view."""
    posts, versions = view.community.posts, view.community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    is_root = posts["root"][of] == of
    mask = fixed(view.texts & is_root)
    rows = np.flatnonzero(mask)
    roots = of[rows]
    place = np.full(len(posts), -1, dtype=np.int32)
    place[roots] = np.arange(len(rows), dtype=np.int32)
    before = posts["created"][roots] < view.moment
    return Roots(rows, roots, before, mask, fixed(view.texts & ~is_root), place)


def answers_in(view: View) -> Flags:
    """By version, the texts of readable replies from before the moment, as they stand."""
    posts, versions = view.community.posts, view.community.versions
    credited = (posts["credited"] != 0) & (posts["created"] < view.moment)
    return fixed(view.texts & credited[np.minimum(versions["post"], len(posts) - 1)])


def told_in(view: View) -> Flags:
    """By version, the texts of readable replies and answered threads from before the moment."""
    posts, versions = view.community.posts, view.community.versions
    before = posts["created"] < view.moment
    credited = view.posts & (posts["credited"] != 0) & before
    answered = np.zeros(len(posts), dtype=bool)
    answered[np.minimum(posts["root"][credited], len(posts) - 1)] = True
    told = (answered & before) | credited
    return fixed(view.texts & told[np.minimum(versions["post"], len(posts) - 1)])


def fixed(flags: Flags) -> Flags:
    """The same array, not to be written to again: indexes keep what follows from such a mask."""
    flags.setflags(write=False)
    return flags


def joinings_in(view: View) -> Joinings:
    """Who joined which of the view's threads that are dated before the moment, before it."""
    roots = view.once(roots_in)
    place = np.full(len(view.community.posts), -1, dtype=np.int64)
    place[roots.posts[roots.before]] = np.flatnonzero(roots.before)
    return joinings_of(view, place)


def joinings_of(view: View, place: Ints) -> Joinings:
    """The readable joinings before the moment of threads whose root has a `place` (posts,)."""
    community = view.community
    posts = community.posts
    created = posts["created"]
    keys = community.joinings
    keys = keys[: int(np.searchsorted(created[keys], view.moment))]
    keys = keys[view.posts[keys]]
    root = np.minimum(posts["root"][keys], len(posts) - 1)
    known = place[root] >= 0
    keys, root = keys[known], root[known]
    people = len(community.roster)
    return Joinings(posts["author"][keys], keys, root, created[keys], place[root], people)


def recent_in(view: View) -> Floats:
    """How many of the newest `RECENT` threads each person joined, by key."""
    roots, joined = view.once(roots_in), view.once(joinings_in)
    people = len(view.community.roster)
    times = view.community.posts["created"][roots.posts[roots.before]]
    if not len(times):
        return np.zeros(people)
    since = times.min() if len(times) <= RECENT else np.partition(times, -RECENT)[-RECENT]
    # Nobody joins a thread before it is there, so older joinings need not be looked at.
    first = int(np.searchsorted(joined.time, since))
    late = view.community.posts["created"][joined.root[first:]] >= since
    return counted(joined.person[first:][late], minlength=people)


RECENT = 200
"""Last threads of which it is counted who joined how many."""
