"""Settings of ranking: read from the environment, checked, handed to the engine."""

import pytest

from api.commands.opening import BadSettings, engine_settings, read_settings
from recommender.ranker import RankingSettings


def test_ranking_is_told_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_settings(read_settings()).ranking == RankingSettings()
    monkeypatch.setenv("WHOKNOWS_NEWCOMERS", "1.5")
    monkeypatch.setenv("WHOKNOWS_QUICKNESS", "false")
    monkeypatch.setenv("WHOKNOWS_FALSE_ALARMS", "0.1")
    assert engine_settings(read_settings()).ranking == RankingSettings(1.5, False, 0.1)


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
    ],
)
def test_a_bad_value_is_told_with_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"WHOKNOWS_{name}", value)
    with pytest.raises(BadSettings, match=f"^WHOKNOWS_{name}: "):
        read_settings()
