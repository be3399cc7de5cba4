"""`whoknows work`: texts read by processes that do nothing else, while others answer."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from data.models import Post
from data.store import Store
from recommender import working
from recommender.embedding import scheme_of
from recommender.engine import Engine
from recommender.settings import EngineSettings
from tests.asking import answers, flattened
from tests.communities import START, WordEncoder, encoders, random_community
from tests.databases import Postgres, url_of

ROOT = Path(__file__).parents[1]

WORKER = """
import sys, time
from pathlib import Path
import recommender.embedding
from data.store import Store
from embeddings.language import detect_languages
from recommender.working import work
from tests.communities import WordEncoder, encoders

class Noting(WordEncoder):
    def encode(self, texts):
        time.sleep(0.01 * len(texts))
        with open(sys.argv[2], "a") as file:
            file.writelines(f"{self.fingerprint} {text!r}\\n" for text in texts)
        return super().encode(texts)

recommender.embedding.BATCH = 20
store, log = Store.open(sys.argv[1]), Path(sys.argv[2])
detect_languages(["the first text takes longest"])
log.touch()
while not log.with_name("go").exists():
    time.sleep(0.01)
work(store, encoders(Noting), lambda _: None, once=True)
"""


def _worker(store: Store, log: Path) -> "subprocess.Popen[bytes]":
    arguments = [sys.executable, "-c", WORKER, url_of(store), str(log)]
    return subprocess.Popen(arguments, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def _until(done: Callable[[], bool]) -> None:
    for _ in range(6000):
        if done():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")


def _read(log: Path) -> list[str]:
    return log.read_text().splitlines()


def _left(store: Store) -> int:
    return store.count_pending(scheme_of(encoders()))


def test_workers_share_and_one_that_is_killed_loses_nothing(
    postgres: Postgres, tmp_path: Path
) -> None:
    store = postgres.new_store()
    store.apply(random_community(6, threads=80).records())
    whole = _left(store)
    logs = [tmp_path / name for name in "ab"]
    lost, other = (_worker(store, log) for log in logs)
    _until(lambda: all(log.exists() for log in logs))
    (tmp_path / "go").touch()
    _until(lambda: _left(store) < whole and all(map(_read, logs)))
    assert store.workers() == 2
    lost.send_signal(signal.SIGKILL)
    lost.wait()
    assert _left(store)
    assert other.wait(120) == 0
    assert _left(store) == store.workers() == 0
    # Nothing was read twice but what the lost one had in hand: a round, in both lanes.
    mine, theirs = map(_read, logs)
    assert len(theirs) == len(set(theirs))
    assert len(set(mine) & set(theirs)) <= 2 * 20
    fresh = postgres.new_store()
    fresh.apply(random_community(6, threads=80).records())
    told = []
    for one in (store, fresh):
        engine = Engine(one, encoders(), None)
        engine.sync()
        told.append(flattened(answers(engine, "p01")))
    assert told[0] == told[1]


class Refusing(WordEncoder):
    """An encoder of a process that is not to read bulk."""

    def encode(self, texts: Sequence[str]) -> object:  # type: ignore[override]
        assert len(texts) <= working.FEW, "it was not left to the workers"
        return super().encode(texts)


def _server(store: Store, kind: type[WordEncoder]) -> Engine:
    engine = Engine(store, encoders(kind), None, EngineSettings(workers=True))
    engine.sync()
    return engine


@contextmanager
def _working(store: Store) -> Iterator[None]:
    """A worker in a thread, over a store of its own, until the end."""
    other = Store.open(url_of(store))
    ends = threading.Event()

    def stop(_: int) -> None:
        if ends.is_set():
            raise SystemExit

    def run() -> None:
        while not ends.is_set():
            working.work(other, encoders(), stop, once=True)
            with other.at_work():
                ends.wait(0.05)

    with other.at_work():
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            ends.set()
            thread.join()
    other.close()


def _lines(count: int) -> str:
    posts = (
        {
            "type": "post",
            "id": f"n{i}",
            "author": "ada",
            "created": "2024-02-01",
            "body": f"word{i} spotlight",
        }
        for i in range(count)
    )
    return "\n".join(map(json.dumps, posts))


def _client(store: Store, engine: Engine) -> TestClient:
    app = create_app(store, engine, Settings())
    return TestClient(app, base_url="http://127.0.0.1")


def test_bulk_is_left_to_workers_and_searchable_when_answered(postgres: Postgres) -> None:
    store = postgres.new_store()
    engine = _server(store, Refusing)
    with _working(store), _client(store, engine) as client:
        _until(lambda: store.workers() >= 1)
        sent = client.post(
            "/v1/import",
            content=_lines(400),
            headers={"content-type": "application/x-ndjson"},
        )
        assert sent.json()["accepted"] == 400
        found = client.post("/v1/similar", json={"body": "word399 spotlight", "k": 1}).json()
        assert found["posts"][0]["post"]["id"] == "n399"


def test_without_a_worker_a_request_is_answered_all_the_same(postgres: Postgres) -> None:
    store = postgres.new_store()
    engine = _server(store, WordEncoder)
    with _client(store, engine) as client:
        client.post(
            "/v1/import",
            content=_lines(100),
            headers={"content-type": "application/x-ndjson"},
        )
        found = client.post("/v1/similar", json={"body": "word99 spotlight", "k": 1}).json()
        assert found["posts"][0]["post"]["id"] == "n99"


def test_workers_that_are_busy_keep_nobody_waiting(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "PATIENCE", 0.3)
    store = postgres.new_store()
    engine = _server(store, WordEncoder)
    busy = Store.open(url_of(store))
    with busy.at_work():
        with store.database.noting() as numbers:
            store.apply([Post(f"p{i}", "ada", START, f"word{i}") for i in range(100)])
        engine.sync_written(numbers)
    assert engine.status()["pending"] == 0
    busy.close()


def test_what_waits_for_workers_is_told_and_stops_no_answer(postgres: Postgres) -> None:
    store = postgres.new_store()
    store.apply([Post(f"p{i}", "ada", START, f"word{i} glass") for i in range(5)])
    engine = _server(store, Refusing)
    with _client(store, engine) as client, store.at_work():
        ready = client.get("/health/ready").json()
        assert (ready["status"], ready["pending"], ready["workers"]) == ("ready", 5, 1)
        assert client.post("/v1/similar", json={"body": "word1"}).json()["posts"] == []
        working.work(store, encoders(), lambda _: None, once=True)
        assert client.post("/v1/similar", json={"body": "word1"}).json()["posts"]
        assert client.get("/health/ready").json()["pending"] == 0
