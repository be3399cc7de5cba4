"""What the dense index alone promises: recall of its sieve, vectors back, threads, tidying."""

from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from embeddings.dense import SIFT_ABOVE, DenseIndex

DIM = 96


def _vectors(n: int, seed: int) -> np.ndarray:
    """Unit vectors around a few dozen centres, as texts have topics."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(1).standard_normal((40, DIM))
    made = centres[random.integers(40, size=n)] + random.standard_normal((n, DIM))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def test_the_sieve_keeps_the_nearest_ten() -> None:
    vectors, queries = _vectors(20_000, 2), _vectors(40, 3)
    assert len(vectors) > SIFT_ABOVE
    index = DenseIndex(DIM)
    index.put(np.arange(20_000), vectors)
    hits = [
        np.isin(np.argsort(-(vectors @ query))[:10], index.search(query, None, 10)[0]).mean()
        for query in queries
    ]
    assert np.mean(hits) >= 0.98


def test_rows_behind_the_mask_move_no_bit_of_a_sifted_answer() -> None:
    vectors, query = _vectors(12_000, 4), _vectors(1, 5)[0]
    mask = np.random.default_rng(6).random(12_000) < 0.6
    alone, everything = DenseIndex(DIM), DenseIndex(DIM)
    everything.put(np.arange(12_000)[::-1], vectors[::-1])
    alone.put(np.flatnonzero(mask), vectors[mask])
    for k in (1, 10, 100):
        expected, got = alone.search(query, mask, k), everything.search(query, mask, k)
        assert got[0].tobytes() == expected[0].tobytes()
        assert got[1].tobytes() == expected[1].tobytes()


def test_vectors_come_back_of_unit_length(tmp_path: Path) -> None:
    vectors = _vectors(30, 7)
    index = DenseIndex(DIM)
    index.put(np.arange(0, 60, 2), vectors)
    index.save(tmp_path)
    loaded = DenseIndex.load(tmp_path)
    loaded.put(np.array([4]), vectors[:1])
    got = loaded.vectors(np.array([4, 0, 58]))
    np.testing.assert_allclose(got, vectors[[0, 0, 29]], atol=2**-12)
    np.testing.assert_allclose(np.linalg.norm(got, axis=1), 1, atol=1e-6)
    with pytest.raises(KeyError):
        loaded.vectors(np.array([1]))


def test_a_row_of_zeros_is_held_and_scores_nothing() -> None:
    index = DenseIndex(DIM)
    index.put(np.array([1, 2]), np.stack([np.zeros(DIM, np.float32), _vectors(1, 8)[0]]))
    rows, scores = index.search(_vectors(1, 8)[0], None, 5)
    assert rows.tolist() == [2, 1]
    assert scores[1] == 0
    assert index.search(np.zeros(DIM, np.float32), None, 5)[1].tolist() == [0, 0]


def test_replacing_over_and_over_keeps_answers_and_memory() -> None:
    index = DenseIndex(DIM)
    for step in range(8):
        index.put(np.arange(500), _vectors(500, step))
    index.remove(np.arange(100, 500))
    fresh = DenseIndex(DIM)
    fresh.put(np.arange(100), _vectors(500, 7)[:100])
    query = _vectors(1, 9)[0]
    assert index.search(query, None, 100)[1].tolist() == fresh.search(query, None, 100)[1].tolist()
    assert index._shelves[0].slots.size < 3000


def test_searching_beside_puts_gives_whole_answers() -> None:
    index = DenseIndex(DIM)
    vectors = _vectors(60, 10)
    index.put(np.arange(60), vectors)
    stop = Event()

    def churn() -> None:
        while not stop.is_set():
            index.put(np.arange(30, 60), -vectors[30:])
            index.put(np.arange(30, 60), vectors[30:])
            index.put(np.array([0]), vectors[:1])

    fixed = index.scores(vectors[0], np.arange(30))
    either = index.scores(vectors[0], np.arange(30, 60))
    writer = Thread(target=churn)
    writer.start()
    try:
        for _ in range(500):
            rows, scores = index.search(vectors[0], None, 60)
            assert sorted(rows.tolist()) == list(range(60))
            by_row = scores[np.argsort(rows)]
            assert by_row[:30].tolist() == fixed.tolist()
            # All of a put or nothing of it.
            assert by_row[30:].tolist() in (either.tolist(), (-either).tolist())
    finally:
        stop.set()
        writer.join()
