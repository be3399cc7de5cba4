"""Rows on several shelves: each row on one at most, whatever the shelves hold of it.

Where a row stands changes how fast it is found, and nothing else.
"""

from abc import ABC, abstractmethod
from threading import RLock
from typing import Any, Generic, TypeVar

import numpy as np

from .face import Mask, Rows
from .kept import Kept
from .shelf import Shelf
from .slots import NO_SLOT, checked
from .wordshelf import WordShelf

S = TypeVar("S", Shelf, WordShelf)


class Shelving(ABC, Generic[S]):
    """What an index does with its shelves, under its lock."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._shelves: tuple[S, ...] = (self._empty(),)
        self._has: Kept[Mask] = Kept()

    @abstractmethod
    def _empty(self) -> S:
        """A shelf without rows."""

    def _changed(self) -> None:
        """Called, with the lock held, after rows were put, moved or removed."""
        self._has.clear()

    def __len__(self) -> int:
        """How many rows it holds."""
        return sum(shelf.slots.held for shelf in self._shelves)

    @property
    def shelves(self) -> int:
        """How many shelves there are: rows are put on one of any number, 0 if nothing is said."""
        return len(self._shelves)

    def _shelf(self, place: int) -> S:
        while len(self._shelves) <= place:
            self._shelves += (self._empty(),)
        return self._shelves[place]

    def _stand(self, shelf: int, rows: Rows, *held: Any) -> None:
        """Put `rows` on `shelf`, as its `put` takes them, and take them off all others."""
        with self._lock:
            chosen = self._shelf(shelf)
            for other in self._shelves:
                if other is not chosen:
                    other.remove(rows)
            chosen.put(rows, *held)
            self._changed()

    def move(self, rows: Rows, shelf: int) -> None:
        """Keep `rows`, no row twice, on `shelf` from now on; unknown ones are passed over."""
        rows = checked(rows)
        with self._lock:
            chosen = self._shelf(shelf)
            for other in self._shelves:
                if other is not chosen:
                    taken = other.taken(rows)
                    other.remove(rows)
                    chosen.put(*taken)
            self._changed()

    def remove(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over. Counts over all rows fall at once too."""
        with self._lock:
            for shelf in self._shelves:
                shelf.remove(rows)
            self._changed()

    def has(self, rows: Rows) -> Mask:
        """Tell for each of `rows` whether it is held; shape (n,). Not to be written to."""
        with self._lock:
            return self._has.of(rows, lambda: self._held(rows))

    def _held(self, rows: Rows) -> Mask:
        held: Mask = np.any([s.slots.of(rows) != NO_SLOT for s in self._shelves], axis=0)
        return held
