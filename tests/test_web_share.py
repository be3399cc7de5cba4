"""Sharing in a browser: nothing is published by accident, and what is can be taken back."""

from typing import Any

import httpx

from tests.browser import Tab
from tests.shop import me


def _similar(
    probability: float, *, same: bool = False, answered: bool = False, kind: str = "idea"
) -> dict[str, Any]:
    post = {
        "id": "old", "author": "kiri", "created": "2026-01-05T10:00:00Z", "kind": kind,
        "title": f"Nearness {probability}", "body": "Umbrellas on wet days.",
    }  # fmt: skip
    return {
        "post": post, "author": None, "score": 1.0, "probability_same": probability, "same": same,
        "answered": answered, "reason": "is about the same",
    }  # fmt: skip


def _alike(*posts: dict[str, Any]) -> dict[str, Any]:
    return {"/v1/similar": {"posts": list(posts), "took_ms": 1.0}}


NOTHING = _alike()
SAME = _alike(_similar(0.81, same=True))
PUT = "window.sent.filter((one) => one.method === 'PUT')"


def test_enter_in_the_title_goes_on_to_the_body(tab: Tab) -> None:
    # It published what was half written.
    tab.open("share", me=me("rita"), canned=NOTHING)
    tab.write("#idea-title", "Umbrellas for wet days")
    tab.press("Enter")
    assert tab.js("document.activeElement.id") == "idea-body"
    tab.says("Nothing like it yet", "#alike")
    assert tab.js(f"{PUT}.length") == 0


def test_what_is_here_already_is_published_at_a_second_press_only(tab: Tab) -> None:
    tab.open("share", me=me("rita"), canned=SAME)
    tab.write("#idea-title", "Umbrellas for wet days")
    # At once, before the page has had time to look for the same by itself.
    tab.click("#share-form [type=submit]")
    tab.says("It looks as if this is here already", "#shared")
    tab.says("Looks like the same · 81", "#alike")
    tab.click("#share-form [type=submit]")
    tab.says("It looks as if this is here already", "#shared")
    assert tab.js(f"{PUT}.length") == 0
    tab.click("#shared button", "Share anyway")
    tab.says("Shared. It can be found from now on", "#shared")
    assert tab.js(f"{PUT}.length") == 1


def test_what_was_shared_can_be_opened_and_taken_back(tab: Tab, shop_address: str) -> None:
    tab.open("share", me=me("rita"), canned=NOTHING)
    tab.write("#idea-title", "A bench beside the lift")
    tab.write("#idea-body", "People wait there.")
    tab.click("#share-form [type=submit]")
    tab.says("Shared", "#shared")
    path = tab.js(f"{PUT}[0].path")
    assert httpx.get(f"{shop_address}{path}").json()["kind"] == "idea"
    tab.click("#shared button", "Open it")
    tab.says("People wait there.", "#thread")
    tab.click("#thread [data-close]")
    tab.click("#shared button", "Undo")
    tab.says("Taken back", "#shared")
    assert httpx.get(f"{shop_address}{path}").status_code == 404
    # Nothing that was written is lost.
    assert tab.js("document.getElementById('idea-title').value") == "A bench beside the lift"
    assert tab.js("document.getElementById('idea-body').value") == "People wait there."


def test_what_has_a_reply_is_not_taken_back(tab: Tab, shop_address: str) -> None:
    tab.open("share", me=me("rita"), canned=NOTHING)
    tab.write("#idea-title", "A clock above the door")
    tab.click("#share-form [type=submit]")
    tab.says("Shared", "#shared")
    path = tab.js(f"{PUT}[0].path")
    reply = {"author": "kiri", "created": "2026-11-01T10:00:00Z", "body": "Yes!", "kind": "answer"}
    reply["parent"] = path.rpartition("/")[2]
    assert httpx.put(f"{shop_address}/v1/posts/clock-1", json=reply).status_code == 201
    tab.click("#shared button", "Undo")
    tab.says("Somebody has replied, so it stays", "#shared")
    assert httpx.get(f"{shop_address}{path}").status_code == 200


def test_a_question_is_shared_as_one(tab: Tab, shop_address: str) -> None:
    tab.open("share", me=me("rita"), canned=NOTHING)
    tab.click("input[value=question]")
    assert "Post a question" in tab.text("#share")
    tab.write("#idea-title", "Who has a spare ladder?")
    tab.click("#share-form [type=submit]")
    tab.says("Shared", "#shared")
    path = tab.js(f"{PUT}[0].path")
    assert httpx.get(f"{shop_address}{path}").json()["kind"] == "question"


def test_what_is_hardly_near_is_not_listed(tab: Tab) -> None:
    # "Somewhat near, 0 %" filled the list.
    tab.open("share", me=me("rita"), canned=_alike(_similar(0.2), _similar(0.019)))
    tab.write("#idea-title", "Umbrellas for wet days")
    tab.says("Nearness 0.2", "#alike")
    assert "Nearness 0.019" not in tab.text("#alike")


def test_what_is_here_already_says_whether_it_was_answered(tab: Tab) -> None:
    told = [
        _similar(0.9, same=True, answered=True, kind="question"),
        _similar(0.4, kind="question"),
        _similar(0.3, answered=True),
    ]
    tab.open("share", me=me("rita"), canned=_alike(*told))
    tab.write("#idea-title", "Umbrellas for wet days")
    tab.until("document.querySelectorAll('#alike .card').length === 3")
    last = "[...document.querySelectorAll('#alike .card')].map((one) => one.lastChild.textContent)"
    assert tab.js(last) == ["Already answered", "No reply yet", "Somebody has replied"]
