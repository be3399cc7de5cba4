"""A text as a question to the lexical index: its terms, weighed by how much they tell."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .statistics import Statistics
from .tokens import expanded, term_number, words

# Repeats within a question count for up to this many times one (Robertson and Zaragoza 2009, k3).
K3 = 8.0

_REMEMBERED_WORDS = 1 << 19


@dataclass(frozen=True, slots=True)
class Keyword:
    """A term of a text.

    `term` as the index knows it; `word` as the text first wrote it; `idf`; `frequency`: in how
    many counted documents it stands, 0 for none; `weight`: idf, raised for repeats in the text.
    """

    term: str
    word: str
    idf: float
    frequency: int
    weight: float


@dataclass(frozen=True, slots=True)
class Question:
    """The terms of one text, best weight first, ties by term."""

    keywords: list[Keyword]

    @classmethod
    def of(cls, text: str, statistics: Statistics) -> "Question":
        """Weigh the terms of `text`; none for an empty one."""
        repeats: dict[str, int] = {}
        written: dict[str, str] = {}
        for word in words(text):
            for place, term in enumerate(expanded(word)):
                repeats[term] = repeats.get(term, 0) + 1
                # A part of a word, or a pair of its characters, stands for itself.
                written.setdefault(term, word if place == 0 and word.isascii() else term)
        numbers = np.array([term_number(term) for term in repeats], dtype=np.int64)
        keywords = []
        for (term, count), frequency in zip(
            repeats.items(), statistics.frequencies_of(numbers), strict=True
        ):
            idf = statistics.idf(frequency)
            weight = idf * count * (K3 + 1) / (K3 + count)
            keywords.append(Keyword(term, written[term], idf, frequency, weight))
        return cls(sorted(keywords, key=lambda keyword: (-keyword.weight, keyword.term)))

    def cut(self, most: int) -> "Question":
        """Keep the `most` weightiest known terms, and of the never counted ones as many.

        The two are cut apart because a word never counted weighs most and often finds nothing:
        a long post has enough of them to leave no place for the words that do.
        """
        known = [keyword for keyword in self.keywords if keyword.frequency][:most]
        new = [keyword for keyword in self.keywords if not keyword.frequency][:most]
        return Question(sorted(known + new, key=lambda keyword: (-keyword.weight, keyword.term)))

    def weighed(self) -> tuple[npt.NDArray[np.int64], list[float]]:
        """Return the terms' numbers, ascending: the order in which scores add up; and weights."""
        pairs = sorted((term_number(keyword.term), keyword.weight) for keyword in self.keywords)
        return np.array([number for number, _ in pairs], dtype=np.int64), [w for _, w in pairs]

    def shared_with(self, text: str) -> list[Keyword]:
        """Return the keywords that stand in `text` too, best first."""
        others = {term for word in words(text) for term in expanded(word)}
        return [keyword for keyword in self.keywords if keyword.term in others]


class WordNumbers(dict[str, tuple[int, ...]]):
    """Remembers the term numbers of words; a race of two threads only does the work twice."""

    def __missing__(self, word: str) -> tuple[int, ...]:
        numbers = tuple(term_number(term) for term in expanded(word))
        if len(word) <= 32:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[word] = numbers
        return numbers
