"""People as what they have written: a language model each, read up to any moment.

In: the words of all replies in the order of time, and who wrote each. Out: how likely each
person's language is to bring forth a question.
"""

import numpy as np

from evaluation.history import Floats, Ints
from evaluation.relevance import Terms

SMOOTHING = 0.1
"""The best of .1, .5 and .9 on the validation windows of two chats and a forum."""


class TextModel:
    """Candidate language models: Model 1 of Balog, Azzopardi and de Rijke, Formal models for
    expert finding in enterprise corpora (SIGIR 2006).

    A person's model is the text of their replies put together, smoothed by the community's after
    Jelinek and Mercer (Zhai and Lafferty 2001): every word is the community's with the chance
    `SMOOTHING`. Dirichlet's prior, by a person's mean length, puts those who wrote little first,
    since questions are long: it reached a quarter to two thirds of this on the same windows.

    Parameters
    ----------
    terms : words of the replies, in the order of time.
    authors : (replies,) who wrote each.
    people : how many people there are.
    """

    def __init__(self, terms: Terms, authors: Ints, people: int) -> None:
        self._terms = terms
        self._authors = authors
        self._people = people
        columns, fitted = terms.columns, terms.fit_on
        written = np.where(columns.indices < fitted, columns.data, 0)
        ends = np.concatenate([[0.0], np.cumsum(written, dtype=np.float64)])
        known = np.diff(ends[columns.indptr])
        self._common = known / max(known.sum(), 1.0)

    def scores(self, text: str, n: int) -> Floats:
        """The log likelihood of `text` by each person's first replies, of the first `n` of all.

        Shape (people,). Equal for all where no word of it was ever written.
        """
        length = np.bincount(self._authors[:n], self._terms.lengths[:n], minlength=self._people)
        total = np.zeros(self._people)
        columns, counts = self._terms.asked(text)
        parts = self._terms.postings(columns, n)
        for column, count, part in zip(columns.tolist(), counts, parts, strict=True):
            rows, amounts = self._terms.columns.indices[part], self._terms.columns.data[part]
            written = np.bincount(self._authors[rows], amounts, minlength=self._people)
            own = written / np.maximum(length, 1.0)
            chance = (1 - SMOOTHING) * own + SMOOTHING * self._common[column]
            total += count * np.log(chance)
        return total
