"""What one lexical search reads: parts that no put or removal writes to again."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .face import Mask, Rows
from .postings import Numbers, Segment, document_counts
from .statistics import Statistics


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Segments, and by slot the row, the length in terms and whether it is counted.

    `counted` (slots,) bool: over which slots statistics are counted.
    """

    segments: tuple[Segment, ...]
    rows: Rows
    lengths: npt.NDArray[np.int32]
    counted: Mask

    def statistics(self, numbers: Numbers) -> Statistics:
        """Count the documents, and of all terms only `numbers`, ascending."""
        frequencies = np.zeros(numbers.size, dtype=np.int32)
        for segment in self.segments:
            for place, (start, end) in enumerate(segment.spans(numbers)):
                if end > start:
                    frequencies[place] += np.count_nonzero(self.counted[segment.slots[start:end]])
        return self._with(numbers, frequencies)

    def fitted(self) -> Statistics:
        """Count the documents and every term; terms of no counted document are left out."""
        union = np.unique(
            np.concatenate([np.zeros(0, np.int64), *(s.terms for s in self.segments)])
        )
        sums = np.zeros(union.size, dtype=np.int64)
        for segment in self.segments:
            sums[np.searchsorted(union, segment.terms)] += document_counts(segment, self.counted)
        return self._with(union[sums > 0], sums[sums > 0].astype(np.int32))

    def _with(self, numbers: Numbers, frequencies: npt.NDArray[np.int32]) -> Statistics:
        length = int(self.lengths[self.counted].sum(dtype=np.int64))
        return Statistics(numbers, frequencies, int(np.count_nonzero(self.counted)), length)

    def counts(self, number: int, slots: Rows) -> npt.NDArray[np.uint16]:
        """Return how often the term `number` stands in each of `slots`; 0 for a slot below 0."""
        counts = np.zeros(slots.size, dtype=np.uint16)
        for segment in self.segments:
            start, end = segment.spans(np.array([number], dtype=np.int64))[0]
            if start == end:
                continue
            holders = segment.slots[start:end]
            places = np.searchsorted(holders, slots)
            places[places == holders.size] = 0
            found = holders[places] == slots
            counts[found] = segment.counts[start:end][places[found]]
        return counts

    def holders(self, numbers: Numbers) -> list[Rows]:
        """Return for each of the terms `numbers` the slots that hold it, ascending, dead or not."""
        spans = [segment.spans(numbers) for segment in self.segments]
        none = np.zeros(0, dtype=np.int64)
        return [
            np.concatenate(
                [
                    none,
                    *(
                        s.slots[slice(*of[place])]
                        for s, of in zip(self.segments, spans, strict=True)
                    ),
                ]
            )
            for place in range(numbers.size)
        ]
