"""How a community fared by itself: asked, answered, how soon."""

from datetime import UTC, datetime, timedelta

from data.models import Post
from evaluation.leaders import leaders
from evaluation.protocol import split

START = datetime(2024, 1, 1, tzinfo=UTC)


def post(id_: str, author: str, hours: float, thread: str | None = None) -> Post:
    at = START + timedelta(hours=hours)
    return Post(id_, author, at, "text", parent=thread, thread=thread or id_)


def test_figures() -> None:
    posts = [
        post("soon", "ada", 0),
        post("r0", "ada", 1, "soon"),  # the asker's own word is no reply
        post("r1", "bob", 2, "soon"),
        post("r2", "cid", 1.5, "soon"),
        post("slow", "ada", 0),
        post("r3", "bob", 60, "slow"),
        post("late", "ada", 0),
        post("r4", "bob", 24 * 31, "late"),
        post("never", "ada", 0),
        post("end", "bob", 24 * 90, "late"),
    ]
    parts = split(posts)
    questions = (*parts.train.questions, *parts.validation.questions, *parts.test.questions)
    assert leaders(questions, parts.replies) == {
        "asked": 4,
        "answered": 2,
        "within_day": 1,
        "median_hours": (1.5 + 60) / 2,
    }


def test_nothing_answered() -> None:
    assert leaders([], []) == {"asked": 0, "answered": 0, "within_day": 0}
