"""Snapshots of the indexes on disk: they save time, and nothing else depends on them."""

from datetime import timedelta
from pathlib import Path

from data.models import Post
from data.store import Store
from recommender.engine import Engine
from tests.asking import told
from tests.communities import NOW, WordEncoder, encoders, engine_of, new_store, random_community

DAY = timedelta(days=1)


def _reopened(store: Store, folder: Path, changed: bool = False) -> Engine:
    readers = encoders()
    if changed:
        readers["minilm"] = WordEncoder(64, "another")
    engine = Engine(store, readers, folder)
    engine.open_saved()
    engine.sync()
    return engine


def test_a_snapshot_from_after_the_backup_is_built_anew(tmp_path: Path) -> None:
    store = new_store()
    store.apply([Post("t", "a", NOW - DAY, "lamps")])
    later = Engine(store, encoders(), tmp_path)
    later.sync()
    later.texts.seq += 5
    later.texts.save_snapshot(store.uid())
    earlier = Engine(store, encoders(), tmp_path)
    earlier.texts.open_snapshot(store.uid(), store.seq())
    assert (earlier.texts.seq, len(earlier.texts.words)) == (0, 0)


def test_snapshots_only_save_time(tmp_path: Path) -> None:
    store, folder = new_store(), tmp_path / "index"
    plain = engine_of(random_community(4).records(), store)
    first = _reopened(store, folder)
    first.close()
    files = sorted(folder.rglob("*.index"))
    assert len(files) == 5
    right = told(plain)
    kept = _reopened(store, folder)
    assert kept.texts._saved_at == store.seq() and told(kept) == right
    for file in files:
        whole = file.read_bytes()
        for damage in (
            whole[: len(whole) // 2],
            b"",
            b"xyz" + whole[3:],
            whole[:30] + b"xyz" + whole[33:],
        ):
            file.write_bytes(damage)
            assert told(_reopened(store, folder)) == right
        file.unlink()
        assert told(_reopened(store, folder)) == right
        file.write_bytes(whole)
    other = _reopened(store, folder, changed=True)
    fresh = Engine(store, other.encoders, None)
    fresh.sync()
    assert told(other) == told(fresh) != right
    # Deleted texts leave the disk at once.
    again = _reopened(store, folder)
    again.close()
    store.delete_post("t1")
    again.status()
    assert not list(folder.rglob("*.index"))
