"""kill -9 of the server 20 times while it takes an import in and is asked: nothing is lost."""

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest

from data.importing import import_path
from data.store import Store
from evaluation.benchmarks.killing import Killing
from evaluation.benchmarks.killing_check import (
    SOURCE,
    Bulk,
    bulks_of,
    differences,
    index_differences,
)
from recommender.engine import Engine
from tests.communities import encoders, random_community
from tests.exports import write_folder

PROGRAM = """
import sys
sys.path.insert(0, {root!r})
import data.importing
import recommender.encoders
from tests.communities import encoders
from api.cli import main

data.importing.BATCH = 40
made = encoders()
recommender.encoders.open_encoder = lambda name, *device: made[name]
main()
"""


@pytest.mark.timeout(900)
def test_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    """The real program over HTTP and as a command; its encoders alone are cheap ones."""
    folder = write_folder(tmp_path / "export", random_community(17, threads=400).records())
    program = [sys.executable, "-c", PROGRAM.format(root=str(Path(__file__).parents[1]))]
    killing = Killing(folder, tmp_path, program, encoders())
    outcome = killing.run(20)
    assert outcome.faults == ()
    assert outcome.kills == 21 and outcome.sent_again > 5 and outcome.answers > 100
    with sqlite3.connect(killing.database) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def _taken_in(database: Path, folder: Path, bulks: Sequence[Bulk]) -> Store:
    store = Store.open(f"sqlite:///{database}")
    for bulk in bulks:
        store.apply(bulk.records)
    import_path(store, folder, source=SOURCE)
    return store


def test_what_is_lost_or_doubled_is_seen(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "export", random_community(17, threads=40).records())
    bulks = bulks_of(folder, Random(1))
    # What is sent again changes nothing, and is no difference.
    _taken_in(tmp_path / "whole.db", folder, [*bulks[:3], bulks[2], *bulks[3:]]).close()
    assert differences(tmp_path / "whole.db", folder, bulks) == []
    _taken_in(tmp_path / "less.db", folder, [*bulks[:3], *bulks[4:]]).close()
    told = differences(tmp_path / "less.db", folder, bulks)
    assert any(sentence.startswith("posts: ") for sentence in told)
    store = _taken_in(tmp_path / "more.db", folder, bulks)
    with store.database.writing() as transaction:
        again = "INSERT INTO versions (pk, post, since, seq) SELECT 99999, post, since, seq"
        transaction.connection.exec_driver_sql(f"{again} FROM versions LIMIT 1")
    store.close()
    assert differences(tmp_path / "more.db", folder, bulks) == ["texts: 0 are missing, 1 too many"]


@pytest.mark.parametrize("part", ["minilm", "multilingual", "words", "titles"])
def test_an_index_that_lacks_a_text_is_seen(part: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "export", random_community(17, threads=40).records())
    store = _taken_in(tmp_path / "kept.db", folder, bulks_of(folder, Random(1)))
    engine = Engine(store, encoders(), tmp_path / "kept.db.index")
    engine.sync()
    engine.close()
    assert index_differences(tmp_path / "kept.db", encoders()) == []
    texts = engine.texts
    index = {**texts.dense, "words": texts.words, "titles": texts.titles}[part]
    rows = np.arange(2_000)
    index.remove(rows[index.has(rows)][:1])
    texts._saved_at = -1
    engine.close()
    store.close()
    told = index_differences(tmp_path / "kept.db", encoders())
    assert len(told) == 1 and part in told[0] and "other rows" in told[0]
