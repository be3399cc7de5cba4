"""What is said of people is true of them: what they asked, wrote, liked, and never more."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data.models import Interaction, Person, Post, Record
from recommender import sentences
from recommender.engine import Engine
from recommender.queries import ExpertsQuery
from recommender.results import Contribution
from tests.communities import NOW, TOPICS, engine_of, every_signal

LAMPS = "window display lighting spotlight"
DAY = timedelta(days=1)


def told_of(engine: Engine, person: str, **asked: object) -> list[Contribution]:
    query = ExpertsQuery(LAMPS, k=50, **asked)  # type: ignore[arg-type]
    found = {c.person.id: c.contributions for c in engine.search_experts(query, NOW).candidates}
    return list(found[person])


def thread(id_: str, author: str, when: datetime, kind: str, *repliers: str) -> list[Record]:
    """A thread about lamps and its replies, a day after each other."""
    root = Post(id_, author, when, LAMPS, title=LAMPS, kind=kind)
    replies = [
        Post(f"{id_}.{who}", who, when + DAY * (n + 1), LAMPS, thread=id_, parent=id_)
        for n, who in enumerate(repliers)
    ]
    return [root, *replies]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("question", "asked a similar question"),
        ("idea", "had a similar idea"),
        ("post", "started a similar thread"),
    ],
)
def test_who_asked_the_like_is_not_said_to_know_it(kind: str, said: str) -> None:
    """A question of one's own was told as "started a similar thread", like an answer to one; of
    people who are not quoted, as "has replied to something similar"."""
    posts = thread("q", "begins", NOW - 20 * DAY, kind, "replies", "quiet")
    posts += thread("o", "reticent", NOW - 22 * DAY, kind, "replies")
    people = [Person(id_, consent="named") for id_ in ("quiet", "reticent")]
    engine = engine_of([*people, *posts], prior=every_signal())
    reasons = {
        who: {part.reason for part in told_of(engine, who) if part.kind == "post"}
        for who in ("begins", "reticent", "replies", "quiet")
    }
    assert f"{said}: {LAMPS}" in reasons["begins"]
    assert reasons["reticent"] == {f"has {said}"}
    assert f"replied in a similar thread: {LAMPS}" in reasons["replies"]
    assert reasons["quiet"] == {"has replied to something similar"}


def test_points_for_being_here_are_not_told_as_having_done_nothing() -> None:
    """Who had started threads alone got +4.95 under "has not replied yet"."""
    engine = engine_of(
        [
            Person("silent"),
            *thread("a", "begins", NOW - 30 * DAY, "question", "both"),
            *thread("b", "both", NOW - 2 * DAY, "question"),
        ]
    )
    begins = {part.reason: part for part in told_of(engine, "begins")}
    assert begins["wrote here last on 2024-06-01"].points > 0.0
    both = [part.reason for part in told_of(engine, "both")]
    assert "has replied in one thread, last on 2024-06-02, and wrote here on 2024-06-29" in both
    for part in told_of(engine, "silent"):
        assert part.kind == "baseline" or not part.reason.startswith("has not")


def test_a_space_is_named_of_those_alone_who_reply_there() -> None:
    """Who replies elsewhere was told to reply in the question's space, with points taken off."""
    posts = [replace(post, space="east") for post in thread("e", "x", NOW - 9 * DAY, "post", "in")]
    posts += [replace(post, space="west") for post in thread("w", "x", NOW - 8 * DAY, "post", "of")]
    engine = engine_of(posts, prior=every_signal())
    said = {
        who: [part.reason for part in told_of(engine, who, space="east") if part.kind == "space"]
        for who in ("in", "of")
    }
    assert said == {"in": ["replies in east"], "of": ["replies elsewhere, not yet in east"]}


def test_a_profile_is_told_of_from_a_likeness_on() -> None:
    """ "Says so of their own work" was said of whoever had a title and any likeness."""
    people = [
        Person("near", title="Lighting", about=LAMPS),
        Person("far", title="Clerk", about=f"spotlight {TOPICS[1]} {TOPICS[2]}"),
    ]
    engine = engine_of([*people, *thread("a", "x", NOW - 9 * DAY, "post", "near", "far")])
    near = [part for part in told_of(engine, "near") if part.kind == "profile"]
    assert [part.reason for part in near] == ["their profile is close to this (Lighting)"]
    assert not [part for part in told_of(engine, "far") if part.kind == "profile"]


def test_posts_beside_are_counted_as_what_they_are() -> None:
    """They were "4 more replies" as evidence, also with nothing above and of started threads."""
    assert sentences.further(4, 0, beside=True) == "and 4 other replies, in threads less like this"
    assert sentences.further(1, 0, beside=True) == "and one other reply, in a thread less like this"
    assert sentences.further(1, 0, beside=False) == "one reply, in a thread little like this"
    assert sentences.further(2, 1, beside=True) == "and 3 other posts, in threads less like this"
    assert sentences.further(0, 1, beside=False) == "one post, in a thread little like this"


def test_how_soon_somebody_replies_is_a_statement() -> None:
    """It was "how soon they usually reply", which says neither."""
    posts = thread("a", "x", NOW - 40 * DAY, "question", "slow")
    when = NOW - 30 * DAY
    posts.append(Post("b", "x", when, LAMPS, title=LAMPS))
    posts.append(Post("b1", "fast", when + DAY / 24, LAMPS, thread="b"))
    engine = engine_of(posts, prior=every_signal())
    assert "usually replies soon" in [part.reason for part in told_of(engine, "fast")]
    assert "usually takes a while" in [part.reason for part in told_of(engine, "slow")]


def test_the_feed_says_no_more_than_that_somebody_turned_to_threads() -> None:
    """Who had only liked threads was told of threads they had joined and taken part in."""
    old = [
        Post(f"o{n}", "ada", NOW - 60 * DAY, TOPICS[0], title="window display", tags=("glass",))
        for n in range(8)
    ]
    likes = [Interaction("fan", post.id, "like", at=NOW - 50 * DAY) for post in old]
    new = [
        Post("n", "ada", NOW - DAY, TOPICS[0], title="window display", tags=("glass",)),
        *(Post(f"m{n}", "bo", NOW - DAY, TOPICS[n % 3 + 1], title="truck") for n in range(6)),
    ]
    page = engine_of([Person("fan"), *old, *likes, *new]).feed("fan", now=NOW)
    reasons = next(item.reasons for item in page.items if item.post.id == "n")
    assert any("turned to" in reason for reason in reasons)
    assert not any("joined" in reason or "taken part" in reason for reason in reasons)
