"""The measuring of size: slices are what they should be, figures add up, no text gets out."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

import evaluation.benchmarks.recall as recall
import evaluation.benchmarks.scale as scale
import evaluation.benchmarks.slices as slices
from data.store import Store
from evaluation.benchmarks.scale_asking import KINDS, Questions
from evaluation.benchmarks.scale_page import write_results
from recommender.engine import Engine
from tests.communities import NOW, encoders, new_store, random_community

WEEK = 7 * 86_400
LATENCY = {"p50": 3.0, "p95": 5.0, "p99": 6.0, "per_s": 300.0, "cpu_ms": 2.0, "first": 9.0}
MEMORY = {"resident": 900_000_000, "own": 600_000_000, "files": 300_000_000, "most": 950_000_000}
WRITE = {"posts": 5, "asked_again": 0, "unanswered": 0} | {
    name: {"p50": 40.0, "p95": 60.0, "p99": 70.0}
    for name in ("acknowledged", "in_the_answer", "whole")
}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A community's database with everything embedded, by encoders that cost nothing."""
    made = encoders()
    monkeypatch.setattr(slices, "open_encoders", lambda settings: made)
    monkeypatch.setattr(recall, "open_encoder", lambda name: made[name])
    store = new_store(tmp_path, "source.db")
    store.apply(random_community(3, threads=60).records(), received=NOW)
    Engine(store, made, None).sync()
    store.close()
    return tmp_path / "source.db"


def test_a_slice_is_the_first_posts_with_their_vectors(source: Path, tmp_path: Path) -> None:
    now, folder = NOW + timedelta(days=900), tmp_path / "slice"
    folder.mkdir()
    slices.write_slice(source, 70, folder / slices.COMMUNITY, now)
    made = slices.import_slice(source, folder)
    # Of what is a thread's root here and was a reply there another lane may be wanted.
    assert made.posts == 70 and made.encoded <= 3 and made.database_bytes > 0
    assert made.peak_bytes > made.index_bytes > 0
    before, after = _times(source), _times(folder / slices.DATABASE)
    assert len(after) == 70
    moved = {(new - old).total_seconds() for old, new in zip(before, after, strict=False)}
    # By whole weeks, but for what is cut off below a second.
    assert all(abs(seconds - WEEK * round(seconds / WEEK)) <= 1 for seconds in moved)
    assert timedelta(0) <= now - after[-1] < timedelta(days=7, seconds=1)


def _times(database: Path) -> list[datetime]:
    store = Store.open(f"sqlite:///{database}")
    keys = store.changes(0).posts[:, 0].tolist()
    times = sorted(post.created for post in store.posts(keys).values())
    store.close()
    return times


def test_no_two_questions_are_of_the_same_text(source: Path) -> None:
    questions = Questions(source, 1)
    asked = [orjson.dumps(one) for kind in KINDS[:-1] for one in questions.of(kind, 200)]
    assert len(set(asked)) == 800
    assert asked == [
        orjson.dumps(one)
        for again in [Questions(source, 1)]
        for kind in KINDS[:-1]
        for one in again.of(kind, 200)
    ]
    new = questions.new_posts("new")
    posts = [next(new)[1] for _ in range(50)]
    assert len({post["body"] for post in posts}) == 50 and all(post["author"] for post in posts)


def _slice(posts: int) -> dict[str, Any]:
    made = {
        "posts": posts, "roots": posts // 10, "people": 50, "import_s": 1.0, "vectors_s": 2.0,
        "save_s": 0.1, "whole_s": 5.0, "load": [1.0, 2.0], "peak_bytes": 5 * 10**8,
        "encoded": 0, "database_bytes": 2_500 * posts, "index_bytes": 1_500 * posts,
        "commit": "abc",
    }  # fmt: skip
    latencies = dict.fromkeys(KINDS, LATENCY)
    reading = {kind: {"p50": 3.0, "p95": 5.0, "p99": 6.0} for kind in ("who knows", "feed")}
    importing = WRITE | {"reading": reading, "ran_throughout": True}
    measured = {
        "commit": "abc", "sources": "x", "load": 1.0, "yardstick_ms": 30.0,
        "yardstick_after_ms": 31.0, "restarts_s": [3.0, 4.0, 11.0], "stop_s": 1.0,
        "1 callers": latencies, "4 callers": latencies,
        "memory": {"ready": MEMORY, "asked": MEMORY},
        "writing": {
            "quiet": WRITE, "importing": importing,
            "after_kill_s": 5.0, "after_both_killed_s": 6.0,
        },
    }  # fmt: skip
    return {"made": made, "learn_s": None, "measured": measured}


