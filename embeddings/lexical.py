"""The lexical index: texts in, rows by BM25 out (Robertson and Zaragoza 2009).

What a score says of a document depends on the query, the document and the statistics alone. The
statistics are either frozen ones or counted on the spot over the rows a caller names, so that
nothing else has influence; a document's parts are added in the order of the terms' numbers. Nor
has the shelf on which a row lies, but on time: rows that are searched together lie well together.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from . import indexfile
from .bm25 import Weighing
from .errors import IndexCorrupt
from .face import Mask, Rows, Scores
from .kept import Kept
from .postings import built
from .query import Keyword, Question, WordNumbers
from .shelving import Shelving
from .slots import NO_SLOT, best, checked
from .snapshot import Counting
from .statistics import Statistics
from .tokens import TOKENS_VERSION, term_number, words
from .wordshelf import WordShelf

FILE = "lexical.index"
# Terms of a question that are looked up; more cost time and change little
# (evaluation/results/index.md).
MOST_TERMS = 32
# Texts whose terms are kept: one answer asks the same two, title and whole, of many parts.
_REMEMBERED_TEXTS = 4

Source = Statistics | Counting
"""Where statistics are taken from: frozen ones, or the slots over which they are counted."""


class LexicalIndex(Shelving[WordShelf]):
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
        super().__init__()
        self._numbers = WordNumbers()
        self._counting: Kept[Counting] = Kept()
        self._asked_last: tuple[tuple[str, Source, Question, Statistics], ...] = ()

    def _empty(self) -> WordShelf:
        return WordShelf.empty()

    def put(self, rows: Rows, items: Sequence[str], shelf: int = 0) -> None:
        """Insert or replace the texts `items` of `rows` (n,), no row twice, on `shelf`.

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
        self._stand(shelf, rows, lengths.astype(np.int32), built(flat, lengths))

    def _changed(self) -> None:
        super()._changed()
        self._counting.clear()
        self._asked_last = ()

    def _source(self, statistics: Statistics | None, counted: Mask | None) -> Source:
        # The caller holds the lock. With frozen statistics nothing is counted.
        if statistics is not None:
            return statistics
        return self._counting.of(counted, lambda: self._counted(counted))

    def _counted(self, counted: Mask | None) -> Counting:
        return Counting([(s.part(), s.slots.within(counted).flags) for s in self._shelves])

    def _asked(self, query: str, source: Source) -> tuple[Question, Statistics]:
        last = self._asked_last
        for text, known, question, statistics in last:
            if text == query and known is source:
                return question, statistics
        if isinstance(source, Statistics):
            statistics = source
        else:
            numbers = [number for word in words(query) for number in self._numbers[word]]
            statistics = source.statistics(np.unique(np.array(numbers, dtype=np.int64)))
        question = Question.of(query, statistics)
        asked = query, source, question, statistics
        self._asked_last = (asked, *last[: _REMEMBERED_TEXTS - 1])
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
            source = self._source(statistics, counted)
            parts = [(shelf.part(), shelf.slots.within(allowed)) for shelf in self._shelves]
        weighing = self._weighing(query, source)
        found, scored = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.float64)]
        for part, within in parts:
            if within.count:
                slots, scores = weighing.matched(part, within)
                found.append(part.rows[slots])
                scored.append(scores)
        rows, scores = np.concatenate(found), np.concatenate(scored)
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
            source = self._source(statistics, counted)
            parts = [(shelf.part(), shelf.slots.of(rows)) for shelf in self._shelves]
        weighing = self._weighing(query, source)
        scores = np.zeros(np.size(rows), dtype=np.float64)
        for part, slots in parts:
            held = np.flatnonzero(slots != NO_SLOT)
            if held.size:
                scores[held] = weighing.scores(part, slots[held])
        return scores

    def _weighing(self, query: str, source: Source) -> Weighing:
        question, statistics = self._asked(query, source)
        terms = question.cut(MOST_TERMS).weighed()
        return Weighing(*terms, self.k1, self.b, statistics.mean_length)

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
            source = self._source(statistics, counted)
        return self._asked(text, source)[0].keywords[:n]

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
            source = self._source(statistics, counted)
            parts = [(shelf.part(), shelf.slots.of(rows)) for shelf in self._shelves]
        keywords = self._asked(text, source)[0].keywords
        numbers = np.array([term_number(keyword.term) for keyword in keywords], dtype=np.int64)
        shared: list[list[Keyword]] = [[] for _ in range(np.size(rows))]
        for part, slots in parts:
            held = np.flatnonzero(slots != NO_SLOT)
            if not held.size:
                continue
            counts = part.counts(numbers, slots[held])
            for place, there in zip(held.tolist(), counts.T, strict=True):
                shared[place] = [keywords[i] for i in np.flatnonzero(there)[:n].tolist()]
        return shared

    def fit(self, counted: Mask | None = None) -> Statistics:
        """Count terms, documents and lengths over the rows of `counted` (None: all), to freeze."""
        with self._lock:
            counting = self._counted(counted)
        return counting.fitted()

    def save(self, folder: Path, stamp: str = "") -> None:
        """Write to `folder` in one atomic step; `stamp` says of what state of the store."""
        arrays: dict[str, indexfile.Array] = {}
        with self._lock:
            for place, shelf in enumerate(self._shelves):
                arrays |= {f"{name}{place}": array for name, array in shelf.live().items()}
        facts = {"k1": self.k1, "b": self.b, "tokens": TOKENS_VERSION, "stamp": stamp}
        indexfile.write(folder / FILE, facts | {"shelves": self.shelves}, arrays)

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
            # A file from before there were shelves is one shelf, without a number.
            numbers = range(int(facts["shelves"])) if "shelves" in facts else ("",)
            index._shelves = tuple(WordShelf.of(arrays, str(at)) for at in numbers)
            checked(np.concatenate([shelf.part().rows for shelf in index._shelves]))
        except (KeyError, ValueError, TypeError) as reason:
            raise IndexCorrupt(
                f"the saved index {FILE} does not add up ({reason}); rebuild it from the store"
            ) from reason
        return index
