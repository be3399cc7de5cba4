"""What one lexical search reads: parts that no put or removal writes to again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .face import Mask, Rows
from .postings import Numbers, Segment, document_counts
from .slots import NO_SLOT
from .statistics import Statistics

Places = npt.NDArray[np.signedinteger[Any]]

# Terms of which a mask's frequencies are remembered; a search looks up some dozens.
_REMEMBERED = 1 << 16
# Postings beside each slot that is looked up, up to which it is faster to pass over them all.
_PASSED_OVER = 16


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Of one shelf the segments, and by slot the row and the length in terms."""

    segments: tuple[Segment, ...]
    rows: Rows
    lengths: npt.NDArray[np.int32]

    def counts(self, numbers: Numbers, slots: Rows) -> npt.NDArray[np.uint16]:
        """How often the terms `numbers` (t,) stand in each of `slots` (n,), (t, n)."""
        counts = np.zeros((numbers.size, slots.size), dtype=np.uint16)
        for term, places, there in self.standing(numbers, slots):
            counts[term, places] = there
        return counts

    def standing(
        self, numbers: Numbers, slots: Rows
    ) -> Iterator[tuple[int, Places, npt.NDArray[np.uint16]]]:
        """Where the terms `numbers` (t,), one after the other, stand in `slots` (n,).

        Each time the term's place, the places of slots that hold it, and how often they do. No two
        times of one term have a place in common.
        """
        # Of the postings' own type: all of them would be copied to another.
        asked = slots.astype(np.int32)
        table, again = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
        spans = [segment.spans(numbers) for segment in self.segments]
        for term in range(numbers.size):
            for segment, found in zip(self.segments, spans, strict=True):
                start, end = found[term]
                holders, there = segment.slots[start:end], segment.counts[start:end]
                if not holders.size:
                    continue
                if holders.size > _PASSED_OVER * asked.size:
                    places, where = _sought(holders, asked)
                    yield term, places, there.take(where)
                    continue
                if not table.size:
                    table = np.full(self.rows.size, NO_SLOT, dtype=np.int32)
                    table[asked] = np.arange(asked.size)
                    again = np.flatnonzero(table[asked] != np.arange(asked.size))
                at = table.take(holders)
                held = np.flatnonzero(at != NO_SLOT)
                yield term, at.take(held), there.take(held)
                if again.size:
                    places, where = _sought(holders, asked[again])
                    yield term, again[places], there.take(where)


def _sought(holders: npt.NDArray[np.int32], asked: npt.NDArray[np.int32]) -> tuple[Rows, Rows]:
    """The places of those `asked` that are among `holders`, ascending, and their places there."""
    where = np.searchsorted(holders, asked)
    where[where == holders.size] = 0
    places = np.flatnonzero(holders.take(where) == asked)
    return places, where.take(places)


class Counting:
    """Statistics that are counted on the spot, over the slots `counted` of each of `parts`.

    Frequencies are remembered. A race of two threads only does the work twice.
    """

    def __init__(self, parts: Sequence[tuple[Snapshot, Mask]]) -> None:
        self._parts = parts
        self._documents = sum(int(np.count_nonzero(counted)) for _, counted in parts)
        self._length = sum(int(part.lengths[c].sum(dtype=np.int64)) for part, c in parts)
        self._known: dict[int, int] = {}

    def statistics(self, numbers: Numbers) -> Statistics:
        """Count the documents, and of all terms only `numbers`, ascending."""
        known = self._known
        missing = np.array([n for n in numbers.tolist() if n not in known], dtype=np.int64)
        if missing.size:
            counted = zip(missing.tolist(), self._frequencies(missing).tolist(), strict=True)
            known = {**known, **dict(counted)}
            self._known = known if len(known) <= _REMEMBERED else {}
        frequencies = [known[number] for number in numbers.tolist()]
        return self._with(numbers, np.array(frequencies, dtype=np.int32))

    def _frequencies(self, numbers: Numbers) -> npt.NDArray[np.int32]:
        frequencies = np.zeros(numbers.size, dtype=np.int32)
        for part, counted in self._parts:
            for segment in part.segments:
                for place, (start, end) in enumerate(segment.spans(numbers)):
                    if end > start:
                        frequencies[place] += np.count_nonzero(counted[segment.slots[start:end]])
        return frequencies

    def fitted(self) -> Statistics:
        """Count the documents and every term; terms of no counted document are left out."""
        segments = [(segment, c) for part, c in self._parts for segment in part.segments]
        union = np.unique(np.concatenate([np.zeros(0, np.int64), *(s.terms for s, _ in segments)]))
        sums = np.zeros(union.size, dtype=np.int64)
        for segment, counted in segments:
            sums[np.searchsorted(union, segment.terms)] += document_counts(segment, counted)
        return self._with(union[sums > 0], sums[sums > 0].astype(np.int32))

    def _with(self, numbers: Numbers, frequencies: npt.NDArray[np.int32]) -> Statistics:
        return Statistics(numbers, frequencies, self._documents, self._length)
