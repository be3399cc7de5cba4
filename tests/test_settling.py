"""Saving in parts, and holding what is saved as a map of its file."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from data.models import Post
from embeddings import indexfile
from embeddings.dense import DenseIndex
from recommender import following
from recommender.engine import Engine
from tests.asking import told
from tests.communities import NOW, encoders, new_store, random_community


def test_an_array_written_in_parts_is_the_array(tmp_path: Path) -> None:
    whole = np.arange(30, dtype=np.int16).reshape(10, 3)
    parts = indexfile.Streamed("<i2", (10, 3), lambda: (whole[i : i + 4] for i in (0, 4, 8)))
    other = np.arange(7)
    indexfile.write(tmp_path / "x.index", {"n": 1}, {"a": other, "b": parts, "c": other})
    facts, arrays = indexfile.read(tmp_path / "x.index")
    assert facts == {"n": 1}
    np.testing.assert_array_equal(arrays["b"], whole)
    for name in "ac":
        np.testing.assert_array_equal(arrays[name], other)
    short = indexfile.Streamed("<i2", (10, 3), lambda: [whole[:9]])
    with pytest.raises(ValueError, match="shape"):
        indexfile.write(tmp_path / "y.index", {}, {"b": short})
    assert [file.name for file in tmp_path.iterdir()] == ["x.index"]
    # What is let go of is read again.
    indexfile.let_go(arrays["b"])
    np.testing.assert_array_equal(arrays["b"], whole)
    indexfile.let_go(whole)


def test_what_is_put_while_a_file_is_written_changes_nothing_of_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((40, 8)).astype(np.float32)
    index = DenseIndex(8)
    index.put(np.arange(20), vectors[:20])
    saved = index._shelves[0].saved()["vectors"]
    assert isinstance(saved, indexfile.Streamed)
    before = np.concatenate(list(saved.parts()))
    index.remove(np.arange(10))
    index.put(np.arange(5, 25), vectors[20:])
    np.testing.assert_array_equal(np.concatenate(list(saved.parts())), before)


def test_what_settles_answers_alike_and_is_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = new_store(tmp_path), tmp_path / "index"
    store.apply(random_community(6).records(), received=NOW)
    engine = Engine(store, encoders(), folder)
    engine.sync()
    right = told(engine)
    engine.settle()
    assert not list(folder.rglob("*.index"))
    monkeypatch.setattr(following, "SETTLED_AFTER", engine.texts.unsaved)
    engine.settle()
    assert len(list(folder.rglob("*.index"))) == 5 and engine.texts.unsaved == 0
    shelf = engine.texts.dense["minilm"]._shelves[0]
    assert len(shelf._base) and not len(shelf._tail) and not shelf._base.flags.writeable
    assert told(engine) == right
    moment = NOW - timedelta(days=1)
    store.apply([Post("next", "p01", moment, "spotlight glass", title="glass")])
    store.delete_post("t3")
    engine.sync()
    fresh = Engine(store, encoders(), None)
    fresh.sync()
    assert told(engine) == told(fresh) != right
    # A process that is cut off now begins with what had settled, but for what was deleted.
    assert not list(folder.rglob("*.index"))
    monkeypatch.setattr(following, "SETTLED_AFTER", 1)
    engine.settle()
    again = Engine(store, encoders(), folder)
    again.open_saved()
    assert again.texts.seq == again.community.seq == store.seq()
    again.sync()
    assert told(again) == told(fresh)
