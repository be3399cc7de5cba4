"""How soon a new post is found: while nothing else happens, and while another process imports.

On a copy of a slice, so that the slice stays what it is.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson

from data.copies import copy_database
from data.store import Store
from evaluation.benchmarks.scale_asking import Questions, Refused, spread_of, timed
from evaluation.benchmarks.serving import (
    PROGRAM,
    Asked,
    Caller,
    CannotServe,
    Serving,
    database_of,
    serve_command,
)

BESIDE = 30_000
"""Posts of the import beside: more than any machine embeds in the time that is measured."""

BEGUN_WITHIN_S = 900.0
FOUND_WITHIN_S = 60.0

NewPosts = Iterator[tuple[str, dict[str, Any]]]


def writing(database: Path, questions: Questions, many: int) -> dict[str, Any]:
    """Milliseconds until new posts are acknowledged and found; see `_found`.

    `quiet`: `many` posts while nothing else happens. `after_kill_s`: from the server's start until
    it is ready, after a kill -9 that left these posts to be followed. `importing`: as `quiet`,
    while `whoknows import` reads new texts into the same database; then reading requests.
    `after_both_killed_s`: as before, where the import was killed too and left texts to be encoded.
    """
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=database.parent) as scratch:
        copy = Path(scratch) / database.name
        store = Store.open(f"sqlite:///{database}")
        copy_database(store, copy, database.with_name(database.name + ".index"))
        store.close()
        with Serving(serve_command(), database_of(copy)) as server:
            new = questions.new_posts("measured")
            _found(server, new, 3)
            told["quiet"] = _found(server, new, many)
            server.kill()
            told["after_kill_s"] = server.start()
            told["importing"] = _while_importing(server, copy, questions, new, many)
            server.kill()
            told["after_both_killed_s"] = server.start()
            server.kill()
    return told


def _found(server: Serving, new: NewPosts, many: int) -> dict[str, Any]:
    """Write `many` new posts, each sought at once by its own text until it is in the answer.

    `acknowledged`: from the request to the answer that it is stored. `in_the_answer`: from then
    to the first answer that holds it. `whole`: both. `asked_again`: answers that lacked it.
    """
    times = np.zeros((many, 2))
    again = 0
    with Caller(server.address) as caller:
        for row, (id_, post) in enumerate(islice(new, many)):
            wanted = {"title": post["title"], "body": post["body"]}
            said = post | {"created": datetime.now(UTC).isoformat()}
            times[row, 0] = timed(caller, ("PUT", f"/v1/posts/{quote(id_, safe='')}", said))
            begun = time.perf_counter()
            while not _holds(caller.ask("POST", "/v1/similar", wanted)[1], id_):
                again += 1
                if time.perf_counter() - begun > FOUND_WITHIN_S:
                    raise Refused(f"a new post is not found in {FOUND_WITHIN_S:.0f} s")
            times[row, 1] = time.perf_counter() - begun
    return {
        "posts": many,
        "acknowledged": spread_of(times[:, 0].tolist()),
        "in_the_answer": spread_of(times[:, 1].tolist()),
        "whole": spread_of(times.sum(axis=1).tolist()),
        "asked_again": again,
    }


def _holds(answer: Any, id_: str) -> bool:
    return any(found["post"]["id"] == id_ for found in answer["posts"])


def _while_importing(
    server: Serving, database: Path, questions: Questions, new: NewPosts, many: int
) -> dict[str, Any]:
    """As `_found`, and how long reading takes, while another process imports."""
    folder = database.parent / "beside"
    first = _write_beside(folder, questions)
    command = [*PROGRAM, "import", str(folder)]
    # None of its output holds a text; but nobody reads it either.
    importer = subprocess.Popen(
        command,
        env=os.environ | database_of(database),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_post(server, first, importer)
        told = _found(server, new, many)
        with Caller(server.address) as caller:
            told["reading"] = {
                kind: _times(caller, questions.of(kind, many))
                for kind in ("who knows", "similar by title", "feed")
            }
        # Only what was measured beside it counts.
        told["ran_throughout"] = importer.poll() is None
    finally:
        importer.kill()
        importer.wait()
        shutil.rmtree(folder)
    return told


def _times(caller: Caller, asked: list[Asked]) -> Mapping[str, float]:
    return spread_of([timed(caller, one) for one in asked])


def _write_beside(folder: Path, questions: Questions) -> str:
    """A community folder of new texts; the id of its first post."""
    folder.mkdir()
    now = datetime.now(UTC).isoformat()
    with (folder / "posts.jsonl").open("wb") as file:
        for id_, post in islice(questions.new_posts("beside"), BESIDE):
            file.write(orjson.dumps({"id": id_, "created": now} | post) + b"\n")
    return "beside-1"


def _await_post(server: Serving, id_: str, importer: subprocess.Popen[bytes]) -> None:
    """Wait until the importer's first batch is in the database."""
    ends = time.monotonic() + BEGUN_WITHIN_S
    with Caller(server.address) as caller:
        while caller.ask("GET", f"/v1/posts/{id_}")[0] != 200:
            if importer.poll() is not None or time.monotonic() > ends:
                raise CannotServe("the import beside the server did not begin")
            time.sleep(0.05)
