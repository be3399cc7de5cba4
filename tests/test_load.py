"""The load command: what it draws, sends and says; a short run against a real server."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from data.store import Store
from evaluation.benchmarks import load
from evaluation.benchmarks.load_figures import by_kind, goodput, growth, of_kind, recovery
from evaluation.benchmarks.load_page import page
from evaluation.benchmarks.load_plan import BEGIN, MIX, PAUSE, STEPS, Drawing
from evaluation.benchmarks.load_run import NotServed, Outcome, serving
from tests.communities import new_store, random_community


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path, "load.db")
    store.apply(random_community(5, threads=40).records())
    return store


def test_the_mix_is_exact_and_the_rate_is_kept(store: Store) -> None:
    calls = Drawing(store, 3).calls(50.0, 40.0)
    counted = Counter(call.kind for call in calls)
    assert counted == {kind: round(share * 2_000) for kind, share in MIX.items()}
    assert [call.at for call in calls] == sorted(call.at for call in calls)
    assert 36 < calls[-1].at < 44
    again = Drawing(store, 3).calls(50.0, 40.0)
    assert [call.path for call in again] == [call.path for call in calls]


def test_titles_grow_as_somebody_types_them(store: Store) -> None:
    calls = [call for call in Drawing(store, 3).calls(30.0, 60.0) if call.kind == "similar"]
    titles = {post.title for post in store.posts(range(1, 1_000)).values() if post.title}
    typed: dict[tuple[str, str], float] = {}
    grown = 0
    for call in calls:
        assert call.body is not None
        title, who = call.body["title"], call.body["viewer_id"]
        assert any(whole.startswith(title) for whole in titles)
        before = [
            (letters, at)
            for (letters, typist), at in typed.items()
            if typist == who and letters != title and title.startswith(letters)
        ]
        if len(title) > BEGIN:
            grown += 1
            assert any(
                STEPS[0] <= len(title) - len(letters) <= STEPS[1] or title in titles
                for letters, _ in before
            )
            assert any(call.at - at >= PAUSE for _, at in before)
        typed[title, who] = call.at
    assert grown > len(calls) / 2


def test_a_community_without_titles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too little to ask"):
        Drawing(new_store(tmp_path, "empty.db"), 1)


def _outcomes() -> list[Outcome]:
    answered = [Outcome("feed", float(n), n / 100, 200) for n in range(1, 101)]
    refused = [Outcome("feed", 5.0, 0.001, 503, "1"), Outcome("feed", 6.0, 0.001, 503)]
    return [*answered, *refused, Outcome("write", 7.0, 0.002, 0)]


def test_figures() -> None:
    feeds, writes, every = by_kind(_outcomes())
    assert (feeds.name, feeds.count, feeds.answered, feeds.shed, feeds.failed) == (
        "feed",
        102,
        100,
        1,
        1,
    )
    assert feeds.ms == pytest.approx((505.0, 950.5, 990.1))
    assert (writes.failed, every.count) == (1, 103)
    assert goodput(_outcomes(), 50.0) == 49 / 50
    assert of_kind("none", []).count == 0
    # The last one slower than .5 s came at 100, that refused at 6.
    assert recovery(_outcomes(), 0.0, 0.5) == 100.0
    assert recovery(_outcomes(), 0.0, 2.0) == 7.0
    assert recovery(_outcomes(), 8.0, 2.0) == 0.0


def test_growth_is_that_of_the_later_half() -> None:
    counts = [10_000 * n for n in range(1, 11)]
    filling_up = [500_000_000 - 40_000 * max(0, 50_000 - done) for done in counts]
    assert growth(counts, filling_up) == pytest.approx(0.0, abs=1e-3)
    assert growth(counts, [7 * done for done in counts]) == pytest.approx(7.0)


def test_a_server_that_does_not_start_is_told(store: Store) -> None:
    assert store.database.path is not None
    with (
        pytest.raises(NotServed),
        serving(store.database.path, {"WHOKNOWS_ENGLISH_ENCODER": "/none"}),
    ):
        pass


def test_a_short_run_by_the_command(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = [str(store.database.path), "--rate", "5", "--minutes", "0.1", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["load", *asked])
    # On a busy machine too.
    monkeypatch.setenv("WHOKNOWS_PATIENCE", "60")
    before = store.seq()
    load.main()
    told = json.loads((tmp_path / "load.json").read_text())["steady"]
    every = told["kinds"][-1]
    counts = {kind["name"]: kind["count"] for kind in told["kinds"]}
    # Each feed tells what it has shown.
    assert counts["shown"] == counts["feed"] == 21
    assert every["count"] == every["answered"] == 30 + 21
    assert told["resident_mb"] > 50
    assert (tmp_path / "load.md").read_text() == page({"steady": told})
    assert "| all | 51 | 51 | 0 | 0 |" in capsys.readouterr().out
    # What it writes goes into the copy.
    assert store.seq() == before


def test_the_page_tells_every_trial() -> None:
    kinds = [{"name": name, "count": 3, "ms": [1.0, 2.0, 3.0]} for name in ("feed", "all")]
    for kind in kinds:
        kind |= {"answered": 2, "shed": 1, "failed": 0}
    told = page(
        {
            "capacity": {"conditions": "here", "rate": 20.0, "p99_ms": 90.0, "trial_s": 20.0},
            "overload": {
                "conditions": "here",
                "highest": 20.0,
                "rate": 60.0,
                "minutes": 1.0,
                "kinds": kinds,
                "goodput": 18.0,
                "before": kinds[1],
                "after": kinds[1],
                "recovery_s": 0.5,
                "unready_from_s": 0.7,
                "ready_again_s": 2.1,
                "polls": 100,
                "lively": 99,
                "slowest_ms": 12.5,
                "resident_mb": 900,
            },
            "slots": {
                "conditions": "here",
                "callers": 16,
                "tried": [{"slots": number, "rate": 7.5, "kinds": kinds} for number in (1, 40)],
            },
            "memory": {
                "conditions": "here",
                "requests": 100_000,
                "failed": 0,
                "rate": 50.0,
                "points": [[10_000, 900.0], [20_000, 900.5]],
                "bytes_a_request": 12.5,
            },
        }
    )
    assert "Answered: 18.0 a second, 90 % of the highest rate." in told
    assert "`--slots 1,40`" in told and "| 40 | 7.5 | 1.0 / 3.0 | 1.0 / 3.0 |" in told
    assert "| 20000 | 900.5 |" in told and "12.5 bytes a request" in told
    assert "99 of 100 times, at the latest after 12.5 ms" in told
