"""What a post costs, from 10,000 to a million: `python -m evaluation.benchmarks.scale SOURCE`.

SOURCE: the SQLite database of a community, imported and embedded whole, or an export, which
`whoknows import` then makes one of in the folder `--out`, and is timed. Slices of its first posts
(of an export all of them, unless told) are made there, imported anew with the vectors that are
kept, served by `whoknows serve` and asked over HTTP. What is finished is not made or measured
again; delete it to have it so. `--learn`: each slice learns from itself before it is served, as a
community does that is used. `--results` is where scale.md, .json and .svg go.
"""

import argparse
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from data.store import Store
from evaluation.benchmarks.corpus import conditions
from evaluation.benchmarks.machine import load, yardstick
from evaluation.benchmarks.scale_asking import KINDS, Questions, latency, timed
from evaluation.benchmarks.scale_page import write_results
from evaluation.benchmarks.scale_writing import writing
from evaluation.benchmarks.serving import PROGRAM, Caller, Serving, database_of, serve_command
from evaluation.benchmarks.slices import DATABASE, made_slice
from evaluation.conditions import commit, sources

SIZES = (10_000, 30_000, 100_000, 300_000, 956_250)
MEASURED = "measured.json"
LEARNED = "learned.json"
IMPORTED = "imported.json"
WHOLE = "whole.db"
SQLITE = b"SQLite format 3\0"
"""How each of its files begins."""
CALLERS = 4
RESTARTS = 3
WARM = 100
"""Requests of a kind that go before those counted: in its first seconds a server still reads its
indexes from files, and compiles its encoders for each length of text."""
PACKAGES = ("numpy", "openvino", "sqlalchemy", "uvicorn")


def measure(folder: Path, requests: int, posts: int, seed: int) -> dict[str, Any]:
    """Serve the slice in `folder` and ask it; see `Latency` and `writing` for what is told.

    `memory`: bytes, of a server that has just started and of one that has answered everything.
    `restarts_s`: seconds from the start of the process until it is ready. `stop_s`: until it is
    gone.
    """
    database = folder / DATABASE
    questions = Questions(database, seed)
    told: dict[str, Any] = {"commit": commit(), "sources": sources(), "load": load()}
    told["yardstick_ms"] = yardstick()
    with Serving(serve_command(), database_of(database)) as server:
        # The first start may have had to learn what the next ones find in the file.
        told["restarts_s"] = []
        for _ in range(RESTARTS):
            told["stop_s"] = server.stop()
            told["restarts_s"].append(server.start())
        memory = {"ready": asdict(server.memory())}
        for callers in (1, CALLERS):
            told[f"{callers} callers"] = {
                kind: _asked(server, questions, kind, requests, callers) for kind in KINDS
            }
        memory["asked"] = asdict(server.memory())
        told["memory"] = memory
    told["writing"] = writing(database, questions, posts)
    told["yardstick_after_ms"] = yardstick()
    return told


def _asked(
    server: Serving, questions: Questions, kind: str, requests: int, callers: int
) -> dict[str, Any]:
    warm = questions.of(kind, WARM)
    found = latency(server, warm, questions.of(kind, requests), callers, first=callers == 1)
    return asdict(found)


