"""Who is addressed by "@name" in posts: read from their texts once, when a feed first needs them.

In: a store. Out: which versions of texts address somebody. A version's text never changes; what
is deleted or replaced is forgotten.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from data.store import Store

from .columns import Flags, Ints

SPAN = re.compile(r"(?<![\w.])@\W{0,3}([^@\n<>]{1,60})")
"""What follows an "@" that is not inside an address; some clients put stars or quotes about it."""

LONGER = re.compile(r"\w|[.-]\w")
"""What follows a name that is only the beginning of another."""

SHORTEST = 2
"""Letters of a name that may be addressed."""


class Mentions:
    """The "@" spans of texts by version key."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: Flags = np.zeros(64, dtype=bool)
        self._spoken: Flags = np.zeros(64, dtype=bool)
        self._spans: dict[int, tuple[str, ...]] = {}

    def forget(self, rows: Iterable[int]) -> None:
        """Read these versions again when they are next asked about."""
        for row in rows:
            if row < len(self._read):
                self._read[row] = self._spoken[row] = False
                self._spans.pop(row, None)

    def of(self, names: Sequence[str], rows: Ints) -> Flags:
        """Which of the versions `rows` (n,) address one of `names`, in any case of letters."""
        self._take_in(rows)
        wanted = tuple(name.casefold() for name in names if len(name) >= SHORTEST)
        found = self._spoken[rows]
        for place in np.flatnonzero(found).tolist():
            # Most spans begin with nobody who is sought: that is seen of all names at once.
            spans = [span for span in self._spans[int(rows[place])] if span.startswith(wanted)]
            found[place] = any(_begins(span, name) for span in spans for name in wanted)
        return found

    def _take_in(self, rows: Ints) -> None:
        size = int(rows.max(initial=0)) + 1
        if size > len(self._read):
            room = max(size, 2 * len(self._read)) - len(self._read)
            self._read = np.pad(self._read, (0, room))
            self._spoken = np.pad(self._spoken, (0, room))
        unread = np.unique(rows[~self._read[rows]])
        if not len(unread):
            return
        for row, post in self._store.texts(unread.tolist()).items():
            spans = tuple(span.casefold() for span in SPAN.findall(post.body or ""))
            if spans:
                self._spans[row] = spans
                self._spoken[row] = True
        self._read[unread] = True


def _begins(span: str, name: str) -> bool:
    """Whether a span begins with a whole name: "vera." is Vera's, "vera.holm" somebody else's."""
    rest = span[len(name) :]
    return span.startswith(name) and not LONGER.match(rest)
