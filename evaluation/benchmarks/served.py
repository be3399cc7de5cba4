"""The engine's indexes with their searching done by PostgreSQL, to be measured against themselves.

What is found comes from the server; signals are worked out on what was found as ever, so that the
difference between two engines is that of the searches alone.
"""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import text

from data.database import Database
from data.server_index import VectorIndex, WordIndex
from embeddings.dense import DenseIndex
from embeddings.face import Mask, Rows, Scores, Vectors
from embeddings.lexical import LexicalIndex
from embeddings.slots import best
from embeddings.statistics import Statistics
from recommender.engine import Engine

CHUNK = 4096


class ServedVectors(DenseIndex):
    """A dense index that pgvector searches, exactly within the mask."""

    def __init__(self, dim: int, server: VectorIndex) -> None:
        super().__init__(dim)
        self._server = server

    def take(self, index: DenseIndex, rows: Rows) -> None:
        """Put those of `rows` that `index` holds."""
        held = rows[index.has(rows)]
        for start in range(0, held.size, CHUNK):
            part = held[start : start + CHUNK]
            self.put(part, index.vectors(part))
            self._server.put(part, index.vectors(part))

    def search(self, query: Vectors, allowed: Mask | None, k: int) -> tuple[Rows, Scores]:
        """As `DenseIndex.search`, but that nothing is sifted out."""
        return self._server.search(query, allowed, k)


class ServedWords(LexicalIndex):
    """A lexical index whose rows are found by full text and ordered by BM25."""

    def __init__(self, server: WordIndex) -> None:
        super().__init__()
        self._server = server

    def take(self, rows: Rows, texts: Sequence[str]) -> None:
        """Put `texts` at `rows`."""
        self.put(rows, texts)
        self._server.put(rows, texts)

    def search(
        self,
        query: str,
        allowed: Mask | None,
        k: int,
        *,
        statistics: Statistics | None = None,
        counted: Mask | None = None,
    ) -> tuple[Rows, Scores]:
        """As `LexicalIndex.search`, among the `k` rows of the highest `ts_rank`."""
        rows, _ = self._server.search(query, allowed, k)
        scores = self.scores(query, rows, statistics=statistics, counted=counted)
        places = best(rows, scores, k)
        return rows[places], scores[places]


def by_pgvector(engine: Engine) -> None:
    """Let pgvector search the texts of `engine`, whose store lies on PostgreSQL."""
    database, texts = engine.store.database, engine.texts
    rows = np.arange(len(engine.community.versions), dtype=np.int64)
    for lane, index in list(texts.dense.items()):
        served = ServedVectors(index.dim, VectorIndex(database, f"agreement_{lane}", index.dim))
        served.take(index, rows)
        texts.dense[lane] = served
        _analyze(database, f"index_agreement_{lane}")
    texts.changed()


def by_full_text(engine: Engine) -> None:
    """Let full text find the words of `engine`, whose store lies on PostgreSQL."""
    database, texts = engine.store.database, engine.texts
    words = ServedWords(WordIndex(database, "agreement_words"))
    titles = ServedWords(WordIndex(database, "agreement_titles"))
    rows = np.flatnonzero(texts.words.has(np.arange(len(engine.community.versions))))
    for start in range(0, rows.size, CHUNK):
        part = rows[start : start + CHUNK]
        found = engine.store.indexed_texts(part.tolist())
        words.take(part, [found[row].text for row in part.tolist()])
        titled = [row for row in part.tolist() if found[row].title]
        titles.take(np.array(titled, dtype=np.int64), [found[row].title for row in titled])
    texts.words, texts.titles = words, titles
    _analyze(database, "index_agreement_words")
    _analyze(database, "index_agreement_titles")


def _analyze(database: Database, table: str) -> None:
    with database.unhurried() as connection, connection.begin():
        connection.execute(text(f"ANALYZE {table}"))
