"""How near a question is to each past text: TF-IDF, BM25 and vectors behind one face.

In: the texts of a history in the order of time, and how many of them precede the test window.
Out: the nearest of the first n. Vocabulary and frequencies come from the texts before the test
window alone and are frozen.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from embeddings.face import Vectors
from evaluation.history import Floats, Ints, root_text
from evaluation.protocol import Question

# Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
BM25_K1 = 1.2
BM25_B = 0.75


class Similarity(Protocol):
    """A question against texts in the order of time."""

    def nearest(self, question: Question, n: int, k: int) -> tuple[Ints, Floats]:
        """The `k` of the first `n` texts most like the question, best first, ties by position.

        Texts that share nothing with it (similarity 0 or below) are left out.
        """
        ...


class TfIdf:
    """Cosine of TF-IDF weights; a question that is one of the texts uses that text's row."""

    def __init__(self, texts: Sequence[str], fit_on: int) -> None:
        vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
        vectorizer.fit(texts[:fit_on])
        self._vectorizer = vectorizer
        self._rows = vectorizer.transform(texts).tocsr()

    def nearest(self, question: Question, n: int, k: int) -> tuple[Ints, Floats]:
        asked = self._vectorizer.transform([root_text(question.root)])
        return _best((self._rows @ asked.T).toarray().ravel()[:n], k)


class Bm25:
    """Okapi BM25 over single words, a question's repeated words counted once each time."""

    def __init__(self, texts: Sequence[str], fit_on: int) -> None:
        counter = CountVectorizer(stop_words="english")
        counter.fit(texts[:fit_on])
        counts = counter.transform(texts).astype(np.float64).tocsr()
        length = np.asarray(counts.sum(axis=1)).ravel()
        fitted = counts[:fit_on]
        frequency = np.asarray((fitted > 0).sum(axis=0)).ravel()
        idf = np.log1p((fit_on - frequency + 0.5) / (frequency + 0.5))
        norm = BM25_K1 * (1 - BM25_B + BM25_B * length / max(length[:fit_on].mean(), 1.0))
        rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        counts.data *= idf[counts.indices] * (BM25_K1 + 1) / (counts.data + norm[rows])
        self._counter = counter
        # By columns: a question reads its own words alone.
        self._weights = sparse.csc_matrix(counts)

    def nearest(self, question: Question, n: int, k: int) -> tuple[Ints, Floats]:
        asked = self._counter.transform([root_text(question.root)]).tocsr()
        scores = self._weights[:, asked.indices] @ asked.data.astype(np.float64)
        return _best(scores[:n], k)


class Dense:
    """Cosine of unit vectors.

    `encode` turns a text into its vector; with the vector cache behind it, a question that is
    one of the texts costs a look-up.
    """

    def __init__(self, vectors: Vectors, encode: Callable[[Sequence[str]], Vectors]) -> None:
        self._vectors = vectors
        self._encode = encode

    def nearest(self, question: Question, n: int, k: int) -> tuple[Ints, Floats]:
        asked = self._encode([root_text(question.root)])[0]
        return _best((self._vectors[:n] @ asked).astype(np.float64), k)


def _best(scores: Floats, k: int) -> tuple[Ints, Floats]:
    if len(scores) > k:
        bound = np.partition(scores, len(scores) - k)[len(scores) - k]
        rows = np.flatnonzero(scores >= bound)
    else:
        rows = np.arange(len(scores))
    rows = rows[scores[rows] > 0]
    order = rows[np.argsort(-scores[rows], kind="stable")][:k].astype(np.int64)
    return order, scores[order]
