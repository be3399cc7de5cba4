"""Indexes that lie in PostgreSQL: vectors by pgvector, texts by full text search.

The same face as the indexes in memory (`embeddings.face.Index`), which this floor does not know:
rows with vectors or texts in, rows by score out, exactly within a mask. So no approximate graph is
used: pgvector filters what its graph found, and what is masked out would change what it finds.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT
from sqlalchemy.exc import DBAPIError

from .database import Database
from .errors import StoreError

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float64]

FEW = 5_000
"""Up to this many allowed rows are fetched by key; of more, the table is read through."""

_KEYS = bindparam("keys", type_=ARRAY(BIGINT))


class ServerIndex(ABC):
    """What both kinds have in common: a table of rows, and how a mask is put to the server.

    Parameters
    ----------
    database : on PostgreSQL.
    name : of the table, a word of lower-case letters; two indexes of one name are one.

    Raises
    ------
    StoreError : the server lacks what the index needs.
    """

    def __init__(self, database: Database, name: str) -> None:
        if database.is_sqlite or not name.isidentifier() or name != name.lower():
            raise ValueError("an index on the server needs PostgreSQL and a plain name")
        self.database = database
        self.table = f"index_{name}"
        with database.writing_connection() as connection:
            self._make(connection)

    @abstractmethod
    def _make(self, connection: Connection) -> None:
        """Make the table (row, item), unless it is there."""

    @abstractmethod
    def _score(self) -> str:
        """SQL: the score of `item` for the parameter :query, higher is better."""

    def _condition(self) -> str:
        """SQL: which items can be found at all."""
        return "true"

    def __len__(self) -> int:
        """How many rows it holds."""
        with self.database.reading() as connection:
            return int(connection.scalar(text(f"SELECT count(*) FROM {self.table}")) or 0)

    def remove(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over."""
        with self.database.unhurried() as connection, connection.begin():
            forget = text(f"DELETE FROM {self.table} WHERE row = ANY(:keys)").bindparams(_KEYS)
            connection.execute(forget, {"keys": np.asarray(rows).tolist()})

    def has(self, rows: Rows) -> Mask:
        """Tell for each of `rows` whether it is held; shape (n,)."""
        statement = text(f"SELECT row FROM {self.table} WHERE row = ANY(:keys)").bindparams(_KEYS)
        with self.database.reading() as connection:
            there = connection.scalars(statement, {"keys": np.asarray(rows).tolist()}).all()
        return np.isin(rows, np.array(there, dtype=np.int64))

    def question(self, query: str, allowed: Mask | None, k: int) -> tuple[str, dict[str, Any]]:
        """SQL for the `k` best of the rows that `allowed` allows, and its parameters.

        None of its plans can go by an approximate index: those answer an ORDER BY of the distance
        itself, and here the rows are filtered and scored before they are sorted.
        """
        within, values = "true", dict[str, Any]()
        if allowed is not None and np.count_nonzero(allowed) <= FEW:
            within, values = "row = ANY(:keys)", {"keys": np.flatnonzero(allowed).tolist()}
        elif allowed is not None:
            # A bit a row: a list of a million keys would take the server longer than the search.
            within = "row < :size AND get_bit(CAST(:bits AS bytea), CAST(row AS int)) = 1"
            bits = np.packbits(allowed, bitorder="little").tobytes()
            values = {"size": len(allowed), "bits": bits}
        # MATERIALIZED: the filter first, whatever the planner thinks of it; scored at once, so
        # that what waits to be sorted is two numbers a row and not the item.
        statement = (
            f"WITH allowed AS MATERIALIZED (SELECT row, {self._score()} AS score"
            f" FROM {self.table} WHERE {within} AND {self._condition()})"
            " SELECT row, score FROM allowed ORDER BY score DESC, row LIMIT :k"
        )
        return statement, {**values, "query": query, "k": k}

    def _search(self, query: str, allowed: Mask | None, k: int) -> tuple[Rows, Scores]:
        if k < 1:
            raise ValueError("k is at least 1")
        statement, values = self.question(query, allowed, k)
        return self._rows_of(text(statement), values)

    def _scores(self, query: str, rows: Rows) -> Scores:
        statement = text(
            f"SELECT row, {self._score()} AS score FROM {self.table}"
            f" WHERE row = ANY(:keys) AND {self._condition()}"
        )
        wanted = np.asarray(rows, dtype=np.int64)
        found, scores = self._rows_of(statement, {"keys": wanted.tolist(), "query": query})
        by_row = dict(zip(found.tolist(), scores.tolist(), strict=True))
        return np.array([by_row.get(row, 0.0) for row in wanted.tolist()], dtype=np.float64)

    def _rows_of(self, statement: TextClause, values: dict[str, Any]) -> tuple[Rows, Scores]:
        if "keys" in values:
            statement = statement.bindparams(_KEYS)
        with self.database.reading() as connection:
            found = connection.execute(statement, values).all()
        return (
            np.array([row for row, _ in found], dtype=np.int64),
            np.array([score for _, score in found], dtype=np.float64),
        )

    def _put(self, rows: Rows, items: Sequence[str], as_item: str) -> None:
        keys = np.asarray(rows, dtype=np.int64)
        if len(items) != keys.size:
            raise ValueError(f"{len(items)} items for {keys.size} rows")
        if keys.size and (keys.min() < 0 or np.unique(keys).size != keys.size):
            raise ValueError("rows are not negative, and none comes twice")
        if not keys.size:
            return
        statement = text(
            f"INSERT INTO {self.table} (row, item) VALUES (:row, {as_item})"
            " ON CONFLICT (row) DO UPDATE SET item = EXCLUDED.item"
        )
        # In one order for all writers, so that no two wait for each other.
        pairs = sorted(zip(keys.tolist(), items, strict=True))
        with self.database.unhurried() as connection, connection.begin():
            connection.execute(statement, [{"row": row, "item": item} for row, item in pairs])


