"""Properties of all indexes against plain oracles: nothing outside the mask has influence."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.database import Database
from data.server_index import VectorIndex, WordIndex
from embeddings import dense
from embeddings.dense import DenseIndex
from embeddings.lexical import LexicalIndex
from embeddings.tokens import terms
from tests.databases import Postgres

DIM = 70
WORDS = ["walnut", "harbour", "lantern", "copper", "meadow", "pulley", "violet", "granite", "pine"]

texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
seeds = st.integers(0, 2**32 - 1)
lexical_corpora = st.dictionaries(st.integers(0, 60), texts, max_size=14)
dense_corpora = st.dictionaries(st.integers(0, 60), st.integers(0, 40), max_size=14)
masks = st.lists(st.booleans(), max_size=70).map(lambda bits: np.array(bits, dtype=bool))


def _vector(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _filled(make: Any, corpus: dict[int, Any], order: list[int], pieces: int = 1) -> Any:
    """An index that got `corpus` in `order`, in `pieces` puts."""
    index = make()
    for part in np.array_split(np.array(order, dtype=np.int64), pieces):
        items = [corpus[int(row)] for row in part]
        if isinstance(index, DenseIndex | VectorIndex):
            stacked = [_vector(item) for item in items]
            index.put(part, np.array(stacked, dtype=np.float32).reshape(-1, DIM))
        else:
            index.put(part, items)
    return index


def _bits(answer: tuple[np.ndarray, np.ndarray]) -> tuple[bytes, bytes]:
    return answer[0].tobytes(), answer[1].tobytes()


def _allows(mask: np.ndarray, row: int) -> bool:
    return row < mask.size and bool(mask[row])


@pytest.fixture(autouse=True)
def _sieve_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small numbers, so that a dozen rows take both ways of the dense search."""
    monkeypatch.setattr(dense, "SIFT_ABOVE", 3)
    monkeypatch.setattr(dense, "BY_BITS", (4, 1, 32))
    monkeypatch.setattr(dense, "BY_AGREEMENT", (2, 1, 256))


def _check(make: Any, corpus: dict[int, Any], mask: np.ndarray, seed: int, ask: Any) -> None:
    """Masked out, never had, deleted, or put in another order and pieces: the same bits."""
    rows = list(corpus)
    np.random.default_rng(seed).shuffle(rows)
    inside = [row for row in sorted(corpus) if _allows(mask, row)]
    alone = _bits(ask(_filled(make, corpus, inside)))
    everything = _filled(make, corpus, rows, 1 + seed % 4)
    assert _bits(ask(everything)) == alone
    everything.remove(np.array([row for row in rows if not _allows(mask, row)], dtype=np.int64))
    assert _bits(ask(everything)) == alone
    assert len(everything) == len(inside)


@settings(max_examples=150, deadline=None)
@given(dense_corpora, masks, st.integers(0, 40), st.integers(1, 5), seeds)
def test_dense_is_moved_by_nothing_outside_the_mask(
    corpus: dict[int, int], mask: np.ndarray, asked: int, k: int, seed: int
) -> None:
    query = _vector(asked)
    _check(lambda: DenseIndex(DIM), corpus, mask, seed, lambda i: i.search(query, mask, k))


def _compare_with_cosines(
    index: Any, corpus: dict[int, int], mask: np.ndarray, asked: int, near: float
) -> None:
    """All allowed rows of `index`, in order, with their cosines to within `near`."""
    rows, scores = index.search(_vector(asked), mask, 100)
    expected = {
        row: float(_vector(seed).astype(float) @ _vector(asked).astype(float))
        for row, seed in corpus.items()
        if _allows(mask, row)
    }
    assert sorted(rows.tolist()) == sorted(expected)
    np.testing.assert_allclose(scores, [expected[row] for row in rows.tolist()], atol=near)
    order = sorted(zip((-scores).tolist(), rows.tolist(), strict=True))
    assert [row for _, row in order] == rows.tolist()


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> Database:
    return postgres.new_store().database


def _emptied(index: Any) -> Any:
    index.remove(np.arange(61))
    return index


