"""Search in PostgreSQL under a mask: nothing is lost, where its graph asked first would lose."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import text

from data.server_index import VectorIndex, written
from data.store import Store
from evaluation.benchmarks.index_server import DIM, K, Search, drawn, graph, recall
from tests.databases import Postgres

SIZE = 4_000


@pytest.fixture(scope="module")
def searched(postgres: Postgres) -> Iterator[tuple[Store, VectorIndex, np.ndarray]]:
    """Vectors in a table that has a graph too, as somebody might add one."""
    store, vectors = postgres.new_store(), drawn(SIZE, 1)
    index = VectorIndex(store.database, "masked", DIM)
    for first in range(0, SIZE, 1000):
        rows = np.arange(first, first + 1000)
        index.put(rows, vectors[rows])
    with store.database.writing_connection() as connection:
        connection.execute(
            text(
                f"CREATE INDEX ON {index.table} USING hnsw (item vector_ip_ops)"
                " WITH (m = 8, ef_construction = 32)"
            )
        )
    yield store, index, vectors


@pytest.mark.parametrize("share", [0.5, 0.05, 0.005])
def test_masks_keep_recall(searched: tuple[Store, VectorIndex, np.ndarray], share: float) -> None:
    store, index, vectors = searched
    queries = drawn(12, 2)
    mask = np.random.default_rng(3).random(SIZE) < share

    def exact(query: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        return index.search(query, allowed, K)[0]

    assert recall(exact, queries, vectors, mask) >= 0.99
    plain: Search = graph(store, index.table, iterative=False)
    if share < 0.5:
        # What would be got by leaving the plan to the planner: the graph, then the filter.
        assert recall(plain, queries, vectors, mask) < 0.7


@pytest.mark.parametrize("share", [1.0, 0.05])
def test_no_plan_goes_by_the_graph(
    searched: tuple[Store, VectorIndex, np.ndarray], share: float
) -> None:
    """However dear the other plans are made to look."""
    store, index, vectors = searched
    mask = np.random.default_rng(3).random(SIZE) < share
    statement, values = index.question(written(vectors[0]), mask, K)
    with store.database.unhurried() as connection:
        for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            connection.execute(text(f"SET LOCAL {setting} = off"))
        plan = "\n".join(connection.scalars(text(f"EXPLAIN {statement}"), values))
        found = connection.execute(text(statement), values).all()
    assert f"{index.table}_item_idx" not in plan and "Sort" in plan
    assert [row for row, _ in found] == index.search(vectors[0], mask, K)[0].tolist()
