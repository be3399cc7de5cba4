"""What one lexical search reads: parts that no put or removal writes to again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .face import Mask, Rows
from .postings import Numbers, Segment, document_counts
from .slots import NO_SLOT
from .statistics import Statistics

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
        """How often the terms `numbers` (t,) stand in each of `slots` (n,), (t, n).

        0 for a slot below 0.
        """
        asked, places = np.unique(slots, return_inverse=True)
        counts = np.zeros((numbers.size, asked.size), dtype=np.uint16)
        table: npt.NDArray[np.int32] | None = None
        for segment in self.segments:
            for into, span in zip(counts, segment.spans(numbers), strict=True):
                holders, there = segment.slots[slice(*span)], segment.counts[slice(*span)]
                if not holders.size:
                    continue
                if holders.size > _PASSED_OVER * asked.size:
                    where = np.searchsorted(holders, asked)
                    where[where == holders.size] = 0
                    found = np.flatnonzero(holders[where] == asked)
                    into[found] = there[where[found]]
                    continue
                if table is None:
                    table = self._places(asked)
                at = table[holders]
                found = np.flatnonzero(at != NO_SLOT)
                into[at[found]] = there[found]
        return counts[:, places]

    def _places(self, asked: Rows) -> npt.NDArray[np.int32]:
        """Of every slot the place among those `asked`, ascending; NO_SLOT of all others."""
        table = np.full(self.rows.size, NO_SLOT, dtype=np.int32)
        held = asked != NO_SLOT
        table[asked[held]] = np.flatnonzero(held)
        return table


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
