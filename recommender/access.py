"""Who may read what. A post needs membership of a set of spaces; most posts of none.

Each such set is an access class, a small number; what a viewer may read is then one array of
booleans over classes, and a mask over posts one look-up.
"""

from collections.abc import Iterable, Mapping
from sys import intern

import numpy as np

from data.models import Space
from data.reading import MEMBERS

from .columns import Columns, Flags, Ints

OPEN = 0
"""The access class of what everybody reads."""

NOBODY = -1
"""Stands in a set for the space that nobody is a member of."""


class Access:
    """Access classes of posts.

    A post is as closed as its own space and its thread's root together; one of visibility
    "members" needs membership of its space even where that is open, and is read by nobody where
    it has none.
    """

    def __init__(self) -> None:
        self._classes: dict[frozenset[int], int] = {frozenset(): OPEN}
        self._needed: list[frozenset[int]] = [frozenset()]
        self._closed: set[int] = set()
        self._members: dict[int, frozenset[str]] = {}

    def learn_spaces(self, changed: Mapping[int, Space], gone: Iterable[int]) -> bool:
        """Follow the spaces; True if a post's class may have changed."""
        before = set(self._closed)
        for pk in gone:
            self._closed.discard(pk)
            self._members.pop(pk, None)
        for pk, space in changed.items():
            # Who is a member of many spaces is named in each: one name for all.
            self._members[pk] = frozenset(map(intern, space.members))
            if space.visibility == "members":
                self._closed.add(pk)
            else:
                self._closed.discard(pk)
        for pk in sorted(self._closed):
            self._class(pk, 0, 0, 0)
        return self._closed != before

    def classify(self, posts: Columns, keys: Ints) -> Ints:
        """The access classes of the posts `keys`."""
        space, flags, root = posts["space"], posts["flags"], posts["root"]
        # Few combinations occur, so each is worked out once; and one number is sorted far more
        # quickly than four.
        roots = root[keys]
        inside = roots < len(posts)
        roots = np.where(inside, roots, keys)
        spaces = int(space.max(initial=0)) + 1
        parts = (flags[keys] & MEMBERS) != 0, (flags[roots] & MEMBERS) != 0
        single = ((space[keys] * 2 + parts[0]) * spaces + space[roots]) * 2 + parts[1]
        combinations, inverse = np.unique(single, return_inverse=True)
        classes = [
            self._class(row // 4 // spaces, row // 2 // spaces % 2, row // 2 % spaces, row % 2)
            for row in combinations.tolist()
        ]
        return np.array(classes, dtype=np.int64)[inverse.reshape(-1)]

    def _class(self, space: int, members: int, root_space: int, root_members: int) -> int:
        needed = set()
        for where, only_members in ((space, members), (root_space, root_members)):
            if only_members:
                needed.add(where or NOBODY)
            elif where in self._closed:
                needed.add(where)
        found = self._classes.setdefault(frozenset(needed), len(self._classes))
        if found == len(self._needed):
            self._needed.append(frozenset(needed))
        return found

    def knows(self, classes: Flags, space: int) -> bool:
        """Whether who reads `classes` may know of a space: it is open, or they are a member."""
        return space not in self._closed or bool(classes[self._classes[frozenset({space})]])

    def readable(self, viewer_id: str | None) -> Flags:
        """Which classes a viewer may read, by class; None and strangers read what is open."""
        classes = range(len(self._needed))
        return np.array([self.may_read(viewer_id, each) for each in classes], dtype=bool)

    def may_read(self, viewer_id: str | None, access: int) -> bool:
        """Whether a viewer may read one class."""
        return all(viewer_id in self._members.get(space, ()) for space in self._needed[access])

    def spaces_of(self, person_id: str) -> list[int]:
        """The spaces, open ones too, that somebody is a member of, by key."""
        return [space for space, members in self._members.items() if person_id in members]
