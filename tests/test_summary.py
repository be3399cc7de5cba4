"""Replays of several communities by one command: from databases too, and without own training."""

from pathlib import Path
from typing import Any

import orjson
import pytest

import evaluation.opening
import recommender.encoders
from data.errors import UnreadableSource
from evaluation import summary
from recommender.feedranker import SIGNALS, FeedRanker, default_feed_ranker
from tests.communities import new_store, open_encoder
from tests.test_replay_run import community


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(recommender.encoders, "open_encoder", open_encoder)
    monkeypatch.setattr(evaluation.opening, "open_encoder", open_encoder)
    monkeypatch.setenv("WHOKNOWS_CACHE_DIR", str(tmp_path / "cache"))
    store = new_store(tmp_path, "chat.db")
    assert not any(store.apply(community()))
    store.close()
    return tmp_path / "chat.db"


def made(database: Path, *more: str) -> dict[str, Any]:
    out = database.parent / "out"
    summary.main([str(database), "--task", "feed", "--out", str(out), "--questions", "8", *more])
    name = "feed-replay-untrained" if "--untrained" in more else "feed-replay"
    report: dict[str, Any] = orjson.loads((out / f"{name}.json").read_bytes())["chat"]
    told = (out / f"{name}.md").read_text()
    end = " --untrained --keep DIR" if "--untrained" in more else ""
    assert (
        f"`python -m evaluation.summary chat.db --task feed --questions 8{end}`" in told
        and str(database.parent) not in told
    )
    return report


def test_a_database_is_replayed_as_it_lies(database: Path, capsys: Any) -> None:
    before = database.read_bytes()
    report = made(database)
    assert database.read_bytes() == before
    assert report["questions"]["asked"] == 8
    assert report["arranged"] == {"exploration": 0.1, "readers": 3, "most_alike": 2}
    told = (database.parent / "out" / "feed-replay.md").read_text()
    assert "10% of the places drawn by lot" in told
    # Every baseline is compared with, in the community and on macro average, the sums marked.
    for name in report["systems"].keys() - {"whoknows"}:
        assert told.count(f"\n| {name} | ") + told.count(f"\n| {name} (a sum) | ") == 2
    assert "| macro average | mrr | whoknows exceeds it by | p after Holm |" in told
    assert "| macro average | mrr |" in capsys.readouterr().out


def test_without_own_training_the_others_weights_rank(database: Path) -> None:
    keep = database.parent / "keep"
    keep.mkdir()
    default = default_feed_ranker()
    opposite = FeedRanker({name: -default.weights[name] for name in SIGNALS})
    with pytest.raises(UnreadableSource, match="feedtraining"):
        made(database, "--untrained", "--keep", str(keep))
    found = {}
    for name, ranker in (("default", default), ("opposite", opposite)):
        # What was measured with other weights is measured again.
        (keep / "without-chat.feed.json").write_bytes(ranker.to_bytes())
        report = made(database, "--untrained", "--keep", str(keep))
        found[name] = report["systems"]["whoknows"]["mrr"]["mean"]
    assert found["default"] > found["opposite"] + 0.1
    settings = summary.untrained_settings("feed", "chat", keep)
    assert settings.feed_prior == opposite and not settings.own_weights


def test_what_is_not_there_is_a_sentence(capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        summary.main(["none.db", "--task", "similar"])
    assert ended.value.code == 2 and "there is no none.db" in capsys.readouterr().err


def test_names(tmp_path: Path) -> None:
    assert summary.name_of(Path("some/where/chat.db")) == "chat"
    assert summary.name_of(Path("some/where/r.sig")) == "r.sig"
    with pytest.raises(UnreadableSource, match="no such database"):
        summary.database_of(tmp_path / "not.db", tmp_path)
    for wrong in (["a.db", "b/a.db"], ["a", "--untrained"], ["a", "--untrained", "--keep", "b"]):
        with pytest.raises(SystemExit):
            summary.main(wrong)
