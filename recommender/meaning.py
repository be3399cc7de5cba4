"""Vectors of two lanes behind one search: MiniLM's for English, the multilingual one's for all.

Out: likeness on one scale, that of MiniLM's cosines; the other's are aligned to it.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from embeddings.dense import DenseIndex
from embeddings.face import Encoder, Mask, Rows, Scores, Vectors
from embeddings.kept import Kept
from embeddings.lanes import align_multilingual, fuse_lanes, lane_of_index
from embeddings.registry import MINILM, MULTILINGUAL

from .beside import begun, done
from .questions import Question

Search = Callable[[], tuple[Rows, Scores]]

Compared = Callable[[], tuple[Scores, Scores]]


def indexes_of(encoders: Mapping[str, Encoder]) -> dict[str, DenseIndex]:
    """An empty index for each lane that one of `encoders` reads for."""
    return {lane_of_index(name): DenseIndex(encoder.dim) for name, encoder in encoders.items()}


class MeaningIndex:
    """Rows by meaning, over both lanes."""

    def __init__(self, dense: Mapping[str, DenseIndex]) -> None:
        self.dense = dict(dense)
        self._foreign: Mask | None = None
        self._within: Kept[Mask] = Kept()
        self._common: Kept[dict[bytes, Scores]] = Kept()

    @property
    def english(self) -> DenseIndex:
        """MiniLM's vectors, of English texts."""
        return self.dense[MINILM]

    @property
    def multilingual(self) -> DenseIndex:
        """The vectors that all languages share: every root and every profile has one."""
        return self.dense[MULTILINGUAL]

    def nearest(self, question: Question, allowed: Mask, k: int) -> tuple[Rows, Scores]:
        """The `k` allowed rows nearest in meaning, best first, ties by row.

        What MiniLM read is compared by it where it read the question too; all else by the
        multilingual encoder, aligned. A question of unknown language takes the better of both.
        """
        return self._nearest(question, allowed, k, lambda search: search)()

    def searched(
        self,
        question: Question,
        allowed: Mask,
        k: int,
        *,
        beside: bool = True,
        apart: bool = False,
    ) -> Search:
        """Begin `nearest`, `beside` whatever comes next or at once; what is returned ends it.

        `apart`: what MiniLM read is compared by it alone, also with a question of unknown language.
        """
        return self._nearest(question, allowed, k, begun if beside else done, apart)

    def _nearest(
        self,
        question: Question,
        allowed: Mask,
        k: int,
        begin: Callable[[Search], Search],
        apart: bool = False,
    ) -> Search:
        english: Search | None = None
        if MINILM in question.vectors:
            own, dense = question.vectors[MINILM], self.dense[MINILM]
            english = begin(lambda: dense.search(own, allowed, k))

        def ended() -> tuple[Rows, Scores]:
            rows, scores = np.zeros(0, dtype=np.int64), np.zeros(0)
            if MULTILINGUAL in question.vectors:
                read = english is not None and (apart or question.language is not None)
                within = self._foreign_within(allowed) if read else allowed
                if within.any():
                    vector = question.vectors[MULTILINGUAL]
                    rows, raw = self.dense[MULTILINGUAL].search(vector, within, k)
                    scores = align_multilingual(raw)
            if english is not None:
                found, likeness = english()
                rows, scores = np.concatenate([rows, found]), np.concatenate([scores, likeness])
            order = np.lexsort((rows, -scores))
            # Of a row that both lanes have found the better score counts.
            first = np.sort(np.unique(rows[order], return_index=True)[1])
            best = order[first][:k]
            return rows[best], scores[best]

        return ended

    def likeness(self, question: Question, rows: Rows) -> Scores:
        """The score `nearest` would give each of `rows` (n,); 0 for one that is not held."""
        return self.likeness_beside(question, rows, None)[0]

    def likeness_of_each(self, questions: Sequence[Question], rows: Rows) -> Scores:
        """`likeness` of several questions, (questions, rows): the rows are read once."""
        lanes = {}
        for lane in (MINILM, MULTILINGUAL):
            scores = lanes[lane] = np.full((len(questions), len(rows)), np.nan)
            asking = [n for n, question in enumerate(questions) if lane in question.vectors]
            held = np.flatnonzero(self.dense[lane].has(rows))
            if asking and len(held):
                vectors = np.stack([questions[n].vectors[lane] for n in asking])
                scores[np.array(asking)[:, None], held] = self.dense[lane].scores_to(
                    vectors, rows[held]
                )
        alike = [
            fuse_lanes(question.language, lanes[MINILM][n], lanes[MULTILINGUAL][n])
            for n, question in enumerate(questions)
        ]
        found = np.reshape(alike, (len(questions), len(rows)))
        return np.where(np.isneginf(found), 0.0, found)

    def likeness_beside(
        self, question: Question, rows: Rows, centre: Vectors | None
    ) -> tuple[Scores, Scores]:
        """`likeness`, and beside it how much of it is peculiar to the question, (n,) each.

        What a text has in common with `centre`, the mean of all, it has in common with most
        questions: that is taken off. 0 where MiniLM has not read both, or there is no `centre`.
        """
        return self._compared(question, rows, centre, done)()

    def compared(self, question: Question, rows: Rows, centre: Vectors | None) -> Compared:
        """Begin `likeness_beside`, beside whatever comes next; what is returned ends it."""
        return self._compared(question, rows, centre, begun)

    def _compared(
        self,
        question: Question,
        rows: Rows,
        centre: Vectors | None,
        begin: Callable[[Callable[[], Scores]], Callable[[], Scores]],
    ) -> Compared:
        english: Callable[[], Scores] | None = None
        if MINILM in question.vectors:
            own, dense = question.vectors[MINILM], self.dense[MINILM]
            english = begin(lambda: dense.scores(own, rows))

        # What MiniLM read of a text is the last word on it, if it reads the question too.
        known = np.zeros(len(rows), dtype=bool)
        if english is not None and question.language is not None:
            known = self.dense[MINILM].has(rows)
        places = np.zeros(0, dtype=np.int64)
        if MULTILINGUAL in question.vectors:
            places = np.flatnonzero(~known & self.dense[MULTILINGUAL].has(rows))

        def ended() -> tuple[Scores, Scores]:
            # First, as it takes no waiting.
            multilingual = np.zeros(0)
            if len(places):
                vector = question.vectors[MULTILINGUAL]
                multilingual = self.dense[MULTILINGUAL].scores(vector, rows[places])
            # What is not held has 0 of both.
            alike, peculiar = np.zeros(len(rows)), np.zeros(len(rows))
            read = np.zeros(len(rows), dtype=bool)
            if english is not None:
                read, alike = self.dense[MINILM].has(rows), english()
                if centre is not None:
                    peculiar = alike - self._likeness_to(centre, rows)
            if len(places):
                minilm = np.where(read[places], alike[places], np.nan)
                alike[places] = fuse_lanes(question.language, minilm, multilingual)
            return alike, peculiar

        return ended

    def _likeness_to(self, centre: Vectors, rows: Rows) -> Scores:
        """How much each of `rows` has in common with `centre`; the same for all questions."""
        common = self._common.of(rows, dict)
        key = centre.tobytes()
        if key not in common:
            # One at a time: it is another when something was learned.
            common.clear()
            cosines = self.dense[MINILM].scores(centre, rows)
            common[key] = cosines * float(np.linalg.norm(centre))
        return common[key]

    def centre(self, rows: Rows) -> Vectors:
        """The mean of what MiniLM read of `rows`, (384,)."""
        return self.dense[MINILM].mean(rows)

    def changed(self) -> None:
        """To be called after rows were put into a lane or removed."""
        self._foreign = None
        self._within.clear()
        self._common.clear()

    def _foreign_within(self, allowed: Mask) -> Mask:
        """Which of `allowed` MiniLM has not read; kept for masks that nobody writes to."""
        return self._within.of(allowed, lambda: self._foreign_of(allowed))

    def _foreign_of(self, allowed: Mask) -> Mask:
        found = allowed & self._only_multilingual(len(allowed))
        found.setflags(write=False)
        return found

    def _only_multilingual(self, size: int) -> Mask:
        """Which of the first `size` rows MiniLM has not read; worked out once a change."""
        foreign = self._foreign
        if foreign is None or len(foreign) < size:
            foreign = ~self.dense[MINILM].holds(size)
            self._foreign = foreign
        return foreign[:size]

    def is_foreign(self, question: Question, rows: Rows) -> Mask:
        """Which of `rows` (n,) are compared across languages: not by MiniLM."""
        if MINILM not in question.vectors:
            return np.ones(len(rows), dtype=bool)
        return ~self.dense[MINILM].has(rows)
