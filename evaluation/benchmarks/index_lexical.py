"""BM25 here, in bm25s, in SQLite FTS5 and in tantivy: speed, masks, and agreement."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.face import Mask
from embeddings.lexical import LexicalIndex
from embeddings.tokens import terms

from .corpus import row, timed

K = 100
QUESTIONS = 100
BATCH = 1000

Ask = Callable[[str], list[int]]


def compare(corpus: list[str], sizes: list[int], rivals: bool) -> None:
    """Print a table for each of `sizes`, a prefix of `corpus`."""
    random = np.random.default_rng(7)
    cut = [text.split() for text in random.permutation(np.array(corpus[:200_000], dtype=object))]
    short = [" ".join(words[:12]) for words in cut if len(words) >= 12][:QUESTIONS]
    long = [" ".join(words[:200]) for words in cut if len(words) >= 200][:QUESTIONS]
    row("posts", "engine", "posts/s put", "12 words p50", "p95", "200 words p50", "1 % mask p50")
    row(*["---"] * 7)
    for size in sizes:
        mask = np.zeros(size, dtype=bool)
        mask[random.choice(size, size // 100, replace=False)] = True
        ours = _ours(corpus[:size], short, long, mask)
        if rivals:
            for rival in (_bm25s, _fts5, _tantivy):
                rival(corpus[:size], short, long, mask, ours)


def _ours(corpus: list[str], short: list[str], long: list[str], mask: Mask) -> Ask:
    index = LexicalIndex()
    start = time.process_time()
    for first in range(0, len(corpus), BATCH):
        part = corpus[first : first + BATCH]
        index.put(np.arange(first, first + len(part)), part)
    rate = len(corpus) / (time.process_time() - start)
    start = time.perf_counter()
    frozen = index.fit()
    fitted = time.perf_counter() - start

    def frozen_search(text: str) -> list[int]:
        return [int(r) for r in index.search(text, None, K, statistics=frozen)[0]]

    p50, p95 = timed(frozen_search, short)
    masked = timed(lambda text: index.search(text, mask, K, statistics=frozen), short)
    row(len(corpus), "here, frozen", rate, p50, p95, timed(frozen_search, long)[0], masked[0])
    p50, p95 = timed(lambda text: index.search(text, None, K), short)
    slow = timed(lambda text: index.search(text, None, K), long)
    masked = timed(lambda text: index.search(text, mask, K, counted=mask), short)
    row(len(corpus), "here, counted at once", "", p50, p95, slow[0], masked[0])
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        index.save(Path(folder))
        saved = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 2**20
        start = time.perf_counter()
        LexicalIndex.load(Path(folder))
        loaded = time.perf_counter() - start
    single = []
    for place in range(500):
        start = time.perf_counter()
        index.put(np.array([len(corpus) + place]), [corpus[place]])
        single.append(time.perf_counter() - start)
    print(
        f"<!-- {len(corpus)}: fit {fitted:.2f} s, save {saved:.2f} s, load {1e3 * loaded:.0f} ms, "
        f"{size:.0f} MiB; put of one: mean {1e3 * np.mean(single):.2f}, "
        f"longest {1e3 * max(single):.1f} ms; statistics {len(frozen.to_bytes()) / 2**20:.1f} MiB"
        " -->"
    )
    index.remove(np.arange(len(corpus), len(corpus) + 500))
    return frozen_search


def _bm25s(corpus: list[str], short: list[str], long: list[str], mask: Mask, ours: Ask) -> None:
    bm25s = import_module("bm25s")

    start = time.process_time()
    # The same terms as here, so that the answers can be compared.
    engine = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    engine.index([terms(text) for text in corpus], show_progress=False)
    rate = len(corpus) / (time.process_time() - start)

    def ask(text: str, weight_mask: Any = None) -> list[int]:
        asked = [term for term in terms(text) if term in engine.vocab_dict]
        if not asked:
            return []
        found = engine.retrieve([asked], k=K, show_progress=False, weight_mask=weight_mask)
        return [int(r) for r in found.documents[0]]

    allowed = mask.astype(np.float32)
    agreed = [len(set(ask(t)[:10]) & set(ours(t)[:10])) / 10 for t in short]
    p50, p95 = timed(ask, short)
    masked = timed(lambda text: ask(text, allowed), short)[0]
    row(len(corpus), "bm25s", rate, p50, p95, timed(ask, long)[0], masked)
    print(f"<!-- bm25s shares {np.mean(agreed):.3f} of our first ten -->")


def _fts5(corpus: list[str], short: list[str], long: list[str], mask: Mask, _: Ask) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table post using fts5(body, content='')")
    start = time.process_time()
    database.executemany("insert into post (rowid, body) values (?, ?)", enumerate(corpus))
    rate = len(corpus) / (time.process_time() - start)
    database.execute("create table allowed (id integer primary key)")
    database.executemany("insert into allowed values (?)", [(int(r),) for r in mask.nonzero()[0]])

    def ask(text: str, more: str = "") -> list[int]:
        wanted = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms(text)) if '"' not in term)
        sql = f"select rowid from post where post match ? {more} order by rank limit {K}"
        return [r for (r,) in database.execute(sql, (wanted,))] if wanted else []

    p50, p95 = timed(ask, short)
    masked = timed(lambda text: ask(text, "and rowid in (select id from allowed)"), short[:30])[0]
    row(len(corpus), "SQLite FTS5, OR", rate, p50, p95, timed(ask, long[:30])[0], masked)


def _tantivy(corpus: list[str], short: list[str], long: list[str], mask: Mask, _: Ask) -> None:
    tantivy = import_module("tantivy")

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False)
    builder.add_integer_field("row", stored=True, indexed=True, fast=True)
    index = tantivy.Index(builder.build())
    start = time.process_time()
    writer = index.writer(num_threads=1)
    for number, text in enumerate(corpus):
        writer.add_document(tantivy.Document(body=text, row=number))
    writer.commit()
    writer.wait_merging_threads()
    rate = len(corpus) / (time.process_time() - start)
    index.reload()
    searcher = index.searcher()
    schema = index.schema
    allowed = tantivy.Query.term_set_query(schema, "row", [int(r) for r in mask.nonzero()[0]])

    def ask(text: str, within: Any = None) -> list[int]:
        words = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", term))
            for term in dict.fromkeys(terms(text))
        ]
        query = tantivy.Query.boolean_query(words)
        if within is not None:
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, within)]
            )
        return [searcher.doc(place)["row"][0] for _, place in searcher.search(query, K).hits]

    p50, p95 = timed(ask, short)
    masked = timed(lambda text: ask(text, allowed), short[:30])[0]
    row(len(corpus), "tantivy", rate, p50, p95, timed(ask, long)[0], masked)
