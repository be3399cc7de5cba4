"""What finds texts by their words, behind one face: ours, bm25s, SQLite FTS5 and tantivy.

All get the terms that `embeddings.tokens` cuts, joined by spaces, so that they differ in how they
rank and search alone. What one cannot do, it says by `Unsupported`.
"""

import sqlite3
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from embeddings.face import Mask, Rows
from embeddings.lexical import LexicalIndex
from embeddings.statistics import Statistics
from embeddings.tokens import terms

from .paired import Unsupported

Search = Callable[[str], Rows]

K = 10
HERE = "here"


class WordEngine(Protocol):
    """Texts in, rows of the best out."""

    def add(self, rows: Rows, texts: Sequence[str]) -> None:
        """Take in new rows; none comes twice."""
        ...

    def finish(self) -> None:
        """Do what is done once after a bulk of rows."""
        ...

    def asking(self, mask: Mask | None) -> Search:
        """How to find the `K` best among the rows of `mask`."""
        ...

    def remove(self, row: int) -> None:
        """Forget a row."""
        ...


class Here:
    """The index of this project: BM25, with statistics frozen at `finish`."""

    def __init__(self) -> None:
        self.index = LexicalIndex()
        self.statistics: Statistics | None = None

    def add(self, rows: Rows, texts: Sequence[str]) -> None:
        self.index.put(rows, texts)

    def finish(self) -> None:
        self.statistics = self.index.fit()

    def asking(self, mask: Mask | None) -> Search:
        return lambda text: self.index.search(text, mask, K, statistics=self.statistics)[0]

    def remove(self, row: int) -> None:
        self.index.remove(np.array([row]))


class Bm25s:
    """bm25s, Lucene's formula; it is built once, from everything."""

    def __init__(self) -> None:
        self._engine: Any = import_module("bm25s").BM25(k1=1.2, b=0.75, method="lucene")
        self._texts: list[str] = []
        self._rows = np.zeros(0, dtype=np.int64)
        self._built = False

    def add(self, rows: Rows, texts: Sequence[str]) -> None:
        if self._built:
            raise Unsupported("it cannot take in more: build it again")
        self._texts.extend(texts)
        self._rows = np.concatenate([self._rows, rows])

    def finish(self) -> None:
        self._engine.index([terms(text) for text in self._texts], show_progress=False)
        self._texts, self._built = [], True

    def asking(self, mask: Mask | None) -> Search:
        weights = None if mask is None else mask[self._rows].astype(np.float32)

        def search(text: str) -> Rows:
            known = [term for term in terms(text) if term in self._engine.vocab_dict]
            if not known:
                return np.zeros(0, dtype=np.int64)
            few = min(K, len(self._rows))
            found = self._engine.retrieve([known], k=few, show_progress=False, weight_mask=weights)
            return np.asarray(self._rows[found.documents[0][found.scores[0] > 0]])

        return search

    def remove(self, row: int) -> None:
        raise Unsupported("it cannot forget: build it again")


class Fts5:
    """SQLite's full text search in memory, any of the words, by its bm25."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute("create virtual table post using fts5(body)")

    def add(self, rows: Rows, texts: Sequence[str]) -> None:
        joined = (" ".join(terms(text)) for text in texts)
        with self._database:
            self._database.executemany(
                "insert into post (rowid, body) values (?, ?)",
                zip(rows.tolist(), joined, strict=True),
            )

    def finish(self) -> None:
        return None

    def asking(self, mask: Mask | None) -> Search:
        within = ""
        if mask is not None:
            self._database.execute("drop table if exists allowed")
            self._database.execute("create temporary table allowed (id integer primary key)")
            allowed = ((row,) for row in np.flatnonzero(mask).tolist())
            self._database.executemany("insert into allowed values (?)", allowed)
            # The plus keeps SQLite from asking the text index once for every allowed row.
            within = "and +rowid in (select id from allowed)"
        sql = f"select rowid from post where post match ? {within} order by rank limit {K}"

        def search(text: str) -> Rows:
            words = [term.replace('"', "") for term in dict.fromkeys(terms(text))]
            wanted = " OR ".join(f'"{word}"' for word in words)
            found = self._database.execute(sql, (wanted,)).fetchall() if wanted else []
            return np.array([row for (row,) in found], dtype=np.int64)

        return search

    def remove(self, row: int) -> None:
        with self._database:
            self._database.execute("delete from post where rowid = ?", (row,))


class Tantivy:
    """tantivy in memory, one writer thread; finds what was committed."""

    def __init__(self) -> None:
        self._tantivy: Any = import_module("tantivy")
        builder = self._tantivy.SchemaBuilder()
        builder.add_text_field("body", stored=False, tokenizer_name="whitespace")
        builder.add_integer_field("row", stored=True, indexed=True, fast=True)
        self._schema: Any = builder.build()
        self._index: Any = self._tantivy.Index(self._schema)
        self._writer: Any = self._index.writer(num_threads=1)

    def add(self, rows: Rows, texts: Sequence[str]) -> None:
        for row, text in zip(rows.tolist(), texts, strict=True):
            self._writer.add_document(self._tantivy.Document(body=" ".join(terms(text)), row=row))
        if len(rows) == 1:
            self.finish()

    def finish(self) -> None:
        self._writer.commit()
        self._index.reload()

    def asking(self, mask: Mask | None) -> Search:
        query, occur, schema = self._tantivy.Query, self._tantivy.Occur, self._schema
        allowed = None
        if mask is not None:
            allowed = query.term_set_query(schema, "row", np.flatnonzero(mask).tolist())

        def search(text: str) -> Rows:
            words = [
                (occur.Should, query.term_query(schema, "body", term))
                for term in dict.fromkeys(terms(text))
            ]
            wanted = query.boolean_query(words)
            if allowed is not None:
                wanted = query.boolean_query([(occur.Must, wanted), (occur.Must, allowed)])
            # A searcher sees what was committed when it was made.
            searcher = self._index.searcher()
            found = [searcher.doc(place)["row"][0] for _, place in searcher.search(wanted, K).hits]
            return np.array(found, dtype=np.int64)

        return search

    def remove(self, row: int) -> None:
        self._writer.delete_documents_by_term("row", row)
        self.finish()


ENGINES: dict[str, Callable[[], WordEngine]] = {
    HERE: Here,
    "bm25s": Bm25s,
    "SQLite FTS5": Fts5,
    "tantivy": Tantivy,
}


def lacking(name: str) -> str | None:
    """Why the engine `name` cannot run here; None if it can."""
    if name in ("bm25s", "tantivy") and find_spec(name) is None:
        return f"{name} is not installed (the extra `bench`)"
    if name == "SQLite FTS5":
        with sqlite3.connect(":memory:") as database:
            options = [option for (option,) in database.execute("pragma compile_options")]
        if "ENABLE_FTS5" not in options:
            return "this Python's SQLite was built without FTS5"
    return None
