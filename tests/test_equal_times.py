"""Posts of one time, as of exports that know the day alone: the order they came in is no sign."""

from random import Random

import pytest

from data.models import Person, Post, Record
from tests.asking import told
from tests.communities import START, engine_of, random_community


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