class VectorIndex(ServerIndex):
    """Unit vectors (n, dim) by row, searched by cosine, exhaustively."""

    def __init__(self, database: Database, name: str, dim: int) -> None:
        if dim < 1:
            raise ValueError("dim is at least 1")
        self.dim = dim
        super().__init__(database, name)

    def _make(self, connection: Connection) -> None:
        try:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
        except DBAPIError as error:
            raise StoreError(
                "the database server lacks the extension vector; install pgvector there, and let"
                " its owner run CREATE EXTENSION vector"
            ) from error
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {self.table}"
                f" (row bigint PRIMARY KEY, item vector({self.dim}) NOT NULL)"
            )
        )

    def _score(self) -> str:
        # Items are of unit length or zero, of which a cosine would be no number.
        return "-(item <#> CAST(:query AS vector))"

    def put(self, rows: Rows, items: npt.NDArray[np.float32]) -> None:
        """Insert or replace; when it returns, every later search sees the new vectors.

        ValueError for wrong shapes, negative or repeated rows; nothing is put then.
        """
        if np.shape(items) != (np.size(rows), self.dim):
            raise ValueError(f"vectors of shape {np.shape(items)} for {np.size(rows)} rows")
        self._put(rows, [written(vector) for vector in items], "CAST(:item AS vector)")

    def search(
        self, query: npt.NDArray[np.float32], allowed: Mask | None, k: int
    ) -> tuple[Rows, Scores]:
        """Give the at most `k` allowed rows of highest cosine, best first, ties by row."""
        return self._search(written(query), allowed, k)

    def scores(self, query: npt.NDArray[np.float32], rows: Rows) -> Scores:
        """Score `rows` as `search` would, shape (n,); 0 for rows that are not held."""
        return self._scores(written(query), rows)


class WordIndex(ServerIndex):
    """Texts by row, searched by PostgreSQL's full text: no stems, no stop words, any language.

    Its rank knows how often and how near words stand, not how rare they are.
    """

    def _make(self, connection: Connection) -> None:
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {self.table}"
                " (row bigint PRIMARY KEY, item tsvector NOT NULL)"
            )
        )
        connection.execute(
            text(f"CREATE INDEX IF NOT EXISTS {self.table}_item ON {self.table} USING gin (item)")
        )

    def _condition(self) -> str:
        return f"item @@ {_ANY_WORD}"

    def _score(self) -> str:
        return f"ts_rank(item, {_ANY_WORD}, 1)"

    def put(self, rows: Rows, items: Sequence[str]) -> None:
        """Insert or replace; when it returns, every later search sees the new texts.

        ValueError for unequal lengths, negative or repeated rows; nothing is put then.
        """
        self._put(rows, items, "to_tsvector('simple', :item)")

    def search(self, query: str, allowed: Mask | None, k: int) -> tuple[Rows, Scores]:
        """Give the at most `k` allowed rows that share a word with `query`, best first."""
        return self._search(query, allowed, k)

    def scores(self, query: str, rows: Rows) -> Scores:
        """Score `rows` as `search` would, shape (n,); 0 for rows that do not match."""
        return self._scores(query, rows)


_ANY_WORD = (
    "CAST(array_to_string(ARRAY(SELECT quote_literal(word) FROM"
    " unnest(tsvector_to_array(to_tsvector('simple', :query))) AS word), ' | ') AS tsquery)"
)
"""SQL: the query that matches any word of a text, however it is written."""


def written(vector: npt.NDArray[np.float32]) -> str:
    """A vector, made of unit length, as pgvector reads it."""
    wide = np.asarray(vector, dtype=np.float64)
    if not np.isfinite(wide).all():
        raise ValueError("a vector holds a component that is not a finite number")
    length = float(np.linalg.norm(wide))
    unit = (wide / length if length else wide).astype(np.float32)
    return "[" + ",".join(map(repr, unit.tolist())) + "]"
