"""How near a question is to each past text: TF-IDF, BM25 and vectors behind one face.

In: texts in the order of time, and how many of them precede the window that is measured. Out:
the nearest of the first n. Vocabulary and frequencies come from the texts before the window
alone and are frozen.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from embeddings.face import Vectors
from evaluation.history import Floats, Ints

# Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
BM25_K1 = 1.2
BM25_B = 0.75


class Similarity(Protocol):
    """A question against texts in the order of time."""

    def nearest(self, text: str, n: int, k: int) -> tuple[Ints, Floats]:
        """The `k` of the first `n` texts most like `text`, best first, ties by position.

        Texts that share nothing with it (similarity 0 or below) are left out.
        """
        ...

    def scores(self, text: str, n: int) -> Floats:
        """The likeness of each of the first `n` texts; shape (n,)."""
        ...


class Terms:
    """How often each word stands in each text: a million texts are read once, one at a time.

    Parameters
    ----------
    texts : any number of them, in the order of time.
    fit_on : how many precede the window; words that none of them has are not counted.

    Attributes
    ----------
    columns : (texts, words) counts, by word.
    lengths : (texts,) words of each text that are counted.
    """

    def __init__(self, texts: Iterable[str], fit_on: int) -> None:
        self._analyse = CountVectorizer(stop_words="english").build_analyzer()
        self._words: dict[str, int] = {}
        indices, counts, ends = array("i"), array("i"), array("q", [0])
        for row, text in enumerate(texts):
            for word, count in Counter(self._analyse(text)).items():
                column = self._words.get(word)
                if column is None:
                    if row >= fit_on:
                        continue
                    column = self._words[word] = len(self._words)
                indices.append(column)
                counts.append(count)
            ends.append(len(indices))
        # Without a word there is still a column, of zeros: an empty matrix has no product.
        shape = (len(ends) - 1, max(len(self._words), 1))
        parts = (np.asarray(counts, np.int32), np.asarray(indices, np.int32), np.asarray(ends))
        rows = sparse.csr_matrix(parts, shape=shape)
        self.fit_on = min(fit_on, shape[0])
        self.lengths = np.asarray(rows.sum(axis=1), dtype=np.float64).ravel()
        self.columns = rows.tocsc()
        self.columns.sort_indices()

    def asked(self, text: str) -> tuple[Ints, Floats]:
        """The known words of `text`, ascending, and how often each stands in it."""
        found = Counter(self._words[w] for w in self._analyse(text) if w in self._words)
        columns = np.array(sorted(found), dtype=np.int64)
        return columns, np.array([found[c] for c in columns.tolist()], dtype=np.float64)

    def postings(self, columns: Ints, n: int) -> list[slice]:
        """For each word where its entries of the first `n` texts lie in `columns.indices`."""
        starts, rows = self.columns.indptr, self.columns.indices
        ends = [s + int(np.searchsorted(rows[s:e], n)) for s, e in _spans(starts, columns)]
        return [slice(int(starts[c]), e) for c, e in zip(columns.tolist(), ends, strict=True)]

    def frequencies(self) -> Ints:
        """In how many of the texts before the window each word stands."""
        before = self.columns.indices < self.fit_on
        ends = np.concatenate([[0], np.cumsum(before)])
        frequencies: Ints = np.diff(ends[self.columns.indptr])
        return frequencies


class WordSearch:
    """Weights of words in texts, gathered for the words of a question alone."""

    def __init__(self, terms: Terms, weights: Floats) -> None:
        self.terms = terms
        self._weights = weights

    def scores(self, text: str, n: int) -> Floats:
        """As `Similarity.scores`."""
        totals = np.zeros(n)
        columns, counts = self.asked(text)
        for part, count in zip(self.terms.postings(columns, n), counts, strict=True):
            # A text has one entry a word, so there is nothing to add up within a column.
            totals[self.terms.columns.indices[part]] += count * self._weights[part]
        return totals

    def asked(self, text: str) -> tuple[Ints, Floats]:
        """The known words of `text` and their weights in it."""
        return self.terms.asked(text)

    def nearest(self, text: str, n: int, k: int) -> tuple[Ints, Floats]:
        """As `Similarity.nearest`."""
        return best(self.scores(text, n), k)


class Bm25(WordSearch):
    """Okapi BM25 over single words, a question's repeated words counted once each time."""

    def __init__(self, terms: Terms) -> None:
        columns, fitted = terms.columns, terms.fit_on
        frequency = terms.frequencies()
        idf = np.log1p((fitted - frequency + 0.5) / (frequency + 0.5))
        mean = max(terms.lengths[:fitted].mean(), 1.0) if fitted else 1.0
        norm = BM25_K1 * (1 - BM25_B + BM25_B * terms.lengths / mean)
        weights = columns.data / (columns.data + norm[columns.indices])
        weights *= np.repeat(idf * (BM25_K1 + 1), np.diff(columns.indptr))
        super().__init__(terms, weights.astype(np.float32))


class TfIdf(WordSearch):
    """Cosine of TF-IDF weights, term frequencies by their logarithm."""

    def __init__(self, terms: Terms) -> None:
        self._transformer = TfidfTransformer(sublinear_tf=True)
        counts = terms.columns.astype(np.float64)
        self._transformer.fit(counts.tocsr()[: terms.fit_on] if terms.fit_on else counts)
        self.rows = self._transformer.transform(counts.tocsr())
        by_word = self.rows.tocsc()
        by_word.sort_indices()
        super().__init__(terms, by_word.data)

    def asked(self, text: str) -> tuple[Ints, Floats]:
        """The known words of `text` and their weights in it, a unit vector."""
        columns, counts = self.terms.asked(text)
        shape = (1, self.terms.columns.shape[1])
        row = sparse.csr_matrix((counts, columns, [0, len(columns)]), shape=shape)
        return columns, np.asarray(self._transformer.transform(row).data, dtype=np.float64)


class Dense:
    """Cosine of unit vectors. `encode` turns a question's text into its vector (1, dim)."""

    def __init__(self, vectors: Vectors, encode: Callable[[Sequence[str]], Vectors]) -> None:
        self.vectors = vectors
        self._encode = encode

    def scores(self, text: str, n: int) -> Floats:
        """As `Similarity.scores`."""
        likeness: Floats = (self.vectors[:n] @ self._encode([text])[0]).astype(np.float64)
        return likeness

    def nearest(self, text: str, n: int, k: int) -> tuple[Ints, Floats]:
        """As `Similarity.nearest`."""
        return best(self.scores(text, n), k)


def best(scores: Floats, k: int) -> tuple[Ints, Floats]:
    """The positions of the `k` highest scores above 0, best first, ties by position; and these."""
    if len(scores) > k:
        bound = np.partition(scores, len(scores) - k)[len(scores) - k]
        rows = np.flatnonzero(scores >= bound)
    else:
        rows = np.arange(len(scores))
    rows = rows[scores[rows] > 0]
    order = rows[np.argsort(-scores[rows], kind="stable")][:k].astype(np.int64)
    return order, scores[order]


def _spans(starts: Ints, columns: Ints) -> list[tuple[int, int]]:
    return list(zip(starts[columns].tolist(), starts[columns + 1].tolist(), strict=True))
