"""Words and vectors against scikit-learn and against sums worked out by hand."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from evaluation.relevance import BM25_B, BM25_K1, Bm25, Dense, Terms, TfIdf, best
from evaluation.textmodel import TextModel

TEXTS = [
    "shader colour shader",
    "physics bodies",
    "",
    "the network shader port port",
    "a colour never fitted: vermilion",
]
FIT_ON = 4


def test_tf_idf_is_that_of_scikit_learn_fitted_before_the_window() -> None:
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(TEXTS[:FIT_ON])
    rows = vectorizer.transform(TEXTS)
    search = TfIdf(Terms(iter(TEXTS), FIT_ON))
    for question in ("shader port", "vermilion", "physics physics colour"):
        expected = (rows @ vectorizer.transform([question]).T).toarray().ravel()
        assert search.scores(question, len(TEXTS)) == pytest.approx(expected)
        assert search.scores(question, 2) == pytest.approx(expected[:2])


def test_bm25_by_its_formula() -> None:
    search = Bm25(Terms(TEXTS, FIT_ON))
    idf = np.log1p((4 - 2 + 0.5) / (2 + 0.5))  # "shader" stands in two of the first four
    mean = (3 + 2 + 0 + 4) / 4
    for row, count, length in ((0, 2, 3), (3, 1, 4)):
        norm = BM25_K1 * (1 - BM25_B + BM25_B * length / mean)
        expected = 2 * idf * count * (BM25_K1 + 1) / (count + norm)
        assert search.scores("shader SHADER", 5)[row] == pytest.approx(expected, rel=1e-6)
    assert search.nearest("shader", 3, 10)[0].tolist() == [0]


def test_words_first_seen_in_the_window_are_not_counted() -> None:
    terms = Terms(TEXTS, FIT_ON)
    assert terms.asked("vermilion never")[0].tolist() == []
    assert terms.lengths.tolist() == [3, 2, 0, 4, 1]
    assert Bm25(terms).scores("vermilion", 5).tolist() == [0] * 5


@pytest.mark.parametrize("texts", [[], ["", "of the"]])
def test_without_words_nothing_is_near(texts: list[str]) -> None:
    terms = Terms(texts, len(texts))
    for search in (Bm25(terms), TfIdf(terms)) if texts else (Bm25(terms),):
        assert len(search.nearest("shader", len(texts), 5)[0]) == 0


def test_model_1_by_its_formula() -> None:
    # Person 0 wrote texts 0 and 2, person 1 text 1, person 2 nothing before the window.
    terms = Terms(TEXTS, FIT_ON)
    model = TextModel(terms, np.array([0, 1, 0, 1, 2]), 3)
    common = 3 / 9
    expected = [np.log(0.9 * 2 / 3 + 0.1 * common), np.log(0.1 * common), np.log(0.1 * common)]
    assert model.scores("the shader", 3) == pytest.approx(expected)
    assert model.scores("vermilion", 3).tolist() == [0, 0, 0]


def test_dense_is_a_product_of_the_first_rows() -> None:
    rows = np.eye(3, dtype=np.float32)
    search = Dense(rows, lambda texts: rows[[1]])
    assert search.scores("any", 2).tolist() == [0, 1]
    assert search.nearest("any", 3, 2)[0].tolist() == [1]


def test_the_best_are_those_above_nothing_ties_by_position() -> None:
    rows, scores = best(np.array([0.5, 0.0, 0.7, 0.5, 0.5, -1.0]), 3)
    assert rows.tolist() == [2, 0, 3] and scores.tolist() == [0.7, 0.5, 0.5]
