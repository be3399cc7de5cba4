"""A whole replay, from a database to a folder of figures: all tasks, interrupted and gone on with.

The encoders are the cheap ones of `tests.communities`; no model is loaded.
"""

import json
import signal
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import ir_measures
import orjson
import pytest
from typer.testing import CliRunner

import evaluation.opening
import evaluation.replay
import recommender.encoders
from api.cli import app
from api.stopping import Stopped
from data.models import Link, Post, Record
from evaluation.replay import NothingToReplay, run
from evaluation.report import OURS
from tests.communities import START, new_store, open_encoder, sentence

PEOPLE = [f"p{n}" for n in range(8)]


def community() -> list[Record]:
    """Ninety threads, two a day; whoever likes a subject replies to it within the day."""
    rng = Random(7)
    records: list[Record] = []
    for n in range(90):
        created = START + timedelta(hours=12 * n)
        topic = rng.randrange(4)
        text = sentence(rng, topic)
        asker = rng.choice(PEOPLE)
        records.append(Post(f"q{n}", asker, created, text, title=text, thread=f"q{n}"))
        for person in (PEOPLE[topic], PEOPLE[topic + 4], rng.choice(PEOPLE)):
            if person != asker:
                at = created + timedelta(hours=rng.randrange(1, 40))
                id_ = f"q{n}-{person}-{at:%d%H}"
                body = sentence(rng, topic)
                records.append(
                    Post(id_, person, at, body, kind="reply", parent=f"q{n}", thread=f"q{n}")
                )
        if n > 10 and n % 4 == 0:
            records.append(Link(f"q{n}", f"q{n - rng.randrange(1, 9)}", "related"))
    records.append(Post("end", "p0", START + timedelta(days=120), "bye", thread="end"))
    return records


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(recommender.encoders, "open_encoder", open_encoder)
    monkeypatch.setattr(evaluation.opening, "open_encoder", open_encoder)
    monkeypatch.setenv("WHOKNOWS_CACHE_DIR", str(tmp_path / "cache"))
    store = new_store(tmp_path)
    assert not any(store.apply(community()))
    store.close()
    return f"sqlite:///{tmp_path / 'community.db'}"


def quality(report: dict[str, Any]) -> dict[str, Any]:
    """A report without what a clock says."""
    return {
        task: {name: value for name, value in of.items() if not name.endswith("_ms")}
        for task, of in report.items()
    }


