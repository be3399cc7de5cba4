"""The lexical index: texts in, rows by BM25 out (Robertson and Zaragoza 2009).

What a score says of a document depends on the query, the document and the statistics alone. The
statistics are either frozen ones or counted on the spot over the rows a caller names, so that
nothing else has influence; a document's parts are added in the order of the terms' numbers.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import RLock

import numpy as np
import numpy.typing as npt

from . import indexfile
from .errors import IndexCorrupt
from .face import Mask, Rows, Scores
from .postings import Segment, built, merged
from .query import Keyword, Question, WordNumbers
from .slots import NO_SLOT, Slots, best, checked, grown
from .snapshot import Snapshot
from .statistics import Statistics
from .tokens import TOKENS_VERSION, term_number, words

FILE = "lexical.index"
# Terms of a question that are looked up; more cost time and change little
# (evaluation/results/index.md).
MOST_TERMS = 32
# A put merges neighbouring segments up to this many documents, so that none waits for seconds.
_LARGEST_MERGE = 1 << 16
# Texts whose terms are kept: one answer asks the same two, title and whole, of many parts.
_REMEMBERED_TEXTS = 4
# Where one row in so many is allowed or fewer, the others' postings are passed over unscored.
_SELECTIVE = 2
_DIGITS = 9


class LexicalIndex:
    """Texts by row, searched by BM25.

    Parameters
    ----------
    k1 : how soon repeats of a term stop to count, at least 0.
    b : how much a long text is held back, 0 to 1.

    Where a method takes `statistics` and `counted`: `statistics` are frozen ones of `fit`;
    without them they are counted on the spot over the rows of the mask `counted` (None: all).
    """

    def __init__(self, k1: float = 1.2, b: float = 0.75) -> None:
        if k1 < 0 or not 0 <= b <= 1:
            raise ValueError("k1 is at least 0, b between 0 and 1")
        self.k1 = k1
        self.b = b
        self.stamp = ""
        self._lock = RLock()
        self._numbers = WordNumbers()
        self._slots = Slots()
        self._lengths = np.zeros(0, dtype=np.int32)
        self._segments: tuple[Segment, ...] = ()
        self._asked_last: tuple[tuple[str, Statistics, Question], ...] = ()

    def __len__(self) -> int:
        """How many rows it holds."""
        return self._slots.held

    def put(self, rows: Rows, items: Sequence[str]) -> None:
        """Insert or replace the texts `items` of `rows` (n,), no row twice.

        An empty text is held and matches nothing. ValueError for unequal lengths, negative or
        repeated rows; nothing is put then.
        """
        rows = checked(rows)
        if len(items) != rows.size:
            raise ValueError(f"{len(items)} texts for {rows.size} rows")
        numbers = self._numbers
        documents = [[n for word in words(text) for n in numbers[word]] for text in items]
        lengths = np.fromiter(map(len, documents), dtype=np.int64, count=rows.size)
        flat = np.fromiter((n for document in documents for n in document), dtype=np.int64)
        with self._lock:
            start, end = self._slots.size, self._slots.size + rows.size
            segment = built(flat, lengths, start)
            self._lengths = grown(self._lengths, end)
            self._lengths[start:end] = lengths
            self._slots.append(rows)
            if rows.size:
                self._segments = _tiered((*self._segments, segment))
            self._tidy()

    def remove(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over. Counts over all rows fall at once too."""
        with self._lock:
            self._slots.kill(rows)
            self._tidy()

    def _tidy(self) -> None:
        if self._slots.dead > max(1024, self._slots.held):
            self._compact()

    def _compact(self) -> None:
        live = self._slots.live()
        self._segments = (merged(self._segments, _renumbering(self._slots.size, live)),)
        self._lengths = self._lengths[live]
        self._slots = Slots(self._slots.rows[live])

    def has(self, rows: Rows) -> Mask:
        """Tell for each of `rows` whether it is held; shape (n,)."""
        with self._lock:
            return np.not_equal(self._slots.of(rows), NO_SLOT)

    def _snapshot(self, statistics: Statistics | None, counted: Mask | None) -> Snapshot:
        # The caller holds the lock. With frozen statistics nothing is counted.
        slots = self._slots
        none = np.zeros(0, dtype=np.bool_)
        mask = slots.within(counted).flags if statistics is None else none
        return Snapshot(self._segments, slots.rows[: slots.size], self._lengths[: slots.size], mask)

    def _asked(
        self, query: str, snapshot: Snapshot, statistics: Statistics | None
    ) -> tuple[Question, Statistics]:
        if statistics is None:
            numbers = [number for word in words(query) for number in self._numbers[word]]
            statistics = snapshot.statistics(np.unique(np.array(numbers, dtype=np.int64)))
            return Question.of(query, statistics), statistics
        last = self._asked_last
        for text, known, question in last:
            if text == query and known is statistics:
                return question, statistics
        question = Question.of(query, statistics)
        self._asked_last = ((query, statistics, question), *last[: _REMEMBERED_TEXTS - 1])
        return question, statistics

    def search(
        self,
        query: str,
        allowed: Mask | None,
        k: int,
        *,
        statistics: Statistics | None = None,
        counted: Mask | None = None,
    ) -> tuple[Rows, Scores]:
        """Give the at most `k` allowed rows that share a term with `query`, best first.

        Ties by row. Rows int64 and scores float64, above 0; both empty when nothing matches.
        Of a long query its MOST_TERMS most informative terms count. ValueError when k < 1.
        """
        if k < 1:
            raise ValueError("k is at least 1")
        with self._lock:
            snapshot = self._snapshot(statistics, counted)
            within = self._slots.within(allowed).flags
        question, known = self._asked(query, snapshot, statistics)
        numbers, weights = question.cut(MOST_TERMS).weighed()
        totals = np.zeros(within.size, dtype=np.float64)
        selective = _SELECTIVE * int(np.count_nonzero(within)) <= within.size
        spans = [segment.spans(numbers) for segment in snapshot.segments]
        for place, weight in enumerate(weights):
            for segment, found in zip(snapshot.segments, spans, strict=True):
                slots = segment.slots[slice(*found[place])]
                counts = segment.counts[slice(*found[place])]
                if selective:
                    kept = np.flatnonzero(within.take(slots))
                    slots, counts = slots.take(kept), counts.take(kept)
                totals[slots] += self._parts(counts, snapshot.lengths.take(slots), weight, known)
        matched = np.flatnonzero(totals)
        if not selective:
            matched = matched[within[matched]]
        rows, scores = snapshot.rows[matched], np.round(totals[matched], _DIGITS)
        places = best(rows, scores, k)
        return rows[places], scores[places]

    def scores(
        self,
        query: str,
        rows: Rows,
        *,
        statistics: Statistics | None = None,
        counted: Mask | None = None,
    ) -> Scores:
        """Score `rows` as `search` would, float64 (n,); 0 where none is held or nothing matches."""
        with self._lock:
            snapshot = self._snapshot(statistics, counted)
            slots = self._slots.of(rows)
        question, known = self._asked(query, snapshot, statistics)
        totals = np.zeros(slots.size, dtype=np.float64)
        for number, weight in zip(*question.cut(MOST_TERMS).weighed(), strict=True):
            counts = snapshot.counts(number, slots)
            found = counts > 0
            lengths = snapshot.lengths[slots[found]]
            totals[found] += self._parts(counts[found], lengths, weight, known)
        return np.round(totals, _DIGITS)

    def _parts(
        self,
        counts: npt.NDArray[np.uint16],
        lengths: npt.NDArray[np.int32],
        weight: float,
        statistics: Statistics,
    ) -> Scores:
        norms = lengths * (self.k1 * self.b / statistics.mean_length) + self.k1 * (1 - self.b)
        return np.asarray(counts * (weight * (self.k1 + 1)) / (norms + counts), dtype=np.float64)

    def keywords(
        self,
        text: str,
        n: int = 10,
        *,
        statistics: Statistics | None = None,
        counted: Mask | None = None,
    ) -> list[Keyword]:
        """Give the at most `n` most informative terms of `text`, best first."""
        with self._lock:
            snapshot = self._snapshot(statistics, counted)
        return self._asked(text, snapshot, statistics)[0].keywords[:n]

    def shared(
        self,
        text: str,
        rows: Rows,
        n: int = 5,
        *,
        statistics: Statistics | None = None,
        counted: Mask | None = None,
    ) -> list[list[Keyword]]:
        """Give for each of `rows` the at most `n` most informative terms it shares with `text`."""
        with self._lock:
            snapshot = self._snapshot(statistics, counted)
            slots = self._slots.of(rows)
        shared: list[list[Keyword]] = [[] for _ in range(slots.size)]
        for keyword in self._asked(text, snapshot, statistics)[0].keywords:
            counts = snapshot.counts(term_number(keyword.term), slots)
            for place in np.flatnonzero(counts).tolist():
                shared[place].append(keyword)
        return [found[:n] for found in shared]

    def fit(self, counted: Mask | None = None) -> Statistics:
        """Count terms, documents and lengths over the rows of `counted` (None: all), to freeze."""
        with self._lock:
            snapshot = self._snapshot(None, counted)
        return snapshot.fitted()

    def save(self, folder: Path, stamp: str = "") -> None:
        """Write to `folder` in one atomic step; `stamp` says of what state of the store."""
        with self._lock:
            snapshot = self._snapshot(None, None)
        live = np.flatnonzero(snapshot.counted)
        segment = merged(snapshot.segments, _renumbering(snapshot.rows.size, live))
        arrays: dict[str, indexfile.Array] = {
            "rows": snapshot.rows[live],
            "lengths": snapshot.lengths[live],
            "terms": segment.terms,
            "starts": segment.starts,
            "slots": segment.slots,
            "counts": segment.counts,
        }
        facts = {"k1": self.k1, "b": self.b, "tokens": TOKENS_VERSION, "stamp": stamp}
        indexfile.write(folder / FILE, facts, arrays)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Open what `save` wrote: postings stay in the file, mapped; puts are taken at once.

        IndexCorrupt when the file is missing, damaged, of another version or of other terms.
        """
        facts, arrays = indexfile.read(folder / FILE)
        try:
            if facts["tokens"] != TOKENS_VERSION:
                raise ValueError("its terms were cut by another version")
            index = cls(float(facts["k1"]), float(facts["b"]))
            index.stamp = str(facts["stamp"])
            index._slots = Slots(checked(arrays["rows"]))
            index._lengths = arrays["lengths"].copy()
            parts = [arrays[name] for name in ("terms", "starts", "slots", "counts")]
            index._segments = (Segment(index._slots.size, *parts),)
        except (KeyError, ValueError, TypeError) as reason:
            raise IndexCorrupt(
                f"the saved index {FILE} does not add up ({reason}); rebuild it from the store"
            ) from reason
        return index


def _renumbering(size: int, live: Rows) -> Rows:
    """Map `size` old slots to new ones that leave no gap, -1 for all but `live`."""
    renumbered = np.full(size, NO_SLOT, dtype=np.int64)
    renumbered[live] = np.arange(live.size)
    return renumbered


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
