"""The feed in a browser: what an outage leaves, what is offered, where the focus goes."""

from typing import Any

import pytest

from tests.browser import Tab
from tests.shop import me


def _item(number: int, kind: str = "question") -> dict[str, Any]:
    post = {
        "id": f"p{number}", "author": "kiri", "created": "2026-01-05T10:00:00Z", "kind": kind,
        "title": f"Thread {number}", "body": "Something to read.",
    }  # fmt: skip
    return {"post": post, "author": None, "score": 1.0, "reasons": ["new"]}


def _feed(*items: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {
        "/feed": {"items": list(items), "next": following},
        "/peers": {"peers": [], "reason": None},
    }


THREE = _feed(_item(1), _item(2, "idea"), _item(3), following="more")


def test_the_feed_comes_back_after_an_outage(tab: Tab) -> None:
    # It stayed dead until the page was loaded anew.
    tab.open("ask", me=me("rita"), canned=THREE)
    tab.js("window.down = true")
    tab.click("#tab-feed")
    tab.says("The server does not answer", "#items")
    tab.js("window.down = false")
    tab.click("#tab-ask")
    tab.click("#tab-feed")
    tab.says("Thread 3", "#items")


def test_a_feed_that_failed_to_load_can_be_tried_again(tab: Tab) -> None:
    tab.open("ask", me=me("rita"), canned=THREE)
    tab.js("window.down = true")
    tab.click("#tab-feed")
    tab.says("The server does not answer", "#items")
    tab.js("window.down = false")
    tab.click("#items button", "Try again")
    tab.says("Thread 3", "#items")


@pytest.mark.parametrize(("minutes", "anew"), [(1, False), (10, True)])
def test_a_feed_is_read_anew_when_it_is_opened_again_later(
    tab: Tab, minutes: int, anew: bool
) -> None:
    tab.open("feed", me=me("rita"), canned=THREE)
    tab.says("Thread 3", "#items")
    tab.click("#tab-ask")
    tab.js(f"Date.now = ((real) => () => real() + {minutes} * 60_000)(Date.now)")
    tab.js("window.canned['/feed'].items[0].post.title = 'New since then'")
    tab.click("#tab-feed")
    tab.says("Thread 3", "#items")
    assert ("New since then" in tab.text("#items")) is anew


def test_more_that_fails_leaves_what_was_read(tab: Tab) -> None:
    # The error took the place of the whole list.
    tab.open("feed", me=me("rita"), canned=THREE)
    tab.says("Thread 3", "#items")
    tab.js("window.down = true")
    tab.click("#items button", "More")
    tab.says("The server does not answer", "#items")
    assert tab.count("#items .card") == 3
    tab.js("window.down = false")
    tab.js("Object.assign(window.canned['/feed'], {next: null})")
    tab.click("#items button", "Try again")
    tab.until("document.querySelectorAll('#items .card').length === 6")
    assert "More" not in tab.text("#items")


def test_only_an_idea_can_be_tried(tab: Tab) -> None:
    # It was offered of questions and notices too.
    tab.open("feed", me=me("rita"), canned=THREE)
    tab.says("Thread 3", "#items")
    tried = [
        tab.js(f"document.querySelectorAll('#items .card')[{place}].innerText.includes('Tried')")
        for place in range(3)
    ]
    assert tried == [False, True, False]


@pytest.mark.parametrize(("place", "then"), [(0, "Thread 2"), (1, "Thread 3"), (2, "Thread 2")])
def test_after_what_is_waved_off_the_focus_is_at_its_neighbour(
    tab: Tab, place: int, then: str
) -> None:
    # It fell back to the top of the page.
    tab.open("feed", me=me("rita"), canned=_feed(_item(1), _item(2), _item(3)))
    tab.says("Thread 3", "#items")
    row = f"document.querySelectorAll('#items .card')[{place}]"
    tab.js(f"[...{row}.querySelectorAll('button')].at(-1).click()")
    tab.says("It will not be shown again", "#items")
    assert tab.js("document.activeElement.textContent") == then
    assert tab.js("window.sent.findLast((one) => one.body).body.kind") == "dismiss"


def test_what_was_waved_off_can_be_taken_back(tab: Tab) -> None:
    """A slip of the finger lost a thread for good."""
    tab.open("feed", me=me("rita"), canned=_feed(_item(1), _item(2), _item(3)))
    tab.says("Thread 3", "#items")
    tab.click("#items .card:nth-child(2) button", "Not for me")
    tab.says("It will not be shown again", "#items")
    assert "Thread 2" not in tab.text("#items")
    tab.js("window.down = true")
    tab.click("#items button", "Undo")
    tab.says("The server does not answer", "#items")
    tab.js("window.down = false")
    tab.click("#items button", "Undo")
    tab.says("Thread 2", "#items")
    assert "not be shown" not in tab.text("#items") and "answer" not in tab.text("#items")
    assert tab.js("document.activeElement.textContent") == "Thread 2"
    assert tab.js("window.sent.at(-1)") == {
        "method": "DELETE",
        "path": "/v1/interactions?person=rita&post=p2&kind=dismiss",
        "body": None,
    }
    tab.click("#items .card:nth-child(2) button", "Not for me")
    tab.says("It will not be shown again", "#items")
    assert tab.js("window.sent.at(-1).body.kind") == "dismiss"


def test_undo_at_the_server_shows_it_again_in_a_new_feed(tab: Tab) -> None:
    tab.open("feed", me=me("bold"))
    tab.js("delete window.canned['/v1/interactions']")
    tab.says("Umbrellas", "#items")
    umbrellas = "[...document.querySelectorAll('#items .card')]" + (
        ".find((card) => card.innerText.includes('Umbrellas'))"
    )
    tab.js(f"[...{umbrellas}.querySelectorAll('button')].at(-1).click()")
    tab.says("It will not be shown again", "#items")
    asked = "fetch('/v1/people/bold/feed?k=50').then((told) => told.text())"
    assert "Umbrellas" not in tab.js(asked)
    tab.click("#items button", "Undo")
    tab.says("Umbrellas", "#items")
    assert "Umbrellas" in tab.js(asked)


def test_after_an_outcome_the_focus_stays_with_the_idea(tab: Tab) -> None:
    tab.open("feed", me=me("rita"), canned=THREE)
    tab.says("Thread 3", "#items")
    tab.click(".tried button", "adapted")
    tab.says("Noted: tried here, adapted", "#items")
    assert tab.js("document.activeElement.textContent") == "Thread 2"


def test_what_came_before_the_eyes_is_told_once(tab: Tab) -> None:
    many = _feed(*(_item(n) for n in range(1, 21)))
    tab.open("feed", me=me("rita"), canned={**many, "/impressions": {"noted": 1}})
    told = (
        "window.sent.filter(s => s.path === '/v1/people/rita/impressions')"
        ".flatMap(s => s.body.posts)"
    )
    tab.until(f"{told}.includes('p1')")
    assert "p20" not in tab.js(told)
    tab.js("document.querySelector('#items > ol > li:last-child').scrollIntoView()")
    tab.until(f"{told}.includes('p20')")
    tab.js("window.scrollTo(0, 0)")
    # Longer than a look and its telling take.
    tab.js("new Promise((done) => setTimeout(done, 2500))")
    seen = tab.js(told)
    assert len(seen) == len(set(seen)) < 20