def empty_server(folder: Path) -> dict[str, Any]:
    """What a server of an empty database holds once it has read a text with each encoder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    Store.open(f"sqlite:///{folder / DATABASE}").close()
    with Serving(serve_command(), database_of(folder / DATABASE)) as server:
        with Caller(server.address) as caller:
            for text in ("where is the key of the store room", "wo ist der Schlüssel"):
                timed(caller, ("POST", "/v1/similar", {"title": text}))
        return asdict(server.memory())


def learn(folder: Path) -> dict[str, Any]:
    """Run `whoknows learn` on the slice in `folder`; the seconds that it took."""
    return {"learn_s": _ran(folder / DATABASE, "learn")}


def _ran(database: Path, *arguments: str) -> float:
    """Seconds of a command of `whoknows` on `database`."""
    begun = time.perf_counter()
    subprocess.run(
        [*PROGRAM, *arguments],
        env=os.environ | database_of(database),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begun


def import_whole(export: Path, database: Path) -> dict[str, Any]:
    """Run `whoknows import` on an export into a new database: seconds, texts read by the encoders
    included, posts, and bytes of what there is then."""
    index = database.with_name(f"{database.name}.index")
    shutil.rmtree(index, ignore_errors=True)
    for leftover in database.parent.glob(f"{database.name}*"):
        leftover.unlink()
    before, spent = load(), _ran(database, "import", str(export))
    store = Store.open(f"sqlite:///{database}")
    posts = store.counts()["posts"]
    store.close()
    return {
        "seconds": spent,
        "posts": posts,
        "load": (before, load()),
        "database_bytes": database.stat().st_size,
        "index_bytes": sum(file.stat().st_size for file in index.rglob("*") if file.is_file()),
    }


def _is_database(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _kept(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What stands in `path`, made first where it is not there."""
    if not path.exists():
        made = make()
        path.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2))
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found


def embedded(source: Path, out: Path) -> tuple[Path, dict[str, Any] | None]:
    """The database of `source`, and what its import cost where it is an export."""
    if _is_database(source):
        return source, None
    database = out / WHOLE
    return database, _kept(out / IMPORTED, partial(import_whole, source, database))


def sizes_of(imported: Mapping[str, Any] | None) -> Sequence[int]:
    """Sizes of slices where none are told: of an export, all of it."""
    return SIZES if imported is None else (imported["posts"],)


def run(
    source: Path,
    sizes: Sequence[int] | None,
    out: Path,
    *,
    learns: bool,
    requests: int,
    posts: int,
    seed: int,
) -> dict[str, Any]:
    """Make and measure what is not there yet; everything, by size."""
    now = datetime.now(UTC)
    out.mkdir(parents=True, exist_ok=True)
    database, imported = embedded(source, out)
    sizes = sizes or sizes_of(imported)
    slices = []
    empty = _kept(out / "empty.json", partial(empty_server, out / "empty"))
    for size in sorted(sizes):
        folder = out / f"slice-{size}"
        made = made_slice(database, size, folder, now)
        print(f"{made.posts:,} posts: made", flush=True)
        learned = _kept(folder / LEARNED, partial(learn, folder)) if learns else {"learn_s": None}
        measured = _kept(folder / MEASURED, partial(measure, folder, requests, posts, seed))
        print(f"{made.posts:,} posts: measured", flush=True)
        slices.append({"made": asdict(made), **learned, "measured": measured})
    return {
        "conditions": conditions(source, PACKAGES),
        "requests": requests,
        "new_posts": posts,
        "seed": seed,
        "callers": CALLERS,
        "empty": empty,
        "imported": imported,
        "slices": slices,
    }


def main() -> None:
    """Make, measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument(
        "--sizes", type=lambda told: [int(size) for size in told.split(",")], help="of slices"
    )
    parser.add_argument("--out", type=Path, required=True, help="where the slices lie")
    parser.add_argument("--results", type=Path, help="where the page goes; in --out if not told")
    parser.add_argument("--learn", action="store_true", help="learn before serving")
    parser.add_argument("--make-only", action="store_true", help="make slices, measure later")
    parser.add_argument("--requests", type=int, default=300, help="of each kind")
    parser.add_argument("--posts", type=int, default=50, help="new ones that are sought")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.make_only:
        asked.out.mkdir(parents=True, exist_ok=True)
        database, imported = embedded(asked.source, asked.out)
        for size in asked.sizes or sizes_of(imported):
            made_slice(database, size, asked.out / f"slice-{size}", datetime.now(UTC))
        return
    told = run(
        asked.source,
        asked.sizes,
        asked.out,
        learns=asked.learn,
        requests=asked.requests,
        posts=asked.posts,
        seed=asked.seed,
    )
    write_results(told, asked.results or asked.out)


if __name__ == "__main__":
    main()
