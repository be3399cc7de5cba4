"""What a view holds whatever is asked of it: its threads, who joined them, who is there.

In: a view. Out: arrays that every answer of that view needs and none changes, so that each is made
once a view (`View.once`). At a million posts that is most of the work of an answer.
"""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .columns import Flags, Ints, counted, decayed
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
    # A copy has no base, so that it cannot be written to by another way.
    rows = fixed(np.flatnonzero(mask).copy())
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


Array = TypeVar("Array", bound=npt.NDArray[np.generic])


def fixed(array: Array) -> Array:
    """The same array, not to be written to again: indexes keep what follows from such a one."""
    array.setflags(write=False)
    return array


@dataclass(frozen=True, slots=True)
class Joinings:
    """Joinings, in order of time: who, by which post, in the thread of which root, when; (n,).

    `place`: of the root, among those that a likeness is given of.
    """

    person: Ints
    post: Ints
    root: Ints
    time: Ints
    place: Ints
    people: int
    _made: dict[object, Floats] = field(default_factory=dict, repr=False, compare=False)
    _own: list[tuple[Ints, Ints]] = field(default_factory=list, repr=False, compare=False)

    def fading(self, moment: int, half_life: float) -> Floats:
        """The weight of each at `moment`, half-life in days; worked out once."""
        key = moment, half_life
        if key not in self._made:
            self._made[key] = decayed(moment - self.time, half_life)
        return self._made[key]

    def weights(self, moment: int, half_life: float | None) -> Floats:
        """The sum of each person's weights, (people,) by key; their number without `half_life`."""
        key = "weights", moment, half_life
        if key not in self._made:
            weight = None if half_life is None else self.fading(moment, half_life)
            self._made[key] = counted(self.person, weight, self.people)
        return self._made[key]

    def numbers(self, places: int) -> Floats:
        """How many there are of each thread, (places,)."""
        if "numbers" not in self._made:
            self._made["numbers"] = counted(self.place, minlength=places)
        return self._made["numbers"]

    def of(self, pk: int) -> Ints:
        """The places of one person's, in order of time."""
        if not self._own:
            order = np.argsort(self.person, kind="stable")
            starts = np.searchsorted(self.person[order], np.arange(self.people + 1))
            self._own.append((order, starts))
        order, starts = self._own[0]
        own: Ints = order[starts[pk] : starts[pk + 1]]
        return own


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
