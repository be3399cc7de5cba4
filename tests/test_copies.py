"""A working copy holds what the database held, and what is done to it stays there."""

from pathlib import Path

import pytest

from data.copies import copy_database
from data.errors import StoreError
from data.models import Person
from data.store import Store
from recommender.engine import Engine
from tests.asking import told
from tests.communities import NOW, encoders, random_community
from tests.databases import Postgres


def test_a_copy_has_everything_and_gives_nothing_back(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'real.db'}")
    store.apply([Person("ada")])
    uid = store.uid()
    indexes = tmp_path / "real.db.index"
    (indexes / "words").mkdir(parents=True)
    (indexes / "words" / "a.index").write_bytes(b"snapshot")
    target = tmp_path / "copy.db"
    for _ in range(2):
        copy_database(store, target, indexes)
        copy = Store.open(f"sqlite:///{target}")
        assert (copy.uid(), copy.seq()) == (uid, store.seq())
        assert copy.get_person("ada") is not None
        copy.keep_learned({"x": b"y"})
        copy.apply([Person("bob")])
        copy.close()
        kept = tmp_path / "copy.db.index" / "words" / "a.index"
        assert kept.read_bytes() == b"snapshot"
        # Snapshots are replaced, not written into.
        (kept.with_name("new")).write_bytes(b"other")
        kept.with_name("new").replace(kept)
    assert (indexes / "words" / "a.index").read_bytes() == b"snapshot"
    assert store.get_person("bob") is None and store.learned() == {}
    store.close()


def test_where_no_copy_can_be_made_it_is_said(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'real.db'}")
    with pytest.raises(StoreError, match="cannot be copied there"):
        copy_database(store, tmp_path / "nowhere" / "copy.db", tmp_path / "none")
    store.close()
    memory = Store.open("sqlite://")
    with pytest.raises(StoreError, match="in memory"):
        copy_database(memory, tmp_path / "copy.db", tmp_path / "none")
    memory.close()


def test_a_server_is_copied_into_a_file(postgres: Postgres, tmp_path: Path) -> None:
    store = postgres.new_store()
    store.apply(random_community(6).records())
    store.delete_post("t1")
    store.delete_person("p02")
    engine = Engine(store, encoders(), None)
    engine.sync()
    engine.learn(None, NOW)
    # Drawn when first asked for.
    uid = store.uid()
    copy_database(store, tmp_path / "copy.db", None)
    copy = Store.open(f"sqlite:///{tmp_path / 'copy.db'}")
    assert (copy.uid(), copy.seq(), copy.counts()) == (uid, store.seq(), store.counts())
    same = Engine(copy, encoders(), None)
    same.sync()
    assert same.status()["pending"] == 0 and same.statistics is not None
    assert told(same) == told(engine)
    copy.apply([Person("new")])
    assert store.get_person("new") is None
    copy.close()
