"""Texts of some rows of a lexical index, as postings of their own: a search of them reads no other.

Not itself safe for threads: the index holds its lock around it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .face import Rows
from .postings import Segment, merged
from .slots import NO_SLOT, Slots, checked, grown
from .snapshot import Snapshot

Lengths = npt.NDArray[np.int32]

# A put merges neighbouring segments up to this many documents, so that none waits for seconds.
_LARGEST_MERGE = 1 << 16

_POSTINGS = ("terms", "starts", "slots", "counts")


class WordShelf:
    """Rows, the lengths of their texts in terms, and segments that hold them."""

    def __init__(self, rows: Rows, lengths: Lengths, segments: tuple[Segment, ...]) -> None:
        self.slots = Slots(rows)
        self._lengths = lengths
        self._segments = segments

    @classmethod
    def empty(cls) -> "WordShelf":
        """One without rows."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), ())

    @classmethod
    def of(cls, saved: Mapping[str, npt.NDArray[Any]], suffix: str) -> "WordShelf":
        """What `live` gave, from arrays whose names end in `suffix`.

        KeyError and ValueError when they do not belong together.
        """
        rows, lengths = checked(saved["rows" + suffix]), saved["lengths" + suffix]
        if lengths.shape != rows.shape:
            raise ValueError(f"{lengths.size} lengths for {rows.size} rows")
        parts = [saved[name + suffix] for name in _POSTINGS]
        return cls(rows, lengths.copy(), (Segment(rows.size, *parts),))

    def put(self, rows: Rows, lengths: Lengths, segment: Segment) -> None:
        """Insert or replace `rows` (n,), no row twice; `segment` numbers their slots from 0."""
        start, end = self.slots.size, self.slots.size + rows.size
        self._lengths = grown(self._lengths, end)
        self._lengths[start:end] = lengths
        self.slots.append(rows)
        if rows.size:
            shifted = replace(segment, slots=segment.slots + np.int32(start))
            self._segments = _tiered((*self._segments, shifted))
        self._tidy()

    def remove(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over."""
        self.slots.kill(rows)
        self._tidy()

    def _tidy(self) -> None:
        if self.slots.dead > max(1024, self.slots.held):
            rows, lengths, segment = self._picked(self.slots.live())
            self.slots = Slots(rows)
            self._lengths, self._segments = lengths, (segment,)

    def _picked(self, slots: Rows) -> tuple[Rows, Lengths, Segment]:
        """What stands at `slots`, ascending, as `put` takes it."""
        renumbered = np.full(self.slots.size, NO_SLOT, dtype=np.int64)
        renumbered[slots] = np.arange(slots.size)
        segment = merged(self._segments, renumbered)
        return self.slots.rows[slots], self._lengths[slots], segment

    def taken(self, rows: Rows) -> tuple[Rows, Lengths, Segment]:
        """Those of `rows` that it holds, as `put` takes them."""
        slots = self.slots.of(rows)
        return self._picked(np.sort(slots[slots != NO_SLOT]))

    def live(self) -> dict[str, npt.NDArray[Any]]:
        """What it holds, by name, without what was replaced or removed."""
        rows, lengths, segment = self._picked(self.slots.live())
        arrays: dict[str, npt.NDArray[Any]] = {"rows": rows, "lengths": lengths}
        return arrays | {name: getattr(segment, name) for name in _POSTINGS}

    def part(self) -> Snapshot:
        """What a search reads."""
        size = self.slots.size
        return Snapshot(self._segments, self.slots.rows[:size], self._lengths[:size])


def _tiered(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Merge the last segments where the one before is no larger: few segments, little merging."""
    first, size = len(segments) - 1, segments[-1].documents
    while first > 0 and segments[first - 1].documents <= size:
        if size + segments[first - 1].documents > _LARGEST_MERGE:
            break
        first -= 1
        size += segments[first].documents
    if first == len(segments) - 1:
        return segments
    return (*segments[:first], merged(segments[first:]))
