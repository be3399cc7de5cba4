"""Vectors of two lanes behind one search: MiniLM's for English, the multilingual one's for all.

Out: likeness on one scale, that of MiniLM's cosines; the other's are aligned to it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from embeddings.dense import DenseIndex
from embeddings.face import Asker, Encoder, Mask, Rows, Scores, Vectors
from embeddings.kept import Kept
from embeddings.lanes import (
    TRANSLATED,
    align_multilingual,
    encoders_of_query,
    fuse_lanes,
    lane_of_index,
)
from embeddings.language import detect_language
from embeddings.registry import MINILM, MULTILINGUAL

from .beside import begun, done

Search = Callable[[], tuple[Rows, Scores]]

REMEMBERED = 256
"""Questions whose vectors are kept: a page asks the same one of several parts."""

PIECE = re.compile(r"[^\W\d_]{1,6}|\d{1,2}|[^\w\s]|_")
"""About what an encoder makes one token of."""

ABROAD = 60
"""What the multilingual encoder reads of a question that MiniLM reads too, in `PIECE`s: it is then
compared with what is in other languages alone. By a probe, of texts of eight sentences of
../shared/data/languages, the translation of 187 English ones was nearest for 1, .989, .995 and .979
of de, es, fr, pl by so many, and for 1, 1, 1 and .989 by all."""


LESS_ALIKE, LESS_ALIKE_BRIDGED = 0.12, 0.2
"""How much less alike related texts are where no MiniLM read the question, and where the bridge
did: of as many of 694 related pairs of STS-B (../shared/data/languages, scores 2 to 4, the second
sentence English) as MiniLM puts below .42, .04, the multilingual encoder puts de, es, fr and pl
below .27, .28, .28 and .19, aligned, and the bridge below .20, .21, .19 and .16."""

MOSTLY_ENGLISH = 0.9
"""Share of texts from which on a community writes hardly anything but English."""


@dataclass(frozen=True, slots=True)
class Question:
    """A text to search by: its language if known, and its vectors by lane."""

    text: str
    language: str | None
    vectors: Mapping[str, Vectors]

    @property
    def less_alike(self) -> float:
        """How much less like this question a text about it is than one about an English one."""
        if MINILM in self.vectors:
            return 0.0
        return LESS_ALIKE if self.language in TRANSLATED else LESS_ALIKE_BRIDGED


class Reader:
    """Reads questions with the encoders, by lane."""

    def __init__(self, encoders: Mapping[str, Encoder]) -> None:
        self.encoders = dict(encoders)
        self.read = lru_cache(REMEMBERED)(self._read)
        self._mostly_english = False

    def expect(self, english: float) -> None:
        """Take short questions for English where that share of the texts is, as `learn` found."""
        if (english >= MOSTLY_ENGLISH) != self._mostly_english:
            self._mostly_english = not self._mostly_english
            self.read.cache_clear()

    def _read(self, text: str) -> Question:
        """Find the language of `text`, and encode it for the lanes that it needs."""
        clean = " ".join(text.split())
        language = detect_language(clean, self._mostly_english)
        # One after the other: each network uses the processors there are, and two at once were
        # hardly sooner done, but took from other callers.
        vectors = {
            lane_of_index(name): _asked(self.encoders[name], _read_of(clean, language, name))
            for name in encoders_of_query(language, self.encoders)
        }
        return Question(clean, language, vectors)


def indexes_of(encoders: Mapping[str, Encoder]) -> dict[str, DenseIndex]:
    """An empty index for each lane that one of `encoders` reads for."""
    return {lane_of_index(name): DenseIndex(encoder.dim) for name, encoder in encoders.items()}


def begun_by(text: str, pieces: int) -> str:
    """`text`, or its first so many `PIECE`s."""
    for place, piece in enumerate(PIECE.finditer(text)):
        if place == pieces:
            return text[: piece.start()]
    return text


def _read_of(text: str, language: str | None, encoder: str) -> str:
    abroad = encoder == MULTILINGUAL and language is not None and language not in TRANSLATED
    return begun_by(text, ABROAD) if abroad else text


def _asked(encoder: Encoder, text: str) -> Vectors:
    return encoder.ask(text) if isinstance(encoder, Asker) else encoder.encode([text])[0]


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
            vector, dense = question.vectors[MINILM], self.dense[MINILM]
            english = begin(lambda: dense.search(vector, allowed, k))

        def ended() -> tuple[Rows, Scores]:
            rows, scores = np.zeros(0, dtype=np.int64), np.zeros(0)
            if MULTILINGUAL in question.vectors:
                read = english is not None and (apart or question.language is not None)
                within = self._foreign_within(allowed) if read else allowed
                rows, raw = self.dense[MULTILINGUAL].search(
                    question.vectors[MULTILINGUAL], within, k
                )
                scores = align_multilingual(raw)
            if english is not None:
                own, likeness = english()
                rows, scores = np.concatenate([rows, own]), np.concatenate([scores, likeness])
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
        # What is not held has 0 of both.
        alike, peculiar = np.zeros(len(rows)), np.zeros(len(rows))
        known = np.zeros(len(rows), dtype=bool)
        if MINILM in question.vectors:
            known = self.dense[MINILM].has(rows)
            alike = self.dense[MINILM].scores(question.vectors[MINILM], rows)
            if centre is not None:
                peculiar = alike - self._likeness_to(centre, rows)
        if MULTILINGUAL in question.vectors:
            # What MiniLM read of a text is the last word on it, if it reads the question too.
            final = known if question.language is not None else np.zeros(len(rows), dtype=bool)
            places = np.flatnonzero(~final & self.dense[MULTILINGUAL].has(rows))
            minilm = np.where(known[places], alike[places], np.nan)
            vector = question.vectors[MULTILINGUAL]
            multilingual = self.dense[MULTILINGUAL].scores(vector, rows[places])
            alike[places] = fuse_lanes(question.language, minilm, multilingual)
        return alike, peculiar

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