@settings(max_examples=30, deadline=None)
@given(dense_corpora, masks, st.integers(0, 40), st.integers(1, 5), seeds)
def test_pgvector_is_moved_by_nothing_outside_the_mask(
    server: Database, corpus: dict[int, int], mask: np.ndarray, asked: int, k: int, seed: int
) -> None:
    def make() -> VectorIndex:
        return _emptied(VectorIndex(server, "invariants", DIM))

    _check(make, corpus, mask, seed, lambda i: i.search(_vector(asked), mask, k))


@settings(max_examples=30, deadline=None)
@given(lexical_corpora, masks, texts, st.integers(1, 5), seeds)
def test_full_text_is_moved_by_nothing_outside_the_mask(
    server: Database, corpus: dict[int, str], mask: np.ndarray, query: str, k: int, seed: int
) -> None:
    def make() -> WordIndex:
        return _emptied(WordIndex(server, "invariant_words"))

    _check(make, corpus, mask, seed, lambda i: i.search(query, mask, k))


@settings(max_examples=30, deadline=None)
@given(dense_corpora, masks, st.integers(0, 40))
def test_pgvector_equals_cosines_in_double_precision(
    server: Database, corpus: dict[int, int], mask: np.ndarray, asked: int
) -> None:
    index = _filled(lambda: _emptied(VectorIndex(server, "invariants", DIM)), corpus, list(corpus))
    _compare_with_cosines(index, corpus, mask, asked, 1e-6)


@settings(max_examples=150, deadline=None)
@given(lexical_corpora, masks, texts, st.integers(1, 5), seeds)
def test_lexical_is_moved_by_nothing_outside_the_mask(
    corpus: dict[int, str], mask: np.ndarray, query: str, k: int, seed: int
) -> None:
    _check(LexicalIndex, corpus, mask, seed, lambda i: i.search(query, mask, k, counted=mask))


@settings(max_examples=100, deadline=None)
@given(lexical_corpora, masks, texts, seeds)
def test_fitted_statistics_know_nothing_outside_the_mask(
    corpus: dict[int, str], mask: np.ndarray, query: str, seed: int
) -> None:
    inside = [row for row in sorted(corpus) if _allows(mask, row)]
    alone = _filled(LexicalIndex, corpus, inside)
    everything = _filled(LexicalIndex, corpus, list(corpus), 1 + seed % 4)
    frozen = everything.fit(mask)
    assert frozen.to_bytes() == alone.fit().to_bytes()
    live = everything.search(query, None, 20, counted=mask)
    assert _bits(everything.search(query, None, 20, statistics=frozen)) == _bits(live)


@settings(max_examples=100, deadline=None)
@given(dense_corpora, masks, st.integers(0, 40))
def test_dense_equals_cosines_in_double_precision(
    corpus: dict[int, int], mask: np.ndarray, asked: int
) -> None:
    index = _filled(lambda: DenseIndex(DIM), corpus, list(corpus))
    _compare_with_cosines(index, corpus, mask, asked, 5e-4)


@settings(max_examples=150, deadline=None)
@given(lexical_corpora, masks, texts)
def test_lexical_equals_bm25_in_plain_python(
    corpus: dict[int, str], counted: np.ndarray, query: str
) -> None:
    k1, b, k3 = 1.2, 0.75, 8.0
    cut = {row: Counter(terms(text)) for row, text in corpus.items()}
    basis = [cut[row] for row in corpus if _allows(counted, row)]
    length = sum(document.total() for document in basis)
    mean = length / len(basis) if length else 1.0
    expected: dict[int, float] = {}
    for row, document in cut.items():
        score = 0.0
        for term, repeats in Counter(terms(query)).items():
            df = sum(term in other for other in basis)
            idf = math.log(1 + (len(basis) - df + 0.5) / (df + 0.5))
            tf = document[term]
            norm = k1 * (1 - b + b * document.total() / mean)
            score += idf * repeats * (k3 + 1) / (k3 + repeats) * tf * (k1 + 1) / (tf + norm)
        if score > 0:
            expected[row] = score
    index = _filled(LexicalIndex, corpus, list(corpus), 3)
    rows, scores = index.search(query, None, 100, counted=counted)
    assert sorted(rows.tolist()) == sorted(expected)
    np.testing.assert_allclose(scores, [expected[row] for row in rows.tolist()], atol=2e-9)
    assert index.scores(query, rows, counted=counted).tolist() == scores.tolist()
