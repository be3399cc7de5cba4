"""What was deleted is not on the disk any more when the call returns, nor in SQLite's log."""

import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import api.app
from api.settings import Settings
from data.models import Interaction, Person, Post
from data.store import Deletion, Store
from recommender.engine import Engine
from recommender.settings import EngineSettings
from tests.communities import START, encoders, new_store

SAID = ("Xyzzyquux", "Plughtag", "Frobozz", "Gnusto")


def written(folder: Path) -> tuple[Store, Path]:
    """A store with what shall be deleted, and a little else."""
    store = new_store(folder)
    assert store.database.path is not None
    others = [Post(f"x{i}", "a", START, f"plain {i}") for i in range(20)]
    author = Person("z", name="Frobozz Nitfol", about="Gnusto of the spells")
    post = Post("s", "z", START, "Xyzzyquux confidential", title="t", tags=("Plughtag",))
    store.apply([*others, author, post])
    assert on_disk(folder) == set(SAID)
    return store, store.database.path.with_name("community.db-wal")


def on_disk(folder: Path) -> set[str]:
    held = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    return {word for word in SAID if word.encode() in held}


def test_what_is_deleted_is_gone_from_the_file_and_its_log(tmp_path: Path) -> None:
    """The log held it for as long as little was written: days."""
    store, log = written(tmp_path)
    store.delete_post("s")
    assert on_disk(tmp_path) == {"Frobozz", "Gnusto"}
    store.delete_person("z")
    assert on_disk(tmp_path) == set()
    # Only deleting waits for that.
    store.put_post(Post("y", "a", START, "plain"))
    assert log.stat().st_size > 0
    store.close()


def test_what_is_taken_back_is_gone_from_there_too(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.apply([Post(f"x{i}", "a", START, f"plain {i}") for i in range(20)])
    store.apply([Interaction("a", "x1", "tried", value="Xyzzyquux", extra={"why": "Frobozz"})])
    assert on_disk(tmp_path) == {"Xyzzyquux", "Frobozz"}
    store.withdraw("a", "x1", "tried")
    assert on_disk(tmp_path) == set()
    store.close()


def test_a_deletion_at_the_door_leaves_nothing_beside_the_file_either(tmp_path: Path) -> None:
    store, _ = written(tmp_path)
    engine = Engine(store, encoders(), tmp_path / "index", EngineSettings())
    engine.sync()
    engine.close()
    app = api.app.create_app(store, engine, Settings())
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1)) as client:
        for path in ("posts/s", "people/z"):
            assert client.delete(f"/v1/{path}").status_code == 204
        assert on_disk(tmp_path) == set()
    store.close()


def test_what_was_taken_back_or_chosen_by_the_deleted_is_on_no_disk(tmp_path: Path) -> None:
    store, _ = written(tmp_path)
    engine = Engine(store, encoders(), tmp_path / "index", EngineSettings())
    app = api.app.create_app(store, engine, Settings())
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1)) as client:

        def choose(*topics: str) -> set[str]:
            answer = client.put("/v1/people/z/topics", json={"topics": topics})
            assert answer.json()["topics"] == list(topics)
            engine.close()
            held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
            return {word for word in ("Leathergoddess", "Wishbringer") if word.encode() in held}

        assert choose("Leathergoddess", "Wishbringer") == {"Leathergoddess", "Wishbringer"}
        assert choose("Wishbringer") == {"Wishbringer"}
        assert client.delete("/v1/people/z").status_code == 204
        held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        assert b"Wishbringer" not in held
    store.close()


def test_who_reads_meanwhile_is_not_waited_for_long_but_until_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.app, "LOOK_AGAIN", 0.05)
    store, _ = written(tmp_path)
    other = Store.open(store.database.url.render_as_string())
    engine = Engine(store, encoders(), None, EngineSettings())
    app = api.app.create_app(store, engine, Settings())
    with other.database.one_moment(), TestClient(app):
        assert other.get_post("s") is not None
        began = time.monotonic()
        store.apply([Deletion("post", "s"), Deletion("person", "z")])
        assert time.monotonic() - began < 5.0
        assert other.get_post("s") is not None
        assert on_disk(tmp_path) == set(SAID)
    with TestClient(app):
        for _ in range(100):
            if not on_disk(tmp_path):
                break
            time.sleep(0.05)
    assert on_disk(tmp_path) == set()
    store.close()
    other.close()
