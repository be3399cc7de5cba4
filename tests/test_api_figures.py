"""Figures over HTTP and at the command line: bounds, shape, and words for a stranger."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app
from api.commands.showing_figures import show_figures, wait_in_words
from tests.test_problem_json import assert_problem

FIGURES = "/v1/figures"
SHARE = {"count", "of"}


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    """An old question with an answer, and one that those of a space alone can read."""
    asked = {"author": "anna", "created": "2025-12-01", "body": "lamps", "title": "Lamps"}
    space = {"visibility": "members", "members": ["anna"]}
    lines = [
        {"type": "space", "id": "s", **space},
        {"type": "post", "id": "q", **asked},
        {"type": "post", "id": "r", **asked, "author": "bo", "parent": "q"},
        {"type": "post", "id": "closed", **asked, "space": "s"},
    ]
    told = client.post("/v1/import", content="\n".join(json.dumps(line) for line in lines))
    assert told.json()["errors"] == []
    return client


def test_figures_are_of_two_periods(filled: TestClient) -> None:
    content = filled.get(FIGURES, params={"days": 3650}).json()
    assert set(content) == {"days", "now", "before", "took_ms"} and content["days"] == 3650
    now = content["now"]
    assert (now["questions"]["asked"], now["people"]) == (1, 2)
    assert now["questions"]["answered"] == {"count": 1, "of": 1}
    assert set(now["questions"]["helped"]) == set(now["ideas"]["worked"]) == SHARE
    assert now["since"] == content["before"]["until"]
    assert filled.get(FIGURES).json()["days"] == 90


def test_of_the_past_what_hangs_on_sites_is_null(filled: TestClient) -> None:
    past = filled.get(FIGURES, params={"as_of": "2026-01-01"}).json()["now"]
    assert past["sites"] is past["questions"]["elsewhere"] is past["ideas"]["travelled"] is None
    assert filled.get(FIGURES).json()["now"]["sites"] is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days", "0"),
        ("days", "3651"),
        ("days", "-1"),
        ("days", "many"),
        ("days", "1.5"),
        ("days", "9" * 5_000),
        ("as_of", "yesterday"),
        ("viewer_id", ""),
        ("month", "3"),
    ],
)
def test_a_bad_value_is_named(client: TestClient, field: str, value: str) -> None:
    assert_problem(client.get(FIGURES, params={field: value}), 422, field)


@pytest.mark.parametrize("moment", ["0001-01-01", "1969-12-31", "9999-12-31T23:59:59Z", ""])
def test_every_moment_has_figures(filled: TestClient, moment: str) -> None:
    assert filled.get(FIGURES, params={"days": 3650, "as_of": moment}).status_code == 200


def test_figures_are_those_of_what_the_viewer_may_read(filled: TestClient) -> None:
    """Who is unknown sees what is open to all, as everywhere."""
    for viewer, number in ((None, 1), ("nobody known", 1), ("bo", 1), ("anna", 2)):
        asked = {"days": 3650} | ({"viewer_id": viewer} if viewer else {})
        told = filled.get(FIGURES, params=asked).json()["now"]
        assert told["questions"]["asked"] == number, viewer


# At the command line ------------------------------------------------------------------------


def _period(asked: int, answered: tuple[int, int], **more: Any) -> dict[str, Any]:
    share = {"count": answered[0], "of": answered[1]}
    none = {"count": 0, "of": 0}
    return {
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-04-01T00:00:00Z",
        "people": 9,
        "questions": {
            "asked": asked, "askers": 3, "answered": share, "within_day": share,
            "median_hours": 2.0, "elsewhere": none, "helped": {**share, "count": 0},
            "by_newcomers": 0, "newcomers_answered": none,
        },
        "ideas": {
            "shared": 0, "sharers": 0, "worked": none, "travelled": none, "travelled_far": none,
        },
        "sites": [],
        **more,
    }  # fmt: skip


def _lines(capsys: pytest.CaptureFixture[str], now: Any, before: Any) -> dict[str, list[str]]:
    show_figures({"days": 90, "now": now, "before": before})
    lines = capsys.readouterr().out.splitlines()
    return {line.strip().split("  ")[0]: line.split("  ") for line in lines if line.strip()}


def test_a_change_is_told_where_it_is_more_than_chance(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _lines(capsys, _period(124, (80, 100)), _period(98, (60, 100)))
    assert lines["questions asked"][-1].strip() == "+26"
    assert lines["answered"][-1].strip() == "+20 points"
    assert any("80 of 100, 80%" in cell for cell in lines["answered"])
    assert lines["people who took part"][-1].strip() == "same"
    lines = _lines(capsys, _period(124, (8, 10)), _period(98, (7, 10)))
    assert lines["answered"][-1].strip() == "about the same"


def test_of_few_the_counts_are_told_and_of_nothing_no_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sites = [
        {"site": name, "people": 5, "asked": 4, "answered": {"count": 1, "of": 4},
         "elsewhere": {"count": 0, "of": 0}}
        for name in ("North", None)
    ]  # fmt: skip
    lines = _lines(capsys, _period(4, (1, 4), sites=sites), _period(0, (0, 0)))
    told = str(lines)
    assert "1 of 4" in told and "%" not in told and "points" not in told
    # Where nobody notes what helped, "none" would be untrue.
    assert "helpful" not in told and "another site in a day" not in told
    assert "North" in lines and "other sites" in lines
    past = _lines(capsys, _period(4, (1, 4), sites=None), _period(0, (0, 0), sites=None))
    assert "nothing is told by site" in str(past)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.02, "1 minute"),
        (0.75, "45 minutes"),
        (1.2, "1 hour"),
        (47.4, "47 hours"),
        (60.0, "2 days"),
    ],
)
def test_waits_are_said_in_one_unit(hours: float, words: str) -> None:
    assert wait_in_words(hours) == words


@pytest.mark.parametrize("days", ["0", "3651", "many"])
def test_days_out_of_bounds_are_bad_usage(days: str) -> None:
    result = CliRunner().invoke(app, ["figures", "--days", days])
    assert result.exit_code == 2 and "--days" in result.stderr
