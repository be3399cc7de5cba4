"""Ways about the page in a browser: Back, keys between the tabs, the skip link."""

import pytest

from tests.browser import Tab
from tests.shop import me

OPEN = "document.querySelector('dialog[open]')"


def _feed_with_a_thread(tab: Tab) -> None:
    tab.open("ask", me=me("rita"))
    tab.click("#tab-feed")
    tab.click("#items .heading", "Freezer is icy")
    tab.says("Thaw the freezer on day 3.", "#thread")


def _person_who_may_know(tab: Tab) -> None:
    tab.open("ask", me=me("rita"))
    tab.write("#question", "When do we thaw the freezer?")
    tab.click("#ask-form button")
    tab.click("#people button", "What else they know")


def test_back_goes_back_within_the_page(tab: Tab) -> None:
    # It left the page, whatever had been opened in it.
    _feed_with_a_thread(tab)
    tab.js("history.back()")
    tab.until(f"!{OPEN}")
    assert "For you today" in tab.text("main")
    tab.js("history.back()")
    tab.says("Who can help?", "main")


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_a_dialog_that_was_closed_is_no_step_back(tab: Tab, way: str) -> None:
    _feed_with_a_thread(tab)
    if way == "button":
        tab.click("#thread [data-close]")
    else:
        tab.press("Escape")
    tab.until(f"!{OPEN} && !history.state?.dialog")
    tab.js("history.back()")
    tab.says("Who can help?", "main")


def test_back_from_a_thread_leads_to_the_person_it_was_opened_from(tab: Tab) -> None:
    _person_who_may_know(tab)
    tab.says("Has shown knowledge of", "#thread")
    tab.click("#thread button", "Open the thread")
    tab.says("The reply in question", "#thread")
    tab.js("history.back()")
    tab.says("Has shown knowledge of", "#thread")
    tab.click("#thread [data-close]")
    tab.until(f"!{OPEN} && !history.state?.dialog")


def test_evidence_of_a_person_says_in_which_thread_and_asks_for_none(tab: Tab) -> None:
    """The threads were read one by one, each in a request, for their titles alone."""
    _person_who_may_know(tab)
    tab.says("Freezer is icy", "#thread")
    assert tab.js("window.sent.filter((one) => one.path.includes('/thread')).length") == 0


def test_a_dialog_is_gone_when_the_page_is_loaded_anew(tab: Tab) -> None:
    _feed_with_a_thread(tab)
    tab.call("Page.reload")
    tab.says("For you today", "main")
    tab.until(f"!{OPEN} && !history.state?.dialog")


def test_keys_move_between_the_tabs(tab: Tab) -> None:
    tab.open("ask", me=me("rita"))
    tab.js("document.getElementById('tab-ask').focus()")
    reached = []
    for key in ("End", "Home", "ArrowLeft", "ArrowRight", "ArrowRight"):
        tab.press(key)
        reached.append(tab.js("document.activeElement.id"))
    assert reached == ["tab-topics", "tab-ask", "tab-topics", "tab-ask", "tab-share"]
    assert "Share an idea" in tab.text("main")


def test_the_skip_link_stays_on_the_part_that_is_open(tab: Tab) -> None:
    # Its address names no part, and led back to the first one.
    tab.open("share", me=me("rita"))
    tab.click(".skip")
    assert tab.js("document.activeElement.id") == "main"
    assert "Share an idea" in tab.text("main")


def test_days_are_those_of_the_readers_calendar(tab: Tab) -> None:
    # Yesterday evening was "today", as fewer than 24 hours ago.
    tab.open("ask", me=me("rita"), zone="Asia/Riyadh")
    now = "new Date('2026-11-30T05:00:00Z').getTime()"  # 08:00 there
    tab.js(
        "Date = class extends Date { constructor(...given) {"
        f"super(...(given.length ? given : [{now}])); }} }}"
    )
    said = {
        stamp: tab.js(f"import('/web/words.js').then((words) => words.ago('{stamp}'))")
        for stamp in (
            "2026-11-30T04:00:00Z", "2026-11-29T21:30:00Z", "2026-11-29T20:30:00Z",
            "2026-11-28T21:30:00Z", "2026-11-28T20:30:00Z",
            "2026-12-02T05:00:00Z", "2036-11-30T05:00:00Z",
        )
    }  # fmt: skip
    assert list(said.values()) == [
        "today",
        "today",
        "yesterday",
        "yesterday",
        "2 days ago",
        "in 2 days",
        "Nov 2036",
    ]
