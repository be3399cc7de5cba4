"""The community's figures in a browser: in words, above the topics, on any screen."""

import json
from typing import Any

import pytest

from tests.browser import Tab
from tests.shop import me

PLACE = "#topic-list .figures"


def _share(count: int, of: int) -> dict[str, int]:
    return {"count": count, "of": of}


def _period(asked: int, **more: Any) -> dict[str, Any]:
    questions = {
        "asked": asked, "askers": 45, "answered": _share(101, 122), "within_day": _share(80, 122),
        "median_hours": 3.4, "elsewhere": _share(3, 4), "helped": _share(0, 122),
        "by_newcomers": 0, "newcomers_answered": _share(0, 0),
    }  # fmt: skip
    ideas = {
        "shared": 1, "sharers": 1, "worked": _share(0, 1), "travelled": _share(1, 1),
        "travelled_far": _share(0, 1),
    }  # fmt: skip
    named = {name: value for name, value in more.items() if name in questions}
    other = {name: value for name, value in more.items() if name in ideas}
    return {
        "people": 60, "questions": questions | named, "ideas": ideas | other, "sites": [],
    }  # fmt: skip


def _canned(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return {
        "/v1/figures": {"days": 90, "now": now, "before": before},
        "/v1/topics": {"topics": [], "threads": 0, "apart": 0, "learned": True},
    }


def test_figures_are_said_in_words_with_what_was_before(tab: Tab) -> None:
    tab.open("topics", me=me("rita"), canned=_canned(_period(124), _period(98)))
    tab.says("The last 90 days, and as many before", PLACE)
    told = " ".join(tab.text(PLACE).replace("\u00a0", " ").split())
    assert "124 questions by 45 people before: 98" in told
    assert "101 of 122 (83%) older than a day answered, 80 within a day" in told
    assert "the usual wait was 3 hours before: 83%" in told
    # Of so few no percentage; of what nobody notes or nobody asked, nothing.
    assert "3 of 4 answered from another site before: 3 of 4" in told
    assert "1 idea shared: 1 of 1 reached another site within a day" in told
    assert "helpful" not in told and "newcomers" not in told
    assert "no figure is about a person" in told


def test_what_is_there_now_and_then_is_told_the_rest_is_not(tab: Tab) -> None:
    now = _period(
        1, askers=0, answered=_share(0, 0), elsewhere=None, helped=_share(1, 1),
        by_newcomers=2, newcomers_answered=_share(1, 2), travelled=None,
    )  # fmt: skip
    tab.open("topics", canned=_canned(now, _period(0, answered=_share(0, 0))))
    tab.says("1 question", PLACE)
    told = tab.text(PLACE)
    assert "answered, " not in told and "another site" not in told
    assert "2 questions by newcomers: 1 of 2 answered" in told and "found helpful" in told
    nothing = {**_period(0), "people": 0}
    tab.open("topics", canned=_canned(nothing, nothing))
    tab.says("There are too few threads yet", "#topic-list")
    assert tab.count(PLACE) == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_figures_lie_within_the_screen_and_are_a_part_with_a_name(tab: Tab, width: int) -> None:
    tab.open("topics", canned=_canned(_period(124), _period(98)), width=width)
    tab.says("124 questions", PLACE)
    assert tab.overflow() == 0
    lefts = tab.js(f"[...document.querySelectorAll('{PLACE} li')].map((li) => li.offsetLeft)")
    assert (len(set(lefts)) == 1) == (width == 390)
    named = f"document.getElementById(document.querySelector('{PLACE}')"
    assert "90 days" in tab.js(f"{named}.getAttribute('aria-labelledby')).textContent")


def test_figures_are_those_of_what_one_may_read_and_of_no_single_topic(tab: Tab) -> None:
    topic = {
        "id": "t1", "label": "lamps", "threads": 5, "threads_90_days": 2, "trend": "steady",
        "people": 2, "unanswered": [{"days": 90, "questions": 0, "unanswered": 0}],
        "rests_on_one": False, "person": None,
    }  # fmt: skip
    canned = _canned(_period(124), _period(98))
    canned["/v1/topics"]["topics"] = [topic]
    tab.open("topics", me=me("rita"), canned={**canned, "/t1/threads": {"posts": []}})
    tab.click("#topic-list .heading", "lamps")
    tab.until("document.getElementById('within')")
    assert tab.count(PLACE) == 0
    sent = tab.js("window.sent.map((one) => one.path)")
    assert "/v1/figures?viewer_id=rita" in sent


def _site(site: str | None, people: int, *fates: tuple[int, int]) -> dict[str, Any]:
    answered, elsewhere = (_share(*fate) for fate in fates)
    return {
        "site": site, "people": people, "asked": 9, "answered": answered, "elsewhere": elsewhere,
    }  # fmt: skip


def test_sites_stand_in_a_table_and_few_questions_in_no_percentage(tab: Tab) -> None:
    now = _period(124)
    now["sites"] = [_site("Lund", 12, (6, 8), (2, 6)), _site(None, 7, (1, 2), (0, 0))]
    tab.open("topics", canned=_canned(now, _period(98)), width=390)
    tab.says("124 questions", PLACE)
    assert not tab.js(f"document.querySelector('{PLACE} details').open")
    tab.click(f"{PLACE} summary", "By site")
    cells = f"[...document.querySelectorAll('{PLACE} tr')].map((r) => r.innerText.split('\\t'))"
    rows = [[cell.strip().replace("\u00a0", " ") for cell in row] for row in tab.js(cells)]
    assert rows == [
        ["Site", "People", "Questions", "Answered", "From another site"],
        ["Lund", "12", "9", "75%", "33%"],
        ["Small sites together", "7", "9", "1 of 2", "–"],
    ]
    assert "at least 5 people" in tab.text(PLACE) and tab.overflow() == 0


def test_another_number_of_days_is_asked_for_and_can_be_left_again(tab: Tab) -> None:
    usual, nothing = _period(124), {**_period(0), "people": 0}
    tab.open("topics", me=me("rita"), canned=_canned(usual, usual))
    tab.says("The last 90 days", PLACE)

    def choose(days: int, told: dict[str, Any]) -> None:
        answer = json.dumps({"days": days, "now": told, "before": told})
        tab.js(
            f"(() => {{ window.canned['/v1/figures'] = {answer};"
            f" const s = document.getElementById('figures-days'); s.focus(); s.value = '{days}';"
            " s.dispatchEvent(new Event('change')); })()"
        )

    choose(30, nothing)
    tab.says("The last 30 days", PLACE)
    assert "Nobody wrote in these days" in tab.text(PLACE)
    assert tab.js("document.activeElement.id") == "figures-days"
    assert tab.js("document.getElementById('figures-days').value") == "30"
    sent = tab.js("window.sent.map((one) => one.path)")
    assert "/v1/figures?viewer_id=rita&days=30" in sent
    choose(90, usual)
    tab.says("124 questions", PLACE)
