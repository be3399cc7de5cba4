"""Rows to slots: the caller's row numbers, with gaps, onto places packed without any.

A slot is written once and never reused: replacing a row gives it a new slot and kills the old.
So a search that took its slots under the index's lock may go on reading outside of it, whatever
is put or removed meanwhile. Not itself safe for threads: the index holds its lock around it.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .face import Mask, Rows, Scores
from .kept import KEPT, Kept, begins

NO_SLOT = -1

# Where one slot in so many is allowed or fewer, they are listed: picking out a column of the codes
# costs about as much as comparing four.
_FEW = 4

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Within:
    """The slots that a mask allows: `flags` (slots,) bool, `count` of them; `few`: their numbers,
    ascending, None where they are too many to be listed. Nothing of it is to be written to."""

    flags: Mask
    count: int
    few: Rows | None

    @classmethod
    def of(cls, flags: Mask) -> "Within":
        """The slots of `flags`, which is not to be written to from then on."""
        flags.setflags(write=False)
        count = int(np.count_nonzero(flags))
        return cls(flags, count, np.flatnonzero(flags) if _FEW * count < flags.size else None)

    def with_more(self, flags: Mask) -> "Within":
        """The same and the slots behind them, of `flags`."""
        every, new = np.concatenate([self.flags, flags]), np.flatnonzero(flags) + self.flags.size
        count = self.count + new.size
        if self.few is None or _FEW * count >= every.size:
            return Within.of(every)
        every.setflags(write=False)
        return Within(every, count, np.concatenate([self.few, new]))

    def every(self) -> Rows:
        """The allowed slots, ascending."""
        return np.flatnonzero(self.flags) if self.few is None else self.few


def grown(array: npt.NDArray[T], size: int, axis: int = 0) -> npt.NDArray[T]:
    """Return `array`, or a copy of at least double its length where `size` does not fit."""
    if size <= array.shape[axis]:
        return array
    shape = list(array.shape)
    shape[axis] = max(size, 2 * shape[axis], 64)
    wider = np.zeros(shape, dtype=array.dtype)
    wider[tuple(slice(length) for length in array.shape)] = array
    return wider


def checked(rows: Rows) -> Rows:
    """Return `rows` as int64 (n,); ValueError when one is negative or comes twice."""
    rows = np.asarray(rows, dtype=np.int64).reshape(-1)
    if rows.size and rows.min() < 0:
        raise ValueError("rows are non-negative numbers")
    # Most come in order, and sorting a million takes a while.
    if (np.diff(rows) <= 0).any() and np.unique(rows).size != rows.size:
        raise ValueError("a row comes twice in one put")
    return rows


class Slots:
    """The two-way table of rows and slots; `rows` lists the row of every slot, dead ones too."""

    def __init__(self, rows: Rows | None = None) -> None:
        self.rows: Rows = np.zeros(0, dtype=np.int64)
        self.size = 0
        self.held = 0
        self._live: Mask = np.zeros(0, dtype=np.bool_)
        self._slot_of = np.zeros(0, dtype=np.int64)
        self._known: Mask = np.zeros(0, dtype=np.bool_)
        self._allowed: Kept[Within] = Kept()
        self._asked: Kept[Rows] = Kept()
        # What masks allowed before rows were appended. A view that grows has longer masks that
        # begin with the same: of these only what was appended has to be looked at.
        self._before: list[tuple[Mask | None, Within]] = []
        self._end = 0
        if rows is not None:
            self.append(rows)

    @property
    def dead(self) -> int:
        """How many slots no row points to any more."""
        return self.size - self.held

    def append(self, rows: Rows) -> None:
        """Give each of `rows` (no repeats) a new slot, in order, killing the one it had."""
        self.kill(rows)
        self._before = self._told()[-KEPT:]
        self._forget()
        self._end = max(self._end, int(rows.max(initial=-1)) + 1)
        end = self.size + rows.size
        self.rows = grown(self.rows, end)
        self._live = grown(self._live, end)
        self.rows[self.size : end] = rows
        self._live[self.size : end] = True
        if rows.size and rows.max() >= self._slot_of.size:
            known = self._slot_of.size
            self._slot_of = grown(self._slot_of, int(rows.max()) + 1)
            self._slot_of[known:] = NO_SLOT
            self._known = grown(self._known, self._slot_of.size)
        self._slot_of[rows] = np.arange(self.size, end)
        self._known[rows] = True
        self.size = end
        self.held += rows.size

    def kill(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over."""
        slots = np.unique(self._of(rows))
        slots = slots[slots != NO_SLOT]
        if slots.size:
            self._before = []
            self._forget()
        self._live[slots] = False
        self._slot_of[self.rows[slots]] = NO_SLOT
        self._known[self.rows[slots]] = False
        self.held -= slots.size

    def _forget(self) -> None:
        self._allowed.clear()
        self._asked.clear()

    def of(self, rows: Rows) -> Rows:
        """Return the slot of each of `rows`, NO_SLOT where there is none. Not to be written to.

        Those of rows that cannot be written to are kept for the next time, as are a mask's.
        """
        return self._asked.of(rows, lambda: self._of(rows))

    def _of(self, rows: Rows) -> Rows:
        rows = np.asarray(rows, dtype=np.int64).reshape(-1)
        size = self._slot_of.size
        if rows.size and rows.min() >= 0 and rows.max() < size:
            return self._slot_of[rows]
        slots = np.full(rows.size, NO_SLOT, dtype=np.int64)
        known = (rows >= 0) & (rows < size)
        slots[known] = self._slot_of[rows[known]]
        return slots

    def within(self, mask: Mask | None) -> Within:
        """The live slots whose row the mask allows."""
        return self._allowed.of(mask, lambda: self._within(mask))

    def _told(self) -> list[tuple[Mask | None, Within]]:
        """What masks allowed that told of all rows there were."""
        latest = self._allowed.every()
        return self._before + [(m, w) for m, w in latest if m is None or m.size >= self._end]

    def _within(self, mask: Mask | None) -> Within:
        for before, known in reversed(self._told()):
            if begins(before, mask):
                return known.with_more(self._found(mask, known.flags.size))
        if mask is not None and _FEW * int(np.count_nonzero(mask)) < self.size:
            allowed = np.zeros(self.size, dtype=np.bool_)
            slots = self._of(np.flatnonzero(mask))
            allowed[slots[slots != NO_SLOT]] = True
            return Within.of(allowed)
        return Within.of(self._found(mask, 0))

    def _found(self, mask: Mask | None, start: int) -> Mask:
        """Of the slots from `start` on, those that live and whose row the mask allows."""
        live = self._live[start : self.size]
        if mask is None:
            return live.copy()
        rows = self.rows[start : self.size]
        if rows.size and mask.size <= int(rows.max()):
            within = rows < mask.size
            allowed = np.zeros(rows.size, dtype=np.bool_)
            allowed[within] = mask[rows[within]]
            return allowed & live
        return np.asarray(mask, dtype=np.bool_)[rows] & live

    @property
    def known(self) -> Mask:
        """By row, up to the highest there ever was, whether it has a slot; not to be written to."""
        return self._known

    def live(self) -> Rows:
        """Return the live slots, ascending."""
        return np.flatnonzero(self._live[: self.size])


def best(rows: Rows, scores: Scores, k: int) -> Rows:
    """Return the places of the `k` best scores, best first, ties by row."""
    places = np.arange(rows.size)
    if rows.size > k:
        # All that tie with the k-th stay in, so that the row decides and not the order of slots.
        places = np.flatnonzero(scores >= np.partition(scores, rows.size - k)[rows.size - k])
    return places[np.lexsort((rows[places], -scores[places]))][:k]
