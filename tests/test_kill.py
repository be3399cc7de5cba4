"""kill -9 during an import, again and again: what is left goes on to a clean import's answers."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from data.importing import import_path
from data.store import Store
from recommender.engine import Engine
from tests.asking import answers, flattened
from tests.communities import encoders, new_store, random_community
from tests.databases import url_of
from tests.exports import write_folder

pytestmark = pytest.mark.usefixtures("each_database")

ROOT = Path(__file__).parents[1]

SCRIPT = """
import sys
from pathlib import Path
import data.importing
from data.store import Store
from recommender.engine import Engine
from tests.communities import encoders


data.importing.BATCH = 15
store = Store.open(sys.argv[1])
engine = Engine(store, encoders(), Path(sys.argv[3]))
engine.open_saved()
def embed():
    engine.sync()
    engine.close()
def progress(done, total):
    print(done, flush=True)
report = data.importing.import_path(store, Path(sys.argv[2]), embed=embed, on_progress=progress)
print("done", sum(report.accepted.values()), flush=True)
"""


def _run(url: str, folder: Path, index: Path, steps: int | None, wait: float) -> str:
    """Import in another process, killed `wait` seconds after `steps` batches; its last line."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, url, str(folder), str(index)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    last = ""
    for count, line in enumerate(process.stdout, start=1):
        last = line.strip()
        if steps is not None and count >= steps:
            try:
                process.wait(wait)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    process.wait()
    return last


def _told(engine: Engine) -> object:
    return [flattened(answers(engine, who)) for who in (None, "p01", "p06")]


def test_killed_and_restarted_equals_a_clean_import(tmp_path: Path) -> None:
    records = random_community(13, threads=60).records()
    folder = write_folder(tmp_path / "export", records)
    clean = new_store(tmp_path, "clean.db")
    whole = import_path(clean, folder)
    store = new_store(tmp_path, "killed.db")
    url, index = url_of(store), tmp_path / "index"
    rng = Random(1)
    for kill in range(4):
        # Batches that an earlier run took in are told of too.
        _run(url, folder, index, 6 * kill + rng.randrange(2, 7), rng.random() * 0.08)
        assert store.counts()["posts"] + store.counts()["people"] > 0
    last = _run(url, folder, index, None, 0.0)
    assert last == f"done {sum(whole.accepted.values())}"
    assert store.counts() == clean.counts()
    mended, fresh = Engine(store, encoders(), index), Engine(clean, encoders(), None)
    mended.open_saved()
    mended.sync()
    fresh.sync()
    assert mended.status()["pending"] == 0
    assert _told(mended) == _told(fresh)
    again = Store.open(url)
    assert again.seq() == store.seq()