def test_the_page_says_what_was_missed(tmp_path: Path) -> None:
    told = {
        "conditions": "2 cores", "requests": 10, "new_posts": 5, "seed": 1, "callers": 4,
        "empty": MEMORY | {"resident": 500_000_000, "files": 200_000_000},
        "slices": [_slice(10_000), _slice(956_250)],
    }  # fmt: skip
    write_results(told, tmp_path)
    page = (tmp_path / "scale.md").read_text()
    assert "| restart to ready, s | 10 | 11 | missed |" in page
    assert "| who knows, p50 ms | 25 | 3 |  |" in page
    # 400 MB more than an empty one, over 10,000 posts.
    assert "| 10,000 | 1,000 | 2,500 | 1,500 | 40,000 | 10,000 | 100 | 300 | 2,000 |" in page
    assert (tmp_path / "scale.svg").read_text().count("<svg") == 1
    first = (tmp_path / "scale.svg").read_bytes()
    write_results(told, tmp_path)
    assert (tmp_path / "scale.svg").read_bytes() == first


def test_an_export_is_imported_once_and_its_import_timed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's figures of one community came of no one command."""
    ran = []

    def run(database: Path, *arguments: str) -> float:
        ran.append(arguments)
        database.write_bytes(source.read_bytes())
        return 125.4

    monkeypatch.setattr(scale, "_ran", run)
    assert scale.embedded(source, tmp_path) == (source, None)
    assert scale.sizes_of(None) == scale.SIZES and not ran
    export = tmp_path / "export"
    export.mkdir()
    for _ in range(2):
        database, imported = scale.embedded(export, tmp_path)
        assert imported is not None and database == tmp_path / "whole.db"
        assert ran == [("import", str(export))]
        assert scale.sizes_of(imported) == (imported["posts"],)
        assert imported["seconds"] == 125.4 and imported["database_bytes"] > 0
    told = {
        "conditions": "2 cores", "requests": 10, "new_posts": 5, "seed": 1, "callers": 4,
        "empty": MEMORY, "slices": [_slice(10_000)], "imported": {**imported, "posts": 36_990},
    }  # fmt: skip
    write_results(told, tmp_path)
    assert "took 2 min 5 s for 36,990 posts" in (tmp_path / "scale.md").read_text()


def test_recall_is_told_of_what_an_exact_scan_finds(source: Path, tmp_path: Path) -> None:
    told = recall.run(source, 8, 1)
    shares = {(one["mask"], one["share"]) for one in told["found"]}
    assert {("rows", share) for share in recall.SHARES} | {("spaces", 0.5)} <= shares
    for one in told["found"]:
        # So few are compared in full, on a grid of 2^-12.
        assert one["recall"] >= 0.97 and one["worst"] >= 0.8
    text = "\n".join(recall.page(told))
    assert "spotlight" not in text and "| minilm |" in text


def test_what_is_not_found_lowers_recall(source: Path, tmp_path: Path) -> None:
    made = encoders()["minilm"]
    store = Store.open(f"sqlite:///{source}")
    lane = recall.Lane(store, store.changes(0), "minilm", made, tmp_path)
    store.close()
    allowed = np.ones(int(lane.rows.max()) + 1, dtype=bool)
    mask = ("rows", 1.0, allowed)
    assert recall.measure(lane, lane.exact[:9], 4, mask).recall > 0.97
    lane.index.remove(lane.rows[::2])
    assert recall.measure(lane, lane.exact[:9], 4, mask).recall < 0.8
