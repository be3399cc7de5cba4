"""BM25 (Robertson and Zaragoza 2009): the scores of texts for the weighed terms of a question.

A text's parts are added in the order of the terms' numbers, so that its score has the same bits
whatever else is scored beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .face import Rows, Scores
from .postings import Numbers
from .slots import Within
from .snapshot import Snapshot

# Where one slot in so many is allowed or fewer, the others' postings are passed over unscored.
_SELECTIVE = 2
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Weighing:
    """A question's terms, `numbers` (t,) ascending, their `weights`, and how texts are weighed.

    `k1`: how soon repeats of a term stop to count; `b`: how much a long text is held back, of
    `mean_length` terms on average.
    """

    numbers: Numbers
    weights: Sequence[float]
    k1: float
    b: float
    mean_length: float

    def matched(self, part: Snapshot, within: Within) -> tuple[Rows, Scores]:
        """The slots `within` that hold one of the terms, ascending, and their scores."""
        flags = within.flags
        totals = np.zeros(flags.size, dtype=np.float64)
        selective = _SELECTIVE * within.count <= flags.size
        spans = [segment.spans(self.numbers) for segment in part.segments]
        norms = self._norms(part.lengths)
        for place, weight in enumerate(self.weights):
            for segment, found in zip(part.segments, spans, strict=True):
                slots = segment.slots[slice(*found[place])]
                counts = segment.counts[slice(*found[place])]
                if selective:
                    kept = np.flatnonzero(flags.take(slots))
                    slots, counts = slots.take(kept), counts.take(kept)
                totals[slots] += self._points(counts, norms.take(slots), weight)
        matched = np.flatnonzero(totals > 0.0)
        if not selective:
            matched = matched[flags[matched]]
        return matched, np.round(totals[matched], _DIGITS)

    def scores(self, part: Snapshot, slots: Rows) -> Scores:
        """The scores of `slots` (n,), as `matched` gives them; 0 where no term stands."""
        norms = self._norms(part.lengths[slots])
        totals = np.zeros(slots.size, dtype=np.float64)
        for term, places, counts in part.standing(self.numbers, slots):
            totals[places] += self._points(counts, norms.take(places), self.weights[term])
        return np.round(totals, _DIGITS)

    def _norms(self, lengths: npt.NDArray[np.int32]) -> Scores:
        """What repeats are held against, by the length of the text."""
        norms = lengths * (self.k1 * self.b / self.mean_length) + self.k1 * (1 - self.b)
        return np.asarray(norms, dtype=np.float64)

    def _points(self, counts: npt.NDArray[np.uint16], norms: Scores, weight: float) -> Scores:
        return np.asarray(counts * (weight * (self.k1 + 1)) / (norms + counts), dtype=np.float64)
