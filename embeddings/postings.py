"""Segments of an inverted index: for each term the slots that hold it and how often.

A segment never changes once built, so that a search may read it while another thread puts.
Later segments hold higher slots; merging neighbours keeps every list of slots ascending.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Segment:
    """Postings by term.

    `terms` (t,) int64 ascending; `starts` (t + 1,) int64 into `slots` (p,) int32, ascending
    within a term, and `counts` (p,) uint16, how often the term stands there. `documents`: how
    many slots were put into it, dead ones too.
    """

    documents: int
    terms: Numbers
    starts: Numbers
    slots: npt.NDArray[np.int32]
    counts: npt.NDArray[np.uint16]

    def spans(self, terms: Numbers) -> list[tuple[int, int]]:
        """Return where the postings of each of `terms` start and end; equal where it has none."""
        if not self.terms.size:
            return [(0, 0)] * terms.size
        places = np.searchsorted(self.terms, terms)
        places[places == self.terms.size] = 0
        found = self.terms[places] == terms
        starts = np.where(found, self.starts[places], 0)
        ends = np.where(found, self.starts[places + 1], 0)
        return list(zip(starts.tolist(), ends.tolist(), strict=True))


def built(terms: Numbers, lengths: Numbers) -> Segment:
    """Build a segment from documents laid end to end.

    `terms` (sum of lengths,) int64, the terms of all documents with repeats; `lengths` (n,) how
    many belong to each; document i gets slot i.
    """
    n = lengths.size
    known, local = np.unique(terms, return_inverse=True)
    pairs, counts = np.unique(local * n + np.repeat(np.arange(n), lengths), return_counts=True)
    term_of, document = np.divmod(pairs, max(n, 1))
    return Segment(
        n,
        known,
        np.searchsorted(term_of, np.arange(known.size + 1)),
        document.astype(np.int32),
        np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16),
    )


def merged(segments: Sequence[Segment], renumbered: Numbers | None = None) -> Segment:
    """Merge neighbouring `segments` into one, in time linear in their postings.

    `renumbered`, where given, maps each old slot to its new one, ascending, or to -1 to drop it.
    """
    if renumbered is not None:
        segments = [_renumbered(segment, renumbered) for segment in segments]
    none = np.zeros(0, dtype=np.int64)
    union = np.unique(np.concatenate([none, *(segment.terms for segment in segments)]))
    places = [np.searchsorted(union, segment.terms) for segment in segments]
    sizes = np.zeros(union.size, dtype=np.int64)
    for segment, place in zip(segments, places, strict=True):
        sizes[place] += np.diff(segment.starts)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    slots = np.empty(int(starts[-1]), dtype=np.int32)
    counts = np.empty(slots.size, dtype=np.uint16)
    free = starts[:-1].copy()
    for segment, place in zip(segments, places, strict=True):
        widths = np.diff(segment.starts)
        into = np.repeat(free[place] - segment.starts[:-1], widths) + np.arange(segment.slots.size)
        slots[into] = segment.slots
        counts[into] = segment.counts
        free[place] += widths
    documents = sum(segment.documents for segment in segments)
    return Segment(documents, union, starts, slots, counts)


def _renumbered(segment: Segment, renumbered: Numbers) -> Segment:
    slots = renumbered[segment.slots]
    kept = slots >= 0
    before = np.concatenate([[0], np.cumsum(kept)])
    starts = before[segment.starts]
    used = np.flatnonzero(np.diff(starts))
    return Segment(
        int(np.unique(slots[kept]).size),
        segment.terms[used],
        np.concatenate([starts[used], starts[-1:]]),
        slots[kept].astype(np.int32),
        segment.counts[kept],
    )


def document_counts(segment: Segment, counted: npt.NDArray[np.bool_]) -> Numbers:
    """Return for each term of `segment` in how many of the `counted` slots it stands."""
    before = np.concatenate([[0], np.cumsum(counted[segment.slots])])
    return np.asarray(before[segment.starts[1:]] - before[segment.starts[:-1]], dtype=np.int64)
