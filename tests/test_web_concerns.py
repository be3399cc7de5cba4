"""What concerns somebody, in a browser: chosen by chips and in own words, and followed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.browser import Tab
from tests.shop import me

HERE = "/v1/people/rita/topics"
WAITING = [{"days": 90, "questions": 0, "unanswered": 0, "share": 0.0}]


def _topic(label: str, id_: str = "t1") -> dict[str, Any]:
    return {
        "id": id_, "label": label, "words": [], "threads": 5, "threads_90_days": 2,
        "trend": "steady", "people": 3, "unanswered": WAITING, "rests_on_one": False,
        "person": None,
    }  # fmt: skip


TOPICS = {
    "/v1/topics": {
        "topics": [_topic("carpets · rugs"), _topic("تنظيم المستودع · رفوف", "t2")],
        "threads": 9,
        "apart": 2,
        "learned": True,
    },
    "/t1/threads": {"posts": []},
}


@pytest.fixture
def fresh(tab: Tab, shop_address: str) -> Iterator[Tab]:
    """A tab, and nothing chosen before or after."""
    yield tab
    httpx.put(shop_address + HERE, json={"topics": []})


@pytest.fixture
def kept(shop_address: str) -> Any:
    """What the server holds."""
    return lambda: httpx.get(shop_address + HERE).json()["topics"]


def _open(tab: Tab, part: str = "feed", **asked: Any) -> None:
    tab.open(part, me=me("rita"), canned={**TOPICS, **asked.pop("canned", {})}, **asked)


def test_somebody_new_chooses_among_topics_and_takes_back(fresh: Tab, kept: Any) -> None:
    _open(fresh)
    fresh.click("#concerns .chip", "carpets")
    fresh.says("You follow 1.", "#concerns")
    assert kept() == ["carpets · rugs"]
    assert fresh.js("document.activeElement.getAttribute('aria-pressed')") == "true"
    # Its order is another now.
    fresh.until("window.sent.filter((one) => one.path.includes('/feed')).length === 2")
    fresh.press("Enter")
    fresh.until("!document.querySelector('#concerns [aria-pressed=true]')")
    assert kept() == [] and fresh.js("document.activeElement.className") == "chip"


def test_own_words_in_any_language_by_the_keyboard_alone(fresh: Tab, kept: Any) -> None:
    _open(fresh)
    fresh.until("document.querySelector('#concerns .chip')")
    fresh.write("#concern", "  橱窗灯光 ")
    fresh.press("Enter")
    fresh.says("You follow 橱窗灯光 now", "#concerns-told")
    assert kept() == ["橱窗灯光"]
    assert fresh.js("document.activeElement.id") == "concern"
    assert fresh.js("document.getElementById('concern').value") == ""
    assert fresh.count("#concerns [aria-pressed=true]") == 1
    # Twice is once; a topic that is offered is not another one.
    for words in ("橱窗灯光", "Carpets · Rugs"):
        fresh.write("#concern", words)
        fresh.press("Enter")
        fresh.until("!document.getElementById('concern').value")
    assert fresh.count("#concerns .chip") == 3
    assert kept() == ["橱窗灯光", "Carpets · Rugs"]


def test_it_is_there_again_folded_for_who_has_chosen(fresh: Tab, shop_address: str) -> None:
    httpx.put(shop_address + HERE, json={"topics": ["window light"]})
    _open(fresh)
    fresh.says("You follow 1.", "#concerns")
    assert not fresh.js("document.getElementById('concerns').open")
    fresh.js("document.getElementById('concerns-title').focus()")
    fresh.press("Enter")
    fresh.until("document.querySelectorAll('#concerns .chip').length === 3")
    assert fresh.text("#concerns [aria-pressed=true]") == "window light"


def test_who_has_a_long_history_finds_it_behind_a_quiet_link(fresh: Tab) -> None:
    _open(fresh, canned={"/rita/topics": {"topics": [], "ids": {}, "share": 0.2}})
    fresh.says("What concerns you?", "#concerns")
    assert not fresh.js("document.getElementById('concerns').open")
    assert fresh.js("document.getElementById('concerns').className") == "quietly"
    # Nothing is asked for what nobody looks at.
    assert not fresh.js("window.sent.some((one) => one.path.startsWith('/v1/topics'))")


def test_a_topic_is_followed_on_its_card_and_left_on_its_page(fresh: Tab, kept: Any) -> None:
    _open(fresh, "topics")
    fresh.click("#topic-list .follow button", "carpets")
    fresh.until("document.querySelector('.follow [aria-pressed=true]')")
    assert kept() == ["carpets · rugs"]
    fresh.click("#topic-list .heading", "carpets")
    fresh.until("document.getElementById('within')")
    assert fresh.text(".follow [aria-pressed=true]").split("\n")[0].startswith("Follow")
    fresh.click(".follow button")
    fresh.until("document.querySelector('.follow [aria-pressed=false]')")
    assert kept() == []


def test_what_was_chosen_on_another_screen_is_not_lost(
    fresh: Tab, kept: Any, shop_address: str
) -> None:
    _open(fresh)
    fresh.until("document.querySelector('#concerns .chip')")
    httpx.put(shop_address + HERE, json={"topics": ["from the phone"]})
    fresh.click("#concerns .chip", "carpets")
    fresh.says("You follow 2.", "#concerns")
    assert kept() == ["from the phone", "carpets · rugs"]


def test_what_was_followed_among_the_topics_is_chosen_in_the_feed(fresh: Tab) -> None:
    _open(fresh)
    fresh.until("document.querySelector('#concerns .chip')")
    fresh.click("#tab-topics")
    fresh.click("#topic-list .follow button", "carpets")
    fresh.until("document.querySelector('.follow [aria-pressed=true]')")
    fresh.click("#tab-feed")
    fresh.says("You follow 1.", "#concerns")
    fresh.until("!document.getElementById('concerns').hidden")
    if not fresh.js("document.getElementById('concerns').open"):
        fresh.click("#concerns-title")
    fresh.until("document.querySelector('#concerns .chip[aria-pressed=true]')")
    assert fresh.text("#concerns .chip[aria-pressed=true]") == "carpets · rugs"


def test_what_fails_is_said_and_nothing_is_shown_as_chosen(fresh: Tab, kept: Any) -> None:
    _open(fresh)
    fresh.until("document.querySelector('#concerns .chip')")
    fresh.js("window.down = true")
    fresh.click("#concerns .chip", "carpets")
    fresh.says("The server does not answer", "#concerns-told")
    assert fresh.count("#concerns [aria-pressed=true]") == 0
    fresh.js("window.down = false")
    assert kept() == []


def test_nobody_has_none(fresh: Tab) -> None:
    fresh.open("feed", canned=TOPICS)
    fresh.says("Say who you are", "#items")
    assert fresh.js("document.getElementById('concerns').hidden")
    fresh.click("#tab-topics")
    fresh.says("carpets", "#topic-list")
    assert fresh.count(".follow") == 0


@pytest.mark.parametrize("way", ["ltr", "rtl"])
def test_it_fits_a_narrow_phone_in_either_direction(fresh: Tab, way: str) -> None:
    words = ["Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"]
    _open(fresh, width=360, canned={"/rita/topics": {"topics": words, "ids": {}, "share": 1.0}})
    fresh.js(f"document.documentElement.dir = '{way}'")
    fresh.click("#concerns-title")
    fresh.until("document.querySelectorAll('#concerns .chip').length === 3")
    assert fresh.overflow() == 0
    inside = fresh.js(
        "[...document.querySelectorAll('#concerns .chip, #concerns input, #concerns form button')]"
        ".every((one) => { const {left, right} = one.getBoundingClientRect();"
        "return left >= 0 && right <= innerWidth; })"
    )
    assert inside


def test_a_topic_that_was_given_other_words_is_followed_still(fresh: Tab) -> None:
    """Its card offered to follow it anew; the card that bears its words now said one does."""
    renamed = [_topic("floors · carpets"), _topic("rugs", "t2")]
    chosen = {"topics": ["rugs"], "ids": {"rugs": "t1"}, "share": 1.0}
    topics = {**TOPICS["/v1/topics"], "topics": renamed}
    _open(fresh, "topics", canned={"/v1/topics": topics, "/rita/topics": chosen})
    fresh.until("document.querySelector('.follow button')")
    pressed = "[...document.querySelectorAll('.follow button')].map((b) => b.ariaPressed)"
    assert fresh.js(pressed) == ["true", "false"]
    # It is taken back by the words it was chosen by, and is offered once in the feed.
    fresh.js("void (window.sent.length = 0)")
    fresh.click(".follow button")
    fresh.until("window.sent.some((one) => one.method === 'PUT')")
    assert fresh.js("window.sent.find((one) => one.method === 'PUT').body.topics") == []
