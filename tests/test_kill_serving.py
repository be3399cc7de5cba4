"""kill -9 of the server 20 times while it takes an import in and is asked: nothing is lost."""

import sqlite3
import sys
from pathlib import Path

import pytest

from evaluation.benchmarks.killing import Killing
from tests.communities import encoders, random_community
from tests.exports import write_folder

PROGRAM = """
import sys
sys.path.insert(0, {root!r})
import data.importing
import recommender.following
from tests.communities import encoders
from api.cli import main

data.importing.BATCH = 40
made = encoders()
recommender.following.open_encoder = lambda name, *device: made[name]
main()
"""


@pytest.mark.timeout(600)
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
