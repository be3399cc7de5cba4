"""What one post, one request and one person cost, for `evaluation.benchmarks.sizing` to multiply.

Run: `python -m evaluation.benchmarks.units --databases DB... --communities FOLDER... --out FILE`.
Databases (SQLite, embedded; they are copied) are served by `whoknows serve` and asked over HTTP:
bytes and processor time. Of community folders only counts are taken: posts by person and year.
"""

import argparse
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from data.copies import copy_rows
from data.store import Store

from .apiprocess import ApiProcess
from .corpus import conditions, records
from .pgserver import Server

YEAR_S = 365.25 * 86_400
WARM = 8
KINDS = ("feed", "similar by title", "who knows")


def measure_database(source: Path, requests: int) -> dict[str, Any]:
    """Bytes on disk and in memory, and processor time a request, in the shape of scale.json."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "w.db"
        shutil.copy(source, copy)
        shutil.copytree(source.with_name(source.name + ".index"), Path(folder) / "index")
        api = ApiProcess(f"sqlite:///{copy}", Path(folder))
        try:
            made = _sizes(copy, Path(folder) / "index")
            texts, people = _asked(copy)
            kinds = {
                kind: {"cpu_ms": _cpu_ms(api, kind, texts, people, requests)} for kind in KINDS
            }
            resident = api.resident()
        finally:
            api.stop()
        made["server_bytes"] = _server_bytes(copy)
    return {
        "made": made,
        "measured": {"memory": {"asked": {"resident": resident}}, "1 callers": kinds},
    }


def empty_resident() -> int:
    """Bytes that a server of an empty database holds once both encoders have read."""
    with tempfile.TemporaryDirectory() as folder:
        api = ApiProcess(f"sqlite:///{Path(folder) / 'w.db'}", Path(folder))
        try:
            for title in ("where is the key of the store room", "wo ist der Schlüssel"):
                httpx.post(f"{api.address}/v1/similar", json={"title": title}, timeout=60)
            return api.resident()
        finally:
            api.stop()


def community(folder: Path) -> dict[str, float]:
    """How many people and posts a community folder holds, and posts a person and year."""
    authors: set[str] = set()
    times: list[float] = []
    for post in records(folder, "posts"):
        authors.add(post["author"])
        times.append(datetime.fromisoformat(post["created"]).timestamp())
    years = max((max(times) - min(times)) / YEAR_S, 1 / 12)
    found = {"people": float(len(authors)), "posts": float(len(times)), "years": round(years, 2)}
    return {**found, "posts_a_year": round(len(times) / len(authors) / years, 3)}


def _sizes(database: Path, index: Path) -> dict[str, int]:
    with sqlite3.connect(database) as connection:
        [posts] = connection.execute("SELECT count(*) FROM posts").fetchone()
    files = [file.stat().st_size for file in index.rglob("*") if file.is_file()]
    return {
        "posts": posts,
        "database_bytes": database.stat().st_size,
        "index_bytes": sum(files),
    }


def _asked(database: Path) -> tuple[list[str], list[str]]:
    """Titles and people, the ones who write most first among every twentieth."""
    with sqlite3.connect(database) as connection:
        texts = connection.execute(
            "SELECT coalesce(title, substr(body, 1, 60)) FROM posts WHERE root = pk"
            " ORDER BY pk DESC LIMIT 2000"
        )
        people = connection.execute(
            "SELECT people.id FROM posts JOIN people ON people.pk = posts.author"
            " GROUP BY people.pk ORDER BY count(*) DESC, people.pk LIMIT 200"
        )
        return [t for (t,) in texts if t and t.strip()][::10], [id_ for (id_,) in people]


def _cpu_ms(
    api: ApiProcess, kind: str, texts: Sequence[str], people: Sequence[str], requests: int
) -> float:
    with httpx.Client(base_url=api.address, timeout=120) as client:
        for number in range(WARM + requests):
            if number == WARM:
                begun = api.cpu_seconds()
            # No two of the same text: a server remembers what it has read.
            text, person = f"{texts[number % len(texts)]} {number}", people[number % len(people)]
            if kind == "feed":
                answer = client.get(f"/v1/people/{httpx.URL(path=person).raw_path.decode()}/feed")
            elif kind == "who knows":
                answer = client.post("/v1/experts/search", json={"query": text, "asker_id": person})
            else:
                answer = client.post("/v1/similar", json={"title": text, "viewer_id": person})
            answer.raise_for_status()
        return 1e3 * (api.cpu_seconds() - begun) / requests


def _server_bytes(copy: Path) -> int:
    """Bytes of the same database on PostgreSQL, its indexes included."""
    server = Server({"fsync": "off"})
    source = Store.open(f"sqlite:///{copy}")
    try:
        server.create()
        server.start()
        target = Store.open(server.url())
        copy_rows(source, target)
        with target.database.reading() as connection:
            size = connection.exec_driver_sql("SELECT pg_database_size(current_database())")
            return int(size.scalar_one())
    finally:
        source.close()
        server.dispose()


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--databases", type=Path, nargs="+", required=True)
    parser.add_argument("--communities", type=Path, nargs="+", required=True)
    parser.add_argument("--requests", type=int, default=60, help="of each kind")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    slices = [measure_database(source, asked.requests) for source in asked.databases]
    told = {
        "conditions": conditions(asked.databases[0].with_suffix(""), ("numpy", "sqlalchemy")),
        "cores": os.cpu_count(),
        "empty": {"resident": empty_resident()},
        "slices": sorted(slices, key=lambda one: int(one["made"]["posts"])),
        "communities": {folder.name: community(folder) for folder in asked.communities},
    }
    asked.out.write_bytes(
        orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )


if __name__ == "__main__":
    main()
