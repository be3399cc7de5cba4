"""A server beside an import: it answers from what is read, and leaves the import's texts to it."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from data.database import Database
from data.models import Post
from data.store import Store
from embeddings.precedence import PRECEDENCE
from recommender.embedding import embed_pending
from recommender.engine import Engine
from recommender.queries import SimilarQuery
from recommender.working import in_bulk
from tests.communities import NOW, START, encoders, new_store, open_encoder
from tests.databases import url_of

ROOT = Path(__file__).parents[1]
AT_WORK = """
import sys
from data.store import Store
with Store.open(sys.argv[1]).at_work():
    print("at work", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _another_at_work(store: Store) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", AT_WORK, url_of(store)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]
    try:
        assert process.stdout.readline() == "at work\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def _write(store: Store, first: int, count: int = 1) -> None:
    numbers = range(first, first + count)
    store.apply([Post(f"p{i}", "ada", START, f"carpet word{i}") for i in numbers])


def _pending(engine: Engine) -> object:
    return engine.status()["pending"]


def test_texts_of_an_import_are_left_to_it_until_it_ends(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    engine = Engine(store, encoders(), None)
    with _another_at_work(store) as importer:
        _write(store, 0, 20)
        engine.sync()
        assert _pending(engine) == 20
        # What was written here is waited for, and so is read here.
        with store.database.noting() as numbers:
            _write(store, 100)
        engine.sync_written(numbers)
        assert _pending(engine) == 20
        found = engine.similar(SimilarQuery(body="carpet word100"), NOW)
        assert [idea.post.id for idea in found] == ["p100"]
        importer.kill()
        importer.wait()
        engine.sync()
        assert _pending(engine) == 0
    with store.at_work():
        _write(store, 200)
        engine.sync()
        assert _pending(engine) == 0


def test_a_database_in_a_folder_that_cannot_be_written_is_nobodys(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    (tmp_path / "community.db.at-work").mkdir()
    with store.at_work():
        assert not store.left_to_others()
    assert not store.left_to_others()


def _seconds(done: Callable[[], object]) -> float:
    begun = time.monotonic()
    done()
    return time.monotonic() - begun


def test_a_transaction_in_bulk_lets_one_go_first_that_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.atwork.LONGEST_WAIT_S", 30.0)
    store = new_store(tmp_path)
    writer = Database(url_of(store))
    waits, order = threading.Event(), []

    def write_one() -> None:
        with writer.precedence.turn():
            waits.set()
            time.sleep(0.1)
            order.append("one")

    with store.at_work():
        thread = threading.Thread(target=write_one)
        thread.start()
        waits.wait()
        _write(store, 0)
        order.append("bulk")
        thread.join()
        assert order == ["one", "bulk"]
        # But not for ever.
        monkeypatch.setattr("data.atwork.LONGEST_WAIT_S", 0.05)
        with writer.precedence.turn():
            assert _seconds(lambda: _write(store, 1)) >= 0.05
    assert _seconds(lambda: _write(store, 2)) < 10
    writer.close()


def test_while_an_answer_is_waited_for_work_in_bulk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store(tmp_path)
    engine = Engine(store, encoders(), None)
    importer = Database(url_of(store))
    waits = importer.precedence.somebody_waits
    seen = []
    search = engine.search_experts
    monkeypatch.setattr(
        engine, "search_experts", lambda *asked: seen.append(waits()) or search(*asked)
    )
    sync = engine.sync_written
    monkeypatch.setattr(engine, "sync_written", lambda new: seen.append(waits()) or sync(new))
    client = TestClient(create_app(store, engine, Settings()), base_url="http://localhost")
    post = {"author": "ada", "created": "2026-01-01T00:00:00Z", "body": "carpet"}
    assert client.post("/v1/experts/search", json={"query": "carpet"}).status_code == 200
    assert client.put("/v1/posts/p", json=post).status_code == 201
    assert seen == [True, True] and not waits()
    # What looks is not waited for, should it be halted just then.
    with Path(f"{store.database.path}.urgent").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert client.post("/v1/experts/search", json={"query": "carpet"}).status_code == 200
    told = []
    with in_bulk(store), store.answering():
        monkeypatch.setattr("embeddings.precedence.LONGEST_BEHIND_S", 0.02)
        told.append(_seconds(PRECEDENCE.give_way))
    with store.answering():
        told.append(_seconds(PRECEDENCE.give_way))
    assert told[0] >= 0.02 > told[1]
    importer.close()


def test_many_texts_are_kept_a_few_at_a_time_and_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.embedding.KEPT_AT_ONCE", 3)
    store = new_store(tmp_path)
    same = [Post(f"same{i}", "ada", START, "carpet word1") for i in range(5)]
    store.apply([*same, *(Post(f"p{i}", "ada", START, f"carpet word{i}") for i in range(6))])
    made = encoders()
    with store.database.noting() as numbers:
        assert embed_pending(store, made) == 11
    assert len(numbers) == 4
    assert len(made["minilm"].texts) + len(made["multilingual"].texts) >= 6
    engine = Engine(store, made, None)
    engine.sync()
    assert _pending(engine) == 0
    found = engine.similar(SimilarQuery(body="carpet word1", k=20), NOW)
    assert {idea.post.id for idea in found if idea.score > 0} >= {post.id for post in same}


@pytest.mark.parametrize(("later", "status"), [(3, 200), (4, 503)])
def test_it_begins_with_what_is_read_and_is_ready_when_little_is_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: int, status: int
) -> None:
    monkeypatch.setattr("recommender.encoders.open_encoder", open_encoder)
    store = new_store(tmp_path)
    _write(store, 0, 30)
    Engine.open(store).close()
    _write(store, 100, later)
    engine = Engine.open(store, reads=False)
    assert _pending(engine) == later
    assert engine.similar(SimilarQuery(body="carpet word7"), NOW)[0].post.id == "p7"
    with _another_at_work(store):
        app = create_app(store, engine, Settings())
        with TestClient(app, base_url="http://127.0.0.1") as client:
            ready = client.get("/health/ready")
    assert ready.status_code == status
    if status == 200:
        assert ready.json()["pending"] == later


@pytest.mark.skipif(not hasattr(os, "nice"), reason="no priorities that we know here")
@pytest.mark.parametrize(("command", "niceness"), [("import", 19), ("work", 19), ("serve", 0)])
def test_commands_in_bulk_give_way(command: str, niceness: int) -> None:
    told = subprocess.run(
        [
            *(sys.executable, "-c"),
            f"import sys, os; sys.argv[1:] = [{command!r}, '--help']\n"
            "from api import cli\n"
            "before = os.nice(0)\n"
            "try:\n    cli.main()\nfinally:\n    print(before, os.nice(0))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = map(int, told.stdout.splitlines()[-1].split())
    # Whoever runs the tests may have been given a low priority already.
    assert after == min(before + niceness, 19)
