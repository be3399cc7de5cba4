"""A question as encoders read it: its language if known, and its vectors by lane.

In: a text that is asked. Out: `Question`, by which all that is searched by meaning is compared.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from embeddings.face import Asker, Encoder, Vectors
from embeddings.lanes import TRANSLATED, encoders_of_query, lane_of_index
from embeddings.language import detect_language
from embeddings.registry import MINILM, MULTILINGUAL

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


class Lanes(Mapping[str, Vectors]):
    """A question's vectors by lane, each made when it is first asked for.

    So the other processor searches by the first while the second is being made, and what is
    compared with nothing is not made at all. A race of two threads only does the work twice.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Vectors]]) -> None:
        self._makers = makers
        self._made: dict[str, Vectors] = {}

    def __getitem__(self, lane: str) -> Vectors:
        """The vector of one lane (dim,)."""
        if lane not in self._made:
            self._made[lane] = self._makers[lane]()
        return self._made[lane]

    def __contains__(self, lane: object) -> bool:
        """Whether the question is read for a lane; makes nothing."""
        return lane in self._makers

    def __iter__(self) -> Iterator[str]:
        """The lanes that the question is read for."""
        return iter(self._makers)

    def __len__(self) -> int:
        """How many lanes."""
        return len(self._makers)


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
        names = encoders_of_query(language, self.encoders)
        # One after the other: each network uses the processors there are, and two at once were
        # hardly sooner done, but took from other callers.
        lanes = Lanes({lane_of_index(name): self._maker(name, clean, language) for name in names})
        # The first in any case: no search begins without it, and answers are given one at a time.
        lanes[lane_of_index(names[0])]
        return Question(clean, language, lanes)

    def _maker(self, name: str, text: str, language: str | None) -> Callable[[], Vectors]:
        return lambda: _asked(self.encoders[name], _read_of(text, language, name))


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
