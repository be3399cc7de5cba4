"""pgvector on a server of our own, behind the face of `vector_engines`.

Without a graph it is what this project uses on PostgreSQL: exact within the mask. With one, it is
as one would first write it: the graph's order, the mask a plain condition.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
from sqlalchemy import text

from data.server_index import VectorIndex
from data.store import Store
from embeddings.face import Mask, Rows, Vectors

from .index_server import graph
from .paired import BATCH
from .pgserver import Server
from .vector_engines import K, Search

EXACT, GRAPH = "pgvector, exact", "pgvector, graph"


class ServerVectors:
    """Vectors in a table of its own; `close` drops it.

    Parameters
    ----------
    graph : find by HNSW (defaults of pgvector), in two ways: its first 40 candidates, and asked on
        until enough pass the mask (`hnsw.iterative_scan`).
    """

    def __init__(self, store: Store, graph: bool, dim: int) -> None:
        self._store, self._graph = store, graph
        self._index = VectorIndex(store.database, "graph" if graph else "exact", dim)
        self._size = 0

    def add(self, rows: Rows, vectors: Vectors) -> None:
        for start in range(0, len(rows), BATCH):
            self._index.put(rows[start : start + BATCH], vectors[start : start + BATCH])
        self._size = max(self._size, int(rows.max()) + 1)

    def finish(self) -> None:
        table = self._index.table
        if self._graph:
            with self._store.database.writing_connection() as connection:
                connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
                connection.execute(
                    text(f"CREATE INDEX {table}_graph ON {table} USING hnsw (item vector_ip_ops)")
                )
        with self._store.database.unhurried() as connection:
            connection.execute(text(f"ANALYZE {table}"))
            connection.commit()

    def asking(self, mask: Mask | None) -> Mapping[str, Search]:
        if not self._graph:
            return {"": lambda query: self._index.search(query, mask, K)[0]}
        # A margin for rows that are added while this is used.
        allowed = np.ones(self._size + 1_000, dtype=bool) if mask is None else mask
        ways = {"": False, ", asked on": True}
        return {
            name: partial(_masked, graph(self._store, self._index.table, on), allowed)
            for name, on in ways.items()
        }

    def disk(self) -> int:
        """Bytes that the table and its indexes take on the server's disk."""
        size = text(f"SELECT pg_total_relation_size('{self._index.table}')")
        with self._store.database.reading() as connection:
            return int(connection.scalar(size) or 0)

    def remove(self, row: int) -> None:
        self._index.remove(np.array([row]))

    def close(self) -> None:
        with self._store.database.writing_connection() as connection:
            connection.execute(text(f"DROP TABLE {self._index.table}"))


def _masked(search: Callable[[Vectors, Mask], Rows], mask: Mask, query: Vectors) -> Rows:
    return search(query, mask)


@contextlib.contextmanager
def running() -> Iterator[Store]:
    """A store on a new PostgreSQL server, gone at the end.

    Raises
    ------
    NoServer : none can run here.
    """
    server = Server({"shared_buffers": "1GB", "max_wal_size": "4GB"})
    try:
        server.create()
        server.start()
        store = Store.open(server.url())
        try:
            yield store
        finally:
            store.close()
    finally:
        server.dispose()