def test_all_tasks(url: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = run(None, url, "all", out)
    assert set(report) == {"experts", "feed", "similar"}
    for task, of in report.items():
        assert of["task"] == task and OURS in of["systems"] and of["to_beat"] in of["systems"]
        assert of["primary"] in of["systems"][OURS]
        assert set(of["difference"]) == set(of["systems"]) - {OURS}
        qrels = list(ir_measures.read_trec_qrels(str(out / f"{task}.qrels")))
        for name, measures in of["systems"].items():
            rankings = list(ir_measures.read_trec_run(str(out / f"{task}.{name}.run")))
            for ours, theirs in (("mrr", "RR"), ("hit@10", "Success@10"), ("ndcg@10", "nDCG@10")):
                if ours in measures:
                    measure = ir_measures.parse_measure(theirs)
                    found = ir_measures.calc_aggregate([measure], qrels, rankings)[measure]
                    assert found == pytest.approx(measures[ours]["mean"]), (task, name, ours)
    assert orjson.loads((out / "report.json").read_bytes()) == orjson.loads(orjson.dumps(report))
    # Whoever replies to everything of their subject is found by every system that knows subjects.
    assert report["experts"]["systems"]["random"]["mrr"]["mean"] < 0.7
    assert report["experts"]["systems"]["zsum"]["mrr"]["mean"] > 0.7
    left = {file.name for file in out.iterdir()}
    assert not any(name.endswith((".db", ".index")) for name in left)
    assert {"experts.jsonl", "feed.jsonl", "similar.jsonl", "report.json"} < left
    # Nothing that the real database learned is touched.
    store = new_store(tmp_path, "other.db")
    assert store.learned() == {}
    store.close()


def test_a_run_that_was_interrupted_goes_on(url: str, tmp_path: Path) -> None:
    whole = run(None, url, "all")
    out = tmp_path / "out"
    for stop_at in ("experts", "similar"):

        def interrupt(stage: str, done: int, total: int, at: str = stop_at) -> None:
            if stage == at and done == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(None, url, "all", out, interrupt)
    told: list[tuple[str, int]] = []
    again = run(None, url, "all", out, lambda stage, done, total: told.append((stage, done)))
    assert quality(again) == quality(whole)
    assert ("similar", 4) in told and ("similar", 3) not in told
    assert not any(stage == "experts" for stage, _ in told)


def test_the_validation_window_comes_before_the_test_window(url: str) -> None:
    early = run(None, url, "all", window="validation")
    late = run(None, url, "all")
    for task in ("experts", "feed", "similar"):
        assert early[task]["conditions"]["window"] == "validation"
        assert early[task]["systems"] != late[task]["systems"]


def test_at_most_so_many_questions(url: str) -> None:
    report = run(None, url, "all", questions=5)
    for of in report.values():
        assert of["questions"]["asked"] == 5 or of["questions"]["in_window"] < 5
        assert of["conditions"]["most_queries"] == 5


def test_a_task_without_data_says_so(url: str, tmp_path: Path) -> None:
    store = new_store(tmp_path, "quiet.db")
    store.apply([r for r in community() if not isinstance(r, Link)])
    store.close()
    quiet = f"sqlite:///{tmp_path / 'quiet.db'}"
    report = run(None, quiet, "all")
    assert set(report["similar"]) == {"task", "nothing"}
    assert "systems" in report["experts"]
    with pytest.raises(NothingToReplay, match="linked"):
        run(None, quiet, "similar")
    new_store(tmp_path, "empty.db").close()
    with pytest.raises(NothingToReplay, match="no thread"):
        run(None, f"sqlite:///{tmp_path / 'empty.db'}", "all")


@pytest.mark.parametrize("posts", [0, 2])
def test_a_replay_of_too_little_leaves_nothing_of_the_export(
    url: str, tmp_path: Path, posts: int
) -> None:
    """What was imported of it lay in DIR for good, with everybody's texts."""
    export, out = tmp_path / "export", tmp_path / "out"
    export.mkdir()
    lines = [
        json.dumps({"id": f"q{n}", "author": "a", "created": "2024-01-01", "body": "lamps"})
        for n in range(posts)
    ]
    (export / "posts.jsonl").write_text("\n".join(lines))
    (export / "people.jsonl").write_text('{"id": "a"}')
    with pytest.raises(NothingToReplay, match="30 days" if posts else "no thread"):
        run(export, url, "experts", out)
    assert not list(out.glob("*.db*"))


def test_the_command(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", url)
    asked = ["replay", "--task", "similar", "--questions", "3", "--out", str(tmp_path / "o")]
    done = CliRunner().invoke(app, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["questions"]["asked"] == 3
    shown = CliRunner().invoke(app, asked)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("similar: mrr@10 over 3 of ") and "after Holm" in shown.stdout
    assert CliRunner().invoke(app, [*asked, "--questions", "0"]).exit_code == 2
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    done = CliRunner().invoke(app, ["replay"])
    assert done.exit_code == 1 and len(done.stderr.strip().splitlines()) == 1


def test_a_replay_that_is_ended_leaves_no_copy_of_the_database(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stayed in DIR with everybody's texts, also of who was deleted since, until one went on."""
    out = tmp_path / "out"

    def ended(*_: object) -> None:
        assert (out / "replay-copy.db").exists()
        # As by a signal; sent in earnest it ends pytest where other tests' libraries have left the
        # process a stack for signals that is too small.
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr(evaluation.replay, "measure", ended)
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", url)
    ran = CliRunner().invoke(app, ["replay", "--out", str(out)])
    assert ran.exit_code == 143 and "Stopped." in ran.stderr
    assert list(out.iterdir()) == []
