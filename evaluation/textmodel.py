"""People as what they have written: a language model each, read up to any moment.

In: the words of all replies in the order of time, and who wrote each. Out: how likely each
person's language is to bring forth a question.
"""

import numpy as np

from evaluation.history import Floats, Ints
from evaluation.relevance import Terms


class TextModel:
    """Candidate language models: Model 1 of Balog, Azzopardi and de Rijke, Formal models for
    expert finding in enterprise corpora (SIGIR 2006).

    A person's model is the text of their replies put together, smoothed by the community's as
    in Dirichlet's prior (Zhai and Lafferty 2001). Its weight is the mean length of a person's
    text, which is what Balog, Azzopardi and de Rijke, A language modeling framework for expert
    finding (2009), take, so that nothing is tuned.

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
        writers = len(np.unique(authors[:fitted]))
        self._prior = max(float(terms.lengths[:fitted].sum()) / max(writers, 1), 1.0)

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
            chance = (written + self._prior * self._common[column]) / (length + self._prior)
            total += count * np.log(chance)
        return total
