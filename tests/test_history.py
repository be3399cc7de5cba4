"""A database that goes back: what was lost must not live on in memory or on the disk."""

from pathlib import Path

import pytest

from data.copies import copy_database
from data.models import Post
from data.server import Standby
from data.store import Store
from recommender.engine import Engine
from recommender.settings import EngineSettings
from tests.asking import told
from tests.communities import START, encoders, new_store, random_community


def _post(name: str, space: str | None = None) -> Post:
    return Post(name, "p01", START, f"spotlight glass {name}", title=name, space=space)


def _engine(store: Store, folder: Path | None = None) -> Engine:
    engine = Engine(store, encoders(), folder, EngineSettings())
    engine.sync()
    return engine


@pytest.fixture
def twin(tmp_path: Path) -> tuple[Store, Store]:
    """A store, and what a standby had of it when it was lost."""
    store = new_store(tmp_path)
    store.apply(random_community(4).records())
    _engine(store)
    copy_database(store, tmp_path / "standby.db", None)
    return store, Store.open(f"sqlite:///{tmp_path / 'standby.db'}")


@pytest.mark.parametrize("later", [0, 1, 2])
def test_what_was_lost_is_forgotten(twin: tuple[Store, Store], later: int) -> None:
    lost, left = twin
    engine = _engine(lost)
    lost.apply([_post("lost")])
    engine.sync()
    # Fewer transactions than were lost, as many, or more: the numbers are given out again.
    for number in range(later):
        left.apply([_post(f"kept{number}")])
        _engine(left)
    engine.store.database = left.database
    assert told(engine) == told(_engine(left))
    assert "lost" not in str(told(engine))
    left.apply([_post("next")])
    engine.sync()
    assert told(engine) == told(_engine(left))


def test_snapshots_of_what_was_lost_are_not_opened(
    twin: tuple[Store, Store], tmp_path: Path
) -> None:
    lost, left = twin
    lost.apply([_post("lost")])
    _engine(lost, tmp_path / "index").close()
    left.apply([_post("kept")])
    right = told(_engine(left))
    settings = EngineSettings(index_folder=tmp_path / "index")
    engine = Engine.open(left, settings)
    engine.close()
    assert engine.status()["pending"] == 0 and told(_engine(left)) == right


def test_who_was_long_away_reads_anew(
    twin: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.history.MARKS", 4)
    store, _ = twin
    engine = _engine(store)
    for number in range(6):
        store.apply([_post(f"new{number}")])
    engine.sync()
    assert told(engine) == told(_engine(store))


def test_a_server_that_lags_behind_takes_nothing_away(
    twin: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, behind = twin
    engine = _engine(ahead)
    ahead.apply([_post("new")])
    engine.sync()
    right, community, database = told(engine), engine.community, ahead.database
    monkeypatch.setattr(behind.database, "standby", lambda: Standby(True, 1.0))
    engine.store.database = behind.database
    told(engine)
    assert engine.community is community
    engine.store.database = database
    assert told(engine) == right and engine.community is community
