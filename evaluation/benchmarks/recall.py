"""Whether the nearest vectors are found: `python -m evaluation.benchmarks.recall DATABASE`.

DATABASE: an SQLite database that is embedded. Its own vectors, both lanes, as its index has them,
against an exact scan of the same vectors in float32; with masks that allow all, half, a twentieth
and a two-hundredth, drawn row by row or space by space. Nothing is written to DATABASE, nor
encoded but the short queries.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson

from data.models import Post
from data.reading import Changes
from data.store import Store
from data.text import body_text
from embeddings.dense import DenseIndex
from embeddings.face import Encoder, Mask, Rows, Vectors
from embeddings.registry import MINILM, MULTILINGUAL, open_encoder
from evaluation.benchmarks.corpus import conditions
from evaluation.benchmarks.machine import load, yardstick
from evaluation.conditions import commit
from recommender.embedding import unpacked

K = 10
SHARES = (1.0, 0.5, 0.05, 0.005)
SHORT_WORDS = 6
"""Words of a short query: what somebody has typed of a title so far."""

CHUNK = 8_192
PACKAGES = ("numpy", "openvino")


@dataclass(frozen=True, slots=True)
class Found:
    """How one lane's index did under one mask.

    `recall`: mean share of the exact first ten found, whole texts and short ones apart;
    `worst`: the least of any query. Times of one query in milliseconds: `p50`, `p99` of the
    index, `exact` of numpy over the allowed rows alone.
    """

    lane: str
    vectors: int
    mask: str
    share: float
    allowed: int
    recall: float
    recall_short: float
    worst: float
    p50: float
    p99: float
    exact: float


class Lane:
    """One encoder's vectors as they are kept, and the index that an engine makes of them.

    Attributes
    ----------
    rows : (n,) ascending.
    exact : (n, dim) float32 of unit length, in the order of `rows`.
    index : as a server has it after a restart: saved in `folder`, and mapped from there.
    """

    def __init__(
        self, store: Store, changes: Changes, name: str, encoder: Encoder, folder: Path
    ) -> None:
        mine = sorted(
            (row, key) for row, key, lanes in changes.embedded if name in lanes.split(",")
        )
        self.name = name
        self.rows: Rows = np.array([row for row, _ in mine], dtype=np.int64)
        self.exact = np.empty((len(mine), encoder.dim), dtype=np.float32)
        index = DenseIndex(encoder.dim)
        for start in range(0, len(mine), CHUNK):
            part = mine[start : start + CHUNK]
            kept = store.kept_vectors(encoder.fingerprint, (key for _, key in part))
            vectors = np.stack([unpacked(kept[key]) for _, key in part])
            index.put(self.rows[start : start + CHUNK], vectors)
            # 16 bits a component leave unit length by 3e-4, and a cosine is of unit vectors.
            self.exact[start : start + CHUNK] = _unit(vectors)
        index.save(folder)
        self.index = DenseIndex.load(folder)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    # A text without a known word has a vector of zeros, and is like nothing.
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def truth(lane: Lane, queries: Vectors, allowed: Mask) -> Vectors:
    """The highest cosines (m, K or as many as are allowed) to `queries` (m, dim), in no order."""
    scores: Vectors = np.zeros((len(queries), 0), dtype=np.float32)
    for start in range(0, len(lane.rows), CHUNK):
        here = np.flatnonzero(allowed[lane.rows[start : start + CHUNK]]) + start
        scores = np.hstack([scores, queries @ lane.exact[here].T])
        if scores.shape[1] > K:
            scores = -np.partition(-scores, K - 1, axis=1)[:, :K]
    return scores


def masks(
    changes: Changes, size: int, hidden: Rows, seed: int
) -> Iterator[tuple[str, float, Mask]]:
    """Masks over `size` rows by how they are drawn and their share; `hidden` rows in none.

    By space: whole spaces, in an order drawn by seed, until the share is reached. What is allowed
    is then of a few subjects, and most of what is nearest to a question is not.
    """
    random = np.random.default_rng(seed)
    drawn = random.random(size)
    posts = dict(zip(changes.posts[:, 0].tolist(), changes.posts[:, 4].tolist(), strict=True))
    space = np.zeros(size, dtype=np.int64)
    space[changes.versions[:, 0]] = [posts[post] for post in changes.versions[:, 1].tolist()]
    counts = np.bincount(space[changes.versions[:, 0]])
    order = random.permutation(np.flatnonzero(counts))
    for share in SHARES:
        by_row = drawn < share
        by_row[hidden] = False
        yield "rows", share, by_row
        if share < 1:
            wanted = share * counts.sum()
            # The least number of spaces that reach the share, none much larger than it.
            fitting = order[counts[order] <= 2 * wanted]
            taken = fitting[: int(np.searchsorted(np.cumsum(counts[fitting]), wanted)) + 1]
            by_space = np.isin(space, taken)
            by_space[hidden] = False
            yield "spaces", share, by_space


def measure(lane: Lane, queries: Vectors, short: int, mask: tuple[str, float, Mask]) -> Found:
    """Search with every one of `queries`, of which the last `short` are short texts."""
    drawn, share, allowed = mask
    recalls, spent = [], []
    for query, cosines in zip(queries, truth(lane, queries, allowed), strict=True):
        begun = time.perf_counter()
        found, _ = lane.index.search(query, allowed, K)
        spent.append(1e3 * (time.perf_counter() - begun))
        recalls.append(_recall(lane, query, found, cosines))
    here = np.flatnonzero(allowed[lane.rows])
    whole = len(queries) - short
    return Found(
        lane=lane.name,
        vectors=len(lane.rows),
        mask=drawn,
        share=share,
        allowed=len(here),
        recall=float(np.mean(recalls[:whole])),
        recall_short=float(np.mean(recalls[whole:])),
        worst=min(recalls),
        p50=float(np.median(spent)),
        p99=float(np.quantile(spent, 0.99)),
        exact=_exact_ms(lane, here, queries),
    )


def _recall(lane: Lane, query: Vectors, found: Rows, cosines: Vectors) -> float:
    """The share of the exact first that were found; equal texts stand for each other."""
    if not cosines.size:
        return 1.0
    # An equal text has an equal cosine: which of them is in the ten is no question of recall.
    reached = lane.exact[np.searchsorted(lane.rows, found)] @ query >= cosines.min() - 1e-6
    return int(np.count_nonzero(reached)) / cosines.size


def _exact_ms(lane: Lane, here: Rows, queries: Vectors) -> float:
    vectors = lane.exact if len(here) == len(lane.rows) else lane.exact[here]
    spent = []
    for query in queries[:20]:
        begun = time.perf_counter()
        scores = vectors @ query
        if scores.size > K:
            np.argpartition(-scores, K - 1)[:K]
        spent.append(1e3 * (time.perf_counter() - begun))
    return float(np.median(spent))


def queries_of(
    store: Store, changes: Changes, lane: Lane, encoder: Encoder, many: int, seed: int
) -> tuple[Vectors, Rows]:
    """`many` vectors of texts that are held, `many` of short ones; the rows that the former are."""
    random = np.random.default_rng(seed)
    own = random.choice(len(lane.rows), min(many, len(lane.rows) // 2), replace=False)
    roots = np.unique(changes.posts[:, 3])
    chosen = random.choice(roots, min(2 * many, len(roots)), replace=False).tolist()
    titles = (_opening(post) for post in store.posts(chosen).values())
    short = encoder.encode([title for title in titles if title][:many])
    return np.vstack([lane.exact[own], _unit(short)]), lane.rows[own]


def _opening(post: Post) -> str:
    return " ".join((post.title or body_text(post)).split()[:SHORT_WORDS])


def run(database: Path, many: int, seed: int) -> dict[str, Any]:
    """Measure both lanes of `database` under every mask."""
    told: dict[str, Any] = {
        "conditions": conditions(database, PACKAGES),
        "commit": commit(),
        "load": load(),
        "yardstick_ms": yardstick(),
        "queries": many,
        "seed": seed,
        "found": [],
    }
    with closing(Store.open(f"sqlite:///{database}")) as store:
        changes = store.changes(0)
        size = int(changes.versions[:, 0].max()) + 1
        for name in (MINILM, MULTILINGUAL):
            encoder = open_encoder(name)
            with TemporaryDirectory() as folder:
                lane = Lane(store, changes, name, encoder, Path(folder))
                queries, hidden = queries_of(store, changes, lane, encoder, many, seed)
                for mask in masks(changes, size, hidden, seed):
                    found = measure(lane, queries, len(queries) - len(hidden), mask)
                    told["found"].append(asdict(found))
                    print(name, *mask[:2], f"{found.recall:.4f}", flush=True)
    return told


def page(told: dict[str, Any]) -> Iterator[str]:
    """The lines of the page."""
    yield "# Recall of the dense index\n"
    yield f"Conditions: {told['conditions']}; seed {told['seed']}; load of the machine"
    yield f"{told['load']}, yardstick {told['yardstick_ms']} ms; commit {told['commit']}.\n"
    yield "    python -m evaluation.benchmarks.recall DATABASE --results FOLDER\n"
    yield f"The community's own vectors, of {told['queries']} of its texts and of the first"
    yield f"{SHORT_WORDS} words of {told['queries']} titles, sought among all others: recall@{K}"
    yield "against cosines in float32, equal texts standing for each other. `rows`: what is allowed"
    yield "is drawn post by post; `spaces`: whole spaces, so that most of what is nearest is not"
    yield "allowed. Times are of one query, one thread, in milliseconds; `exact` is numpy's product"
    yield "and selection over the allowed vectors alone, gathered beforehand: the limit.\n"
    yield (
        "| lane | vectors | mask | allowed | recall, texts | recall, short | worst query"
        " | p50 | p99 | exact |"
    )
    yield "|" + " --- |" * 10
    for one in told["found"]:
        yield (
            f"| {one['lane']} | {one['vectors']:,} | {one['share']:.3g} by {one['mask']} |"
            f" {one['allowed']:,} | {one['recall']:.4f} | {one['recall_short']:.4f} |"
            f" {one['worst']:.1f} | {one['p50']:.2f} | {one['p99']:.2f} | {one['exact']:.2f} |"
        )


def main() -> None:
    """Measure, and write recall.md and recall.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, required=True, help="where the page goes")
    asked = parser.parse_args()
    told = run(asked.database, asked.queries, asked.seed)
    asked.results.mkdir(parents=True, exist_ok=True)
    (asked.results / "recall.json").write_bytes(
        orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    (asked.results / "recall.md").write_text("\n".join(page(told)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
