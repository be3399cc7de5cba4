"""What like-minded people turned to: an archive is read by it, and nobody's secrets are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from data.models import Interaction, Person, Post, Record, Space
from recommender import collaborative
from recommender.engine import Engine
from recommender.view import view_of
from tests import leaking
from tests.asking import flattened
from tests.communities import (
    NOW,
    Community,
    engine_of,
    random_community,
    readable_part,
    sentence,
)

DAY = timedelta(days=1)
LONG_AGO = NOW - 900 * DAY
REASON = "people who turn to the same threads as you turned to it"


def library(seed: int = 3, articles: int = 260, readers: int = 24) -> Community:
    """Old articles, some closed, read by people of three tastes long after they came out.

    Some replies in open threads are for the members of the space; some people turn to those.
    """
    rng = Random(seed)
    names = [f"p{i:02}" for i in range(readers)]
    members = tuple(names[::4])
    spaces = [
        Space("open", members=members),
        Space("closed", visibility="members", members=members),
    ]
    posts = [
        Post(
            f"a{i:03}",
            "editor",
            LONG_AGO + i * timedelta(hours=20),
            sentence(rng, i),
            title=sentence(rng, i, 4),
            space="closed" if rng.random() < 0.3 else "open",
        )
        for i in range(articles)
    ]
    roots = [post for post in posts if post.space == "open"]
    posts += [
        Post(f"r{i:03}", rng.choice(names), root.created + 50 * DAY, "so", thread=root.id,
             space="open", visibility="members")
        for i, root in enumerate(rng.sample(roots, 50))
    ]  # fmt: skip
    acts = [
        Interaction(rng.choice(names), f"r{i:03}", "view", at=LONG_AGO + 400 * DAY)
        for i in range(50)
    ]
    for i, name in enumerate(names):
        mine = [
            post for n, post in enumerate(posts[:articles]) if n % 3 == i % 3 or rng.random() < 0.1
        ]
        for post in rng.sample(mine, 25):
            later = post.created + timedelta(days=20 + rng.random() * 300)
            acts.append(Interaction(name, post.id, rng.choice(["view", "like"]), at=later))
    people = [Person(name) for name in [*names, "editor"]]
    return Community(spaces, people, posts, acts, [])


def shown(engine: Engine, person: str, as_of: datetime | None = None) -> list[tuple[str, float]]:
    """A feed as ids and scores."""
    page = engine.feed(person, k=100, as_of=as_of, now=NOW)
    return [(item.post.id, item.score) for item in page.items]


def test_old_threads_come_where_like_minded_people_read_them() -> None:
    readers = library()
    ids = [id_ for id_, _ in shown(engine_of(readers.records()), "p04")]
    mine = [id_ for id_ in ids[:30] if int(id_[1:]) % 3 == 1]
    assert len(mine) >= 24
    # The newest two hundred alone would leave out sixty.
    oldest = {post.id for post in readers.posts[:60]}
    assert oldest & set(ids[:30])


def test_no_old_thread_comes_where_people_read_what_is_new() -> None:
    readers = library()
    soon = [
        replace(act, at=next(p.created for p in readers.posts if p.id == act.post) + DAY)
        for act in readers.interactions
    ]
    fresh = engine_of(replace(readers, interactions=soon).records())
    newest = {post.id for post in readers.posts[60 - 25 :]}
    assert {id_ for id_, _ in shown(fresh, "p04")} <= newest
    view = view_of(fresh.community, "p04", None, NOW)
    turns = collaborative.turns_of(fresh.community, view)
    assert collaborative.timeless_share(fresh.community, *turns) == 0.0


@pytest.mark.parametrize("viewer", ["p04", "p05"])
def test_reads_of_what_one_may_not_read_have_no_influence(viewer: str) -> None:
    readers = library()
    whole, part = (
        engine_of(community.records()) for community in (readers, readable_part(readers, viewer))
    )
    for as_of in (None, NOW - 300 * DAY):
        assert flattened(shown(whole, viewer, as_of)) == flattened(shown(part, viewer, as_of))
    assert (viewer == "p05") == (len(readable_part(readers, viewer).posts) < len(readers.posts))


def with_more(readers: Community, acts: Sequence[Interaction]) -> Engine:
    return engine_of([*readers.records(), *acts])


def plants(at: datetime | None) -> list[Interaction]:
    """Everybody of one taste turns to what another taste reads."""
    rng = Random(1)
    return [
        Interaction(f"p{i:02}", f"a{n:03}", rng.choice(collaborative.TURNED), at=at, value="worked")
        for i in range(1, 24, 3)
        for n in range(0, 60, 3)
        if (i, n) != (4, n)
    ]


@pytest.mark.parametrize("at", [None, NOW - 300 * DAY, NOW])
def test_what_came_later_or_bears_no_date_has_no_influence_on_the_past(
    at: datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers, moment = library(), NOW - 300 * DAY
    before, after = engine_of(readers.records()), with_more(readers, plants(at))
    assert shown(before, "p04", moment) == shown(after, "p04", moment)
    # The comparison sees a leak where there is one.
    leak = leaking.acts_without_time if at is None else leaking.acts_to_come
    leak(monkeypatch)
    # Engines keep what they made of a moment.
    before, after = engine_of(readers.records()), with_more(readers, plants(at))
    assert shown(before, "p04", moment) != shown(after, "p04", moment)


def test_who_is_hidden_lends_nobody_their_reads() -> None:
    readers = library()
    people = [replace(p, consent="hidden") if p.id > "p05" else p for p in readers.people]
    # A like is counted all the same.
    views = [replace(act, kind="view") for act in readers.interactions]
    hidden = replace(readers, people=people, interactions=views)
    left = [act for act in views if act.person and act.person <= "p05"]
    assert shown(engine_of(hidden.records()), "p04") == shown(
        engine_of(replace(hidden, interactions=left).records()), "p04"
    )


def test_what_is_still_to_come_is_no_turn_yet() -> None:
    """Replies of tomorrow, and replies in a thread that begins only then."""
    readers, moment = library(), NOW - 300 * DAY
    early = [
        Post(f"e{i}", f"p{i:02}", moment - DAY, "so", kind="reply", parent="root")
        for i in range(1, 24, 3)
    ]
    late = [*early, Post("root", "editor", moment + DAY, "late root")]
    ahead = [
        Post(f"f{n}", f"p{i:02}", NOW + DAY, "so", thread=f"a{n:03}")
        for i in range(1, 24, 3)
        for n in range(0, 60, 3)
    ]
    plain = engine_of(readers.records())
    for as_of, planted in ((moment, late), (None, ahead)):
        engine = engine_of([*readers.records(), *early, *planted])
        view = view_of(engine.past.of(engine.community, engine.store, as_of), "p04", as_of, NOW)
        expected = view_of(plain.community, "p04", as_of, NOW)
        told = [
            collaborative.together(v.community, v, e.community.person_keys["p04"]).share
            for e, v in ((engine, view), (plain, expected))
        ]
        known = len(readers.posts)
        assert told[0][: known + 1].tolist() == told[1][: known + 1].tolist()


def reasons(reader_count: int) -> set[str]:
    posts: list[Record] = [Post(f"a{i}", "e", LONG_AGO, "spotlight") for i in range(12)]
    names = [f"p{i}" for i in range(reader_count)]
    acts = [Interaction(n, f"a{i}", "view", at=NOW - DAY) for n in names for i in range(6)]
    own = [Interaction("me", f"a{i}", "view", at=NOW - DAY) for i in range(5)]
    engine = engine_of([Person("me"), *posts, *acts, *own])
    items = {item.post.id: item for item in engine.feed("me", now=NOW).items}
    assert next(iter(items)) == "a5"
    return set(items["a5"].reasons)


def test_it_is_told_of_several_people_alone() -> None:
    """Of one or two it would tell what they read."""
    assert REASON not in reasons(2)
    assert REASON in reasons(3)


def test_whom_nobody_is_like_is_shown_what_most_read() -> None:
    readers = library()
    everywhere = [Interaction(f"p{i:02}", "a007", "view", at=NOW - DAY) for i in range(20)]
    engine = engine_of([*readers.records(), Person("me"), *everywhere])
    assert shown(engine, "me")[0][0] == "a007"
    assert not any(REASON in item.reasons for item in engine.feed("me", now=NOW).items)
    assert shown(engine_of([Person("me"), Post("t", "a", NOW - DAY, "x")]), "me")[0][0] == "t"


def test_each_person_counts_once_for_a_thread() -> None:
    posts = [Post(f"a{i}", "e", LONG_AGO, "words") for i in range(3)]
    again = [
        Interaction("p", "a1", kind, at=NOW - n * DAY)
        for kind in ("view", "like", "bookmark")
        for n in (1, 2, 3)
    ]
    once = [Interaction(p, "a1", "view", at=NOW - DAY) for p in ("p", "q")]
    # The author's own look at it is none.
    twice = [Interaction(p, "a2", "view", at=NOW - DAY) for p in ("q", "r", "e")]
    engine = engine_of([Person("me"), *posts, *once, *again, *twice])
    community = engine.community
    view = view_of(community, "me", None, NOW)
    shared = collaborative.together(community, view, community.person_keys["me"])
    keys = [engine.store.post_key(f"a{i}") for i in range(3)]
    assert [int(shared.people[key]) for key in keys if key] == [0, 2, 2]


@pytest.mark.parametrize("most", [1, 3, 20, 10_000])
def test_the_latest_turns_are_the_last_of_all(most: int) -> None:
    community = engine_of(random_community(7, threads=60).records()).community
    view = view_of(community, "p04", None, NOW)
    for whole, last in zip(
        collaborative.turns_of(community, view),
        collaborative.turns_of(community, view, most),
        strict=True,
    ):
        assert len(last.person) == min(most, len(whole.person))
        for name in ("person", "root", "at"):
            assert getattr(last, name).tolist() == getattr(whole, name)[-most:].tolist()
