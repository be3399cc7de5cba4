"""Vectors of some rows of an index, side by side: what a search of them reads in one sweep.

In: vectors on the grid by row. Out: `Part`, what one search sees of them. Not itself safe for
threads: the index holds its lock around it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .face import Rows, Scores
from .grid import BASE_BITS, Codes, Digits, Grid, codes, digits, dots, packed, undigited
from .indexfile import Streamed, let_go
from .slots import NO_SLOT, Slots, checked, grown

BULK = "vectors"
"""The array of a saved shelf that is mapped, and not read before it is needed."""

_NAMES = ("rows", "inverse", "codes", BULK)

Saved = dict[str, npt.NDArray[Any]]

_WRITTEN = 32_768  # rows written at a time: 32 MiB at 512 dimensions
_CHUNK = 2048  # rows gathered at a time: 1.5 MiB at 384 dimensions
_SWEPT = 16_384  # rows that are read where they lie, at a time
# Slots of which so many are wanted lie close enough to read them all, instead of one by one.
_DENSE = 2


@dataclass(frozen=True, slots=True)
class Part:
    """What a search reads of a shelf: arrays that no put or removal writes to again.

    `base` (b, 2 dim) and `tail` (t, 2 dim): the digits of the first slots and of those after;
    `inverse` (slots,) inverse lengths; `table` (words, slots) sign bits; `rows` (slots,).
    """

    base: Digits
    tail: Digits
    inverse: Scores
    table: Codes
    rows: Rows

    def compared(self, slots: Rows, queries: Grid) -> Scores:
        """The products of `queries` (m, dim) with the components at `slots` (n,), (m, n)."""
        scores = np.empty((len(queries), slots.size), dtype=np.float64)
        asked = packed(queries)
        for start, held, places in self._pieces(slots):
            products = dots(held, asked)[:, places]
            scores[:, start : start + products.shape[1]] = products
        return scores

    def summed(self, slots: Rows) -> npt.NDArray[np.int64]:
        """The sum of the components at `slots`, (dim,)."""
        total = np.zeros(self.tail.shape[1], dtype=np.int64)
        room = np.empty((min(_CHUNK, slots.size) * _DENSE, total.size), dtype=np.float32)
        for _, held, places in self._pieces(slots, _CHUNK):
            wide = room[: len(held)]
            wide[...] = held
            wanted = np.zeros(len(held), dtype=np.float32)
            wanted[places] = 1.0
            # Exact, and thrice as fast as adding up integers: 4096 times 2^6 at the most.
            total += (wanted @ wide).astype(np.int64)
        high, low = np.split(total, 2)
        summed: npt.NDArray[np.int64] = (high << BASE_BITS) + low
        return summed

    def _pieces(
        self, slots: Rows, swept: int = _SWEPT
    ) -> Iterator[tuple[int, Digits, Rows | slice]]:
        """`slots` piece by piece: its start, digits, and the places of its own in them.

        `swept`: how many make a piece where they can be read as they lie.
        """
        ascending = bool((np.diff(slots) > 0).all())
        start = 0
        while start < slots.size:
            part = slots[start : start + swept]
            span = self._span(part) if ascending else None
            if span is None:
                part = part[:_CHUNK]
                yield start, self.digits_at(part), slice(None)
            else:
                yield start, span, slice(None) if len(span) == part.size else part - part[0]
            start += part.size

    def _span(self, slots: Rows) -> Digits | None:
        """All digits from the first of `slots`, ascending, to the last, where most of them
        are wanted anyway: reading on is faster than picking out."""
        first, end, kept = int(slots[0]), int(slots[-1]) + 1, len(self.base)
        if end - first > _DENSE * slots.size:
            return None
        if end <= kept:
            return self.base[first:end]
        return self.tail[first - kept : end - kept] if first >= kept else None

    def gathered(self, slots: Rows) -> Grid:
        """The components at `slots` (n,), (n, dim)."""
        return undigited(self.digits_at(slots))

    def digits_at(self, slots: Rows) -> Digits:
        """The digits at `slots` (n,), (n, 2 dim)."""
        kept = self.base.shape[0]
        old = slots < kept
        if old.all():
            return self.base.take(slots, axis=0)
        held = np.empty((slots.size, self.tail.shape[1]), dtype=np.int8)
        held[old] = self.base[slots[old]]
        held[~old] = self.tail[slots[~old] - kept]
        return held

    def columns(self, slots: Rows) -> Codes:
        """The sign bits at `slots` (n,), (words, n)."""
        # Word by word: numpy gathers whole columns several times as slowly.
        return np.stack([word.take(slots) for word in self.table])


class Shelf:
    """Rows and their vectors, mapped from a file or put since.

    Parameters
    ----------
    rows : (n,) int64, those of `base` in its order.
    base : (n, 2 dim); never written to: it may be a map of a file. Later puts go to a tail.
    inverse, table : as of `Part`.
    """

    def __init__(self, rows: Rows, base: Digits, inverse: Scores, table: Codes) -> None:
        self._start(rows, base, inverse, table)

    def _start(self, rows: Rows, base: Digits, inverse: Scores, table: Codes) -> None:
        self.slots = Slots(rows)
        self._base, self._inverse, self._table = base, inverse, table
        self._tail: Digits = np.zeros((0, base.shape[1]), dtype=np.int8)

    @classmethod
    def empty(cls, dim: int) -> "Shelf":
        """One without rows."""
        grid: Grid = np.zeros((0, dim), dtype=np.int16)
        return cls(np.zeros(0, np.int64), digits(grid), np.zeros(0, np.float64), codes(grid))

    @classmethod
    def of(cls, dim: int, saved: Mapping[str, npt.NDArray[Any]], suffix: str) -> "Shelf":
        """What `live` gave, from arrays whose names end in `suffix`.

        KeyError and ValueError when they do not belong together.
        """
        rows, inverse, table, base = (saved[name + suffix] for name in _NAMES)
        shapes = [inverse.shape, table.shape, base.shape]
        if shapes != [(rows.size,), (-(-dim // 64), rows.size), (rows.size, 2 * dim)]:
            raise ValueError(f"arrays of shapes {shapes} for {rows.size} rows")
        # Copied: they are read whole at each search, and the next put would copy them anyway.
        return cls(checked(rows), base, inverse.copy(), table.copy())

    def put(self, rows: Rows, grid: Grid, inverse: Scores, table: Codes) -> None:
        """Insert or replace `rows` (n,), no row twice; `table` (words, n)."""
        start, end = self.slots.size, self.slots.size + rows.size
        kept = self._base.shape[0]
        self._tail = grown(self._tail, end - kept)
        self._inverse = grown(self._inverse, end)
        self._table = grown(self._table, end, axis=1)
        self._tail[start - kept : end - kept] = digits(grid)
        self._inverse[start:end] = inverse
        self._table[:, start:end] = table
        self.slots.append(rows)
        self._tidy()

    def remove(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over."""
        self.slots.kill(rows)
        self._tidy()

    def _tidy(self) -> None:
        if self.slots.dead > max(1024, self.slots.held):
            live = self.live()
            self._start(*(live[name] for name in ("rows", BULK, "inverse", "codes")))

    def live(self) -> Saved:
        """What it holds, by name, without the gaps that replaced and removed rows left."""
        live = self.slots.live()
        part = self.part()
        held = part.rows[live], part.inverse[live], part.table[:, live], part.digits_at(live)
        return dict(zip(_NAMES, held, strict=True))

    def saved(self) -> dict[str, npt.NDArray[Any] | Streamed]:
        """As `live`, to be written: the digits come in parts, as they are the most by far.

        What is put or removed meanwhile changes nothing of it.
        """
        live, part = self.slots.live(), self.part()
        shape = live.size, part.tail.shape[1]

        def parts() -> Iterator[Digits]:
            for start in range(0, live.size, _WRITTEN):
                yield part.digits_at(live[start : start + _WRITTEN])
                let_go(part.base)

        bulk = Streamed(part.tail.dtype.str, shape, parts)
        held = part.rows[live], part.inverse[live], part.table[:, live], bulk
        return dict(zip(_NAMES, held, strict=True))

    def taken(self, rows: Rows) -> tuple[Rows, Grid, Scores, Codes]:
        """Those of `rows` that it holds, as `put` takes them."""
        slots = self.slots.of(rows)
        held = slots != NO_SLOT
        part = self.part()
        slots = slots[held]
        return rows[held], part.gathered(slots), part.inverse[slots], part.columns(slots)

    def part(self) -> Part:
        """What a search reads."""
        size = self.slots.size
        rows, table = self.slots.rows[:size], self._table[:, :size]
        return Part(self._base, self._tail, self._inverse, table, rows)
