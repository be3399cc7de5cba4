"""Asking in a browser: what is said of the chance, the order of evidence, and how it goes on."""

from typing import Any

import pytest

from tests.browser import Tab
from tests.shop import me


def _part(kind: str, points: float, reason: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "points": points, "reason": reason, **more}


PARTS = [
    _part("baseline", -2.0, "where everybody begins"),
    _part("activity", 1.5, "has replied lately"),
    _part("post", 0.6, "replied in a similar thread", post_id="thaw-3", excerpt="Day 3."),
    _part("other", 0.004, "smaller signs taken together"),
    _part("activity", -0.03, "how soon they usually reply"),
    _part("post", -0.27, "2 replies in threads less like this"),
]


def _answer(reason: str | None = None, people: int = 1) -> dict[str, Any]:
    person = {"id": "ann", "name": "Ann", "title": "Coordinator", "site": "Leeds"}
    score = sum(part["points"] for part in PARTS)
    one = {"person": person, "score": score, "probability": 0.12, "contributions": PARTS}
    return {"candidates": [one] * people, "answerable": 0.6, "reason": reason, "took_ms": 1.0}


def _asked(answer: dict[str, Any], *near: float) -> dict[str, Any]:
    posts = [
        {
            "post": {"id": "thaw", "author": "kiri", "created": "2026-01-05T10:00:00Z",
                     "kind": "question", "title": f"Near by {share}", "body": "When?"},
            "author": None, "score": 1.0, "probability_same": share, "same": share > 0.8,
            "reason": "is about the same",
        }
        for share in near
    ]  # fmt: skip
    return {"/experts/search": answer, "/v1/similar": {"posts": posts, "took_ms": 1.0}}


def _ask(tab: Tab, question: str, canned: dict[str, Any]) -> None:
    tab.open("ask", me=me("rita"), canned=canned)
    tab.write("#question", question)
    tab.click("#ask-form button")
    tab.says("Post this question", "#people")


def test_evidence_begins_with_what_was_written_and_leaves_out_what_says_nothing(tab: Tab) -> None:
    _ask(tab, "When do we thaw?", _asked(_answer()))
    tab.js("document.querySelector('details.rest')?.setAttribute('open', '')")
    told = tab.js("[...document.querySelectorAll('#people .reason')].map((one) => one.innerText)")
    assert told == [
        "replied in a similar thread",
        "has replied lately",
        "the rest taken together",
        "where everybody begins",
    ]
    # Left out or not: what can be read adds up to the score.
    points = tab.js("[...document.querySelectorAll('#people .points')].map((one) => one.innerText)")
    total = sum(float(each.replace("−", "-")) for each in points)
    assert total == pytest.approx(sum(part["points"] for part in PARTS), abs=0.01)


def test_a_chance_is_not_told_beside_that_nobody_knows(tab: Tab) -> None:
    _ask(tab, "Plants?", _asked(_answer("nobody here has shown knowledge of this")))
    assert "Nobody here has shown knowledge of this." in tab.text("#people")
    assert "within 30 days" not in tab.text("#people")


@pytest.mark.parametrize("people", [1, 0])
def test_a_question_can_be_posted_from_its_answer(tab: Tab, people: int) -> None:
    _ask(tab, "Who has a ladder?", _asked(_answer("nobody knows", people)))
    tab.click("#people button", "Post this question")
    tab.says("Post a question", "#share")
    assert tab.js("document.getElementById('idea-title').value") == "Who has a ladder?"
    assert tab.js("document.querySelector('[name=kind]:checked').value") == "question"
    tab.js("history.back()")
    tab.says("Who can help?", "#ask")


def test_what_was_begun_is_not_lost_to_a_question_from_an_answer(tab: Tab) -> None:
    _ask(tab, "Who has a ladder?", _asked(_answer()))
    tab.click("#tab-share")
    tab.write("#idea-title", "Half an idea")
    tab.click("#tab-ask")
    tab.click("#people button", "Post this question")
    tab.click("#shared button", "Bring it back")
    assert tab.js("document.getElementById('idea-title').value") == "Half an idea"
    assert tab.js("document.querySelector('[name=kind]:checked').value") == "idea"


def test_a_long_question_is_posted_with_its_first_sentence_as_title(tab: Tab) -> None:
    question = "The lamp is 1.5 m high? It leaves half circles on the wall." + " So it does." * 20
    _ask(tab, question, _asked(_answer()))
    tab.click("#people button", "Post this question")
    assert tab.js("document.getElementById('idea-title').value") == "The lamp is 1.5 m high?"
    assert tab.js("document.getElementById('idea-body').value") == question


@pytest.mark.parametrize(("near", "shown"), [((0.9, 0.4, 0.1), 2), ((0.1,), 0), ((), 0)])
def test_threads_that_may_answer_stand_beside_the_people(
    tab: Tab, near: tuple[float, ...], shown: int
) -> None:
    _ask(tab, "When do we thaw?", _asked(_answer(), *near))
    tab.until("window.sent.at(-1).path === '/v1/similar'")
    tab.until(f"document.querySelectorAll('#answered:not([hidden]) .card').length === {shown}")


def test_the_thread_opens_at_the_reply_that_is_evidence(tab: Tab) -> None:
    # It opened at its top, thirty replies above.
    late = PARTS[2] | {"post_id": "thaw-30"}
    answer = _answer()
    answer["candidates"][0]["contributions"] = [late]
    _ask(tab, "When do we thaw?", _asked(answer))
    tab.click("#people button", "Open the thread")
    tab.says("The reply in question", "#thread")
    assert "Thaw the freezer on day 30." in tab.text("#thread .meant")
    assert "Accepted answer" in tab.text("#thread .meant")
    assert tab.count("#thread .good") == 1
    top = tab.js("document.querySelector('#thread .meant').getBoundingClientRect().top")
    assert 0 < top < tab.js("innerHeight")


def test_a_person_is_introduced_and_evidence_names_its_thread(tab: Tab) -> None:
    answer = _answer()
    answer["candidates"][0]["person"] = me("ann") | {"local_time": "2026-11-30T09:15+00:00"}
    _ask(tab, "When do we thaw?", _asked(answer))
    tab.click("#people button", "What else they know")
    # What they have shown is the server's own answer, which gives no title.
    tab.says("replied on", "#thread")
    tab.says(": Freezer is icy", "#thread")
    told = tab.text("#thread")
    for words in ("Coordinator", "Llanfair", "Speaks Swedish, English", "09:15", "I hang rugs"):
        assert words in told, words
    assert "@" not in told
