"""Posts of one time, as of exports that know the day alone: the order they came in is no sign."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from data.models import Interaction, Link, Person, Post, Record
from tests.asking import answers, told
from tests.communities import (
    NOW,
    START,
    Community,
    engine_of,
    every_signal,
    random_community,
)


@pytest.mark.parametrize("seed", range(6))
def test_posts_of_one_time_may_come_in_any_order(seed: int) -> None:
    """Who came in first was held to have answered first, and the next to answer them."""
    whole = random_community(seed, threads=40)
    day = {post.id: post.created.replace(hour=0, minute=0) for post in whole.posts}
    once: dict[tuple[object, ...], Post] = {}
    for post in whole.posts:
        # Of one person in one thread on one day nothing but the text tells posts apart.
        once.setdefault((post.author, post.thread or post.id, day[post.id]), post)
    kept = {post.id for post in once.values()}
    posts = [
        Post(p.id, p.author, day[p.id], p.body, p.kind, p.title, thread=p.thread, space=p.space)
        for p in once.values()
        if p.thread is None or p.thread in kept
    ]
    records: list[Record] = [*whole.spaces, *whole.people]
    shuffled = Random(seed).sample(posts, len(posts))
    assert told(engine_of([*records, *posts])) == told(engine_of([*records, *shuffled]))


def test_of_two_who_replied_at_once_the_id_decides() -> None:
    root = Post("t", "z", START, "lamps")
    replies = [Post(f"r{who}", who, START, "so", thread="t") for who in "ab"]
    for order in ([root, *replies], [*reversed(replies), root]):
        community = engine_of([Person("z"), *order]).community
        first = community.posts["joins"] == 2
        assert [community.people[pk].id for pk in community.posts["author"][first]] == ["a"]


def coarse(community: Community, hours: int) -> Community:
    """The same, dated to so many hours: one person often says several things at one time."""

    def at(moment: datetime) -> datetime:
        return START + (moment - START) // timedelta(hours=hours) * timedelta(hours=hours)

    return replace(
        community,
        posts=[replace(post, created=at(post.created)) for post in community.posts],
        interactions=[
            replace(act, at=at(act.at) + timedelta(hours=hours))
            for act in community.interactions
            if act.at is not None
        ],
    )


def in_another_order(community: Community, rng: Random) -> list[Record]:
    kinds = (community.spaces, community.people, community.posts)
    acts = (community.interactions, community.links)
    return [record for kind in (*kinds, *acts) for record in rng.sample(kind, len(kind))]


@pytest.mark.parametrize("hours", [12, 72, 300])
@pytest.mark.parametrize("seed", range(3))
def test_what_one_person_says_at_one_time_may_come_in_any_order(seed: int, hours: int) -> None:
    """Which of their replies was the first, and what was learned of it, told the import's order."""
    community = coarse(random_community(seed, 40), hours)
    one, other = (
        engine_of(records, prior=every_signal())
        for records in (community.records(), in_another_order(community, Random(seed)))
    )
    assert told(one) == told(other)
    for engine in (one, other):
        engine.learn(None, NOW)
    assert told(one) == told(other)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_same_for_who_asks_between(seed: int) -> None:
    """What grows with each post puts it where it belongs, not behind what is of its time."""
    community = coarse(random_community(seed, 30), 72)
    whole = engine_of(community.records(), prior=every_signal())
    records = in_another_order(community, Random(seed))
    ready = sum(not isinstance(record, Interaction | Link) for record in records) - 12
    growing = engine_of(records[:ready], prior=every_signal())
    for start in range(ready, ready + 12, 3):
        answers(growing, "p01")
        growing.store.apply(records[start : start + 3], received=NOW)
        growing.sync()
    growing.store.apply(records[ready + 12 :], received=NOW)
    growing.sync()
    assert told(growing) == told(whole)
