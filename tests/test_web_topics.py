"""Topics in a browser: the list, one of them, and the way back."""

import re

import pytest

from tests.browser import Tab
from tests.shop import me


def _topic(id_: str, *, alone: bool = False, people: int = 3) -> dict[str, object]:
    waiting = [{"days": 90, "questions": 3, "unanswered": 1, "share": 0.3333}]
    return {
        "id": id_, "label": f"words of {id_}", "words": [], "threads": 5, "threads_90_days": 2,
        "trend": "steady", "people": people, "unanswered": waiting, "rests_on_one": alone,
        "person": None,
    }  # fmt: skip


TOPICS = {
    "/v1/topics": {
        "topics": [_topic("t1"), _topic("t2", alone=True)],
        "threads": 9,
        "apart": 2,
        "learned": True,
    },
    "/t1/threads": {"posts": []},
    "/t2/threads": {"posts": []},
}


@pytest.mark.parametrize("topic", ["t1", "t2"])
def test_no_missing_part_is_written_as_a_word(tab: Tab, topic: str) -> None:
    # "null" stood above the search field of every topic that does not rest on one person.
    tab.open("topics", me=me("rita"), canned=TOPICS)
    tab.click("#topic-list .heading", topic)
    tab.until("document.getElementById('within')")
    assert not re.search(r"null|undefined|NaN|\[object", tab.text())


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (0, "nobody you could ask has answered here more than once lately"),
        (1, "1 person could answer"),
        (2, "2 people could answer"),
    ],
)
def test_of_none_who_could_answer_it_is_said_what_is_true(
    tab: Tab, people: int, words: str
) -> None:
    """ "0 people could answer" was said where somebody had, once."""
    told = {**TOPICS["/v1/topics"], "topics": [_topic("t1", people=people)]}
    tab.open("topics", me=me("rita"), canned={"/v1/topics": told})
    tab.says(words, "#topic-list .counts")
    assert "0 people" not in tab.text()


def test_topics_stand_side_by_side_where_there_is_room(tab: Tab) -> None:
    tab.open("topics", me=me("rita"), canned=TOPICS)
    tab.says("words of t2")
    tops = tab.js("[...document.querySelectorAll('.topics .card')].map((one) => one.offsetTop)")
    assert tops[0] == tops[1]


def test_back_leaves_a_topic_and_not_the_page(tab: Tab) -> None:
    tab.open("topics", me=me("rita"), canned=TOPICS)
    tab.click("#topic-list .heading", "t2")
    tab.until("document.getElementById('within')")
    tab.js("history.back()")
    tab.says("2 of 9 threads are in none of these")
    assert tab.js("document.activeElement.textContent") == "words of t2"


def test_a_topic_that_failed_to_load_can_be_tried_again(tab: Tab) -> None:
    tab.open("ask", me=me("rita"), canned=TOPICS)
    tab.js("window.down = true")
    tab.click("#tab-topics")
    tab.says("The server does not answer")
    tab.js("window.down = false")
    tab.click("#topic-list button", "Try again")
    tab.says("words of t1")
