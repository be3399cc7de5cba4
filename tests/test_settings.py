"""Settings of ranking: read from the environment, checked, handed to the engine."""

import pytest

from api.commands.opening import BadSettings, engine_settings, read_settings
from recommender.ranker import RankingSettings
from recommender.settings import FeedSettings


def test_ranking_is_told_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_settings(read_settings()).ranking == RankingSettings()
    monkeypatch.setenv("WHOKNOWS_NEWCOMERS", "1.5")
    monkeypatch.setenv("WHOKNOWS_QUICKNESS", "false")
    monkeypatch.setenv("WHOKNOWS_FALSE_ALARMS", "0.1")
    assert engine_settings(read_settings()).ranking == RankingSettings(1.5, False, 0.1)


def test_feeds_are_told_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_settings(read_settings()).feed == FeedSettings()
    monkeypatch.setenv("WHOKNOWS_EXPLORATION", "0")
    monkeypatch.setenv("WHOKNOWS_SPREAD", "7")
    assert engine_settings(read_settings()).feed == FeedSettings(0.0, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEWCOMERS", "-1"),
        ("NEWCOMERS", "5.1"),
        ("NEWCOMERS", "nan"),
        ("NEWCOMERS", "few"),
        ("QUICKNESS", "perhaps"),
        ("FALSE_ALARMS", "0.21"),
        ("FALSE_ALARMS", "-0.01"),
        ("FALSE_ALARMS", "inf"),
        ("EXPLORATION", "0.6"),
        ("EXPLORATION", "-0.1"),
        ("EXPLORATION", "nan"),
        ("SPREAD", "-1"),
        ("SPREAD", "21"),
        ("SPREAD", "1.5"),
    ],
)
def test_a_bad_value_is_told_with_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"WHOKNOWS_{name}", value)
    with pytest.raises(BadSettings, match=f"^WHOKNOWS_{name}: "):
        read_settings()
