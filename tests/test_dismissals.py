"""Not for me: gone at once, and a mild step back for what is like it; told in words."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from data.models import Interaction, Person, Post, Record
from data.store import Store
from recommender.dismissals import LIKE_IT, MOST_TIMES, SAME_SOURCE
from recommender.engine import Engine
from recommender.results import FeedItem
from recommender.words import MOST_REASONS
from tests.communities import COMMON, NOW, TOPICS, engine_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BACK = "less prominent: like what you set aside"


def feed(engine: Engine, person: str = "v") -> dict[str, FeedItem]:
    return {item.post.id: item for item in engine.feed(person, k=20, now=NOW).items}


def community(*more: Record) -> list[Record]:
    """A thread, its near-duplicate by another, others of the same author, in and out of the space,
    and one that has nothing to do with it."""
    return [
        Person("v"),
        Post("it", "a", NOW - 5 * HOUR, TOPICS[0], space="s"),
        Post("double", "b", NOW - 5 * HOUR, TOPICS[0], space="s"),
        Post("same source", "a", NOW - 5 * HOUR, TOPICS[1], space="s"),
        Post("elsewhere", "a", NOW - 5 * HOUR, TOPICS[1], space="t"),
        Post("other", "c", NOW - 5 * HOUR, TOPICS[2], space="s"),
        *more,
    ]


def test_what_is_waved_off_is_gone_and_its_like_steps_back() -> None:
    before = feed(engine_of(community()))
    engine = engine_of(community(Interaction("v", "it", "dismiss", at=NOW - HOUR)))
    after = feed(engine)
    lost = {id_: after[id_].score - before[id_].score for id_ in after}
    assert "it" not in after
    assert {id_: round(points, 6) for id_, points in lost.items()} == {
        "double": LIKE_IT,
        "same source": SAME_SOURCE,
        "elsewhere": 0.0,
        "other": 0.0,
    }
    assert {id_ for id_ in after if BACK in after[id_].reasons} == {"double", "same source"}
    assert all(len(item.reasons) <= MOST_REASONS for item in after.values())
    assert feed(engine, "b").keys() == {"it", "same source", "elsewhere", "other"}
    assert not any(BACK in item.reasons for item in feed(engine, "b").values())


def test_nobody_is_silenced_by_it_and_an_anonymous_author_is_nobody() -> None:
    posts = [
        Post(f"a{i}", "a", NOW - 5 * HOUR, f"word{i} and{i} more{i}", space="s") for i in range(9)
    ]
    waved = [Interaction("v", f"a{i}", "dismiss", at=NOW - HOUR) for i in range(8)]
    plain = [
        Post(f"q{i}", "q", NOW - 5 * HOUR, f"{TOPICS[3 - i]} {COMMON}", space="s", anonymous=True)
        for i in range(2)
    ]
    before = feed(engine_of(community(*posts, *plain)))
    after = feed(engine_of(community(*posts, *plain, *waved, Interaction("v", "q0", "dismiss"))))
    assert after["same source"].score - before["same source"].score >= SAME_SOURCE * MOST_TIMES
    assert after["q1"].score == before["q1"].score


@pytest.mark.parametrize("kind", ["view", "dismiss"])
@pytest.mark.parametrize("at", [NOW + DAY, None])
def test_what_is_done_counts_today_whatever_its_date(kind: str, at: datetime | None) -> None:
    """What was viewed or waved off by a clock that is fast came again until its hour had come."""
    engine = engine_of(community(Interaction("v", "it", kind, at=at)))
    assert "it" not in feed(engine)
    assert any(BACK in item.reasons for item in feed(engine).values()) == (kind == "dismiss")
    items = engine.feed("v", k=20, as_of=NOW, now=NOW).items
    assert "it" in {item.post.id for item in items}
    assert not any(BACK in item.reasons for item in items)


def test_over_http_at_once_and_with_the_propensity_kept(
    client: TestClient, service: tuple[Store, Engine]
) -> None:
    store, engine = service
    store.apply([Person("v", site="here"), Person("a", site="there")])
    now = NOW.__class__.now(NOW.tzinfo)
    store.apply([Post(f"t{i}", "a", now - (i + 1) * HOUR, f"{TOPICS[0]} {i}") for i in range(30)])
    engine.sync()
    items = client.get("/v1/people/v/feed?k=30").json()["items"]
    drawn = [item for item in items if "propensity" in item]
    # One of ten: every thread here is by somebody at another site.
    assert 2 <= len(drawn) <= 3 and all(0 < item["propensity"] <= 1 for item in drawn)
    assert all(item["reasons"][0] == "from another site" for item in drawn)
    told = {
        "person": "v", "post": drawn[0]["post"]["id"], "kind": "dismiss",
        "propensity": drawn[0]["propensity"],
    }  # fmt: skip
    answer = client.post("/v1/interactions", json=told)
    assert answer.status_code == 201 and answer.json()["propensity"] == told["propensity"]
    again = client.get("/v1/people/v/feed?k=30").json()["items"]
    assert told["post"] not in {item["post"]["id"] for item in again}
