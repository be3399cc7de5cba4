"""Old threads with new life come back into feeds, as of then and as far as one may read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data.models import Person, Post, Space
from recommender import feedpool
from recommender.ideas import DAY_US
from recommender.revival import MOST, lapse
from tests.communities import NOW, engine_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _small_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old threads fill no pool here."""
    monkeypatch.setattr(feedpool, "POOL", 1)


def reply(thread: str, who: str, ago: timedelta, **more: object) -> Post:
    id_ = f"{thread}-{who}-{ago}"
    return replace(Post(id_, who, NOW - ago, "so", kind="reply", thread=thread), **more)  # type: ignore[arg-type]


def shown(posts: list[object], viewer: str = "v", **asked: object) -> dict[str, tuple[str, ...]]:
    fresh = [Post(f"new{n}", "e", NOW - n * DAY, "fresh") for n in (1, 2, 3)]
    # People here read what is new.
    young = [reply("new3", f"x{n}", 2.5 * DAY) for n in range(30)]
    engine = engine_of([Person("v"), Person("m"), *fresh, *young, *posts])  # type: ignore[list-item]
    page = engine.feed(viewer, k=50, now=NOW, **asked)  # type: ignore[arg-type]
    return {item.post.id: item.reasons for item in page.items}


OLD = Post("old", "a", NOW - 120 * DAY, "paint")
TWO = [reply("old", "b", 5 * HOUR), reply("old", "c", 3 * HOUR)]


def test_two_people_after_a_quiet_bring_a_thread_back_and_it_is_told() -> None:
    assert shown([OLD, *TWO])["old"][0] == "talked about again after 4 months"
    assert "old" not in shown([OLD, TWO[0]])
    assert "old" not in shown([OLD, TWO[0], reply("old", "b", HOUR)])
    assert "old" not in shown([OLD, reply("old", "d", 10 * DAY), *TWO])
    assert "old" not in shown([OLD, TWO[0], reply("old", "c", HOUR, anonymous=True)])
    assert "old" not in shown([Person("c", bot=True), OLD, *TWO])


def test_nobody_is_shown_what_they_take_part_in() -> None:
    assert "old" not in shown([OLD, *TWO, reply("old", "v", HOUR)])
    assert "old" not in shown([replace(OLD, author="v"), *TWO])


def test_it_is_as_of_then_and_of_what_one_may_read() -> None:
    assert "old" not in shown([OLD, *TWO], as_of=NOW - 3 * HOUR)
    assert "old" in shown([OLD, *TWO], as_of=NOW - 2 * HOUR)
    assert "old" not in shown([OLD, *TWO], as_of=NOW + 5 * DAY)
    closed = Space("s", visibility="members", members=("m",))
    hidden = [OLD, TWO[0], replace(TWO[1], space="s")]
    assert "old" not in shown([closed, *hidden])
    assert "old" in shown([closed, *hidden], viewer="m")


def test_a_few_at_most_and_the_pool_of_young_threads_stays() -> None:
    many: list[object] = []
    for n in range(MOST + 2):
        many += [replace(OLD, id=f"o{n}"), reply(f"o{n}", "b", HOUR), reply(f"o{n}", "c", HOUR)]
    found = shown(many)
    assert len([id_ for id_ in found if id_.startswith("o")]) == MOST
    assert {"new1", "new2", "new3"} < found.keys()


def test_a_lapse_in_words() -> None:
    told = {14: "2 weeks", 45: "6 weeks", 61: "2 months", 400: "13 months", 731: "2 years"}
    assert {days: lapse(days * DAY_US) for days in told} == told
