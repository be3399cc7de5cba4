"""What a viewer may not read has no influence: removing all of it changes no answer.

The oracle works from the records: a community of which everything that the viewer may not read
was never imported answers the same, object by object, to 1e-9.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import UnknownPerson
from data.models import Interaction, Link, Person, Post, Record, Space
from data.readers.detect import open_reader
from data.readers.face import ReadOptions
from recommender.engine import Engine
from recommender.queries import ExpertsQuery
from tests.asking import answers, flattened
from tests.communities import (
    NOW,
    START,
    Community,
    encoders,
    engine_of,
    every_signal,
    new_store,
    random_community,
    readable_part,
)

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"
DAY = timedelta(days=1)
QUIET = settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def everything(
    engine: Engine, viewer: str | None, as_of: datetime | None, community: Community
) -> dict[str, object]:
    """Every kind of answer to a viewer."""
    told = answers(engine, viewer, as_of)
    for person in [*(p.id for p in community.people), "p03", "p07", "p11"]:
        try:
            found: object = engine.expertise(person, viewer_id=viewer, as_of=as_of, now=NOW)
        except UnknownPerson:
            found = "nobody"
        told[f"expertise {person}"] = found
        try:
            near: object = engine.peers(
                person, k=5, viewer_id=viewer or "nobody", as_of=as_of, now=NOW
            )
        except UnknownPerson:
            near = "nobody"
        told[f"peers {person}"] = near
    for topic in engine.topics(viewer_id=viewer, as_of=as_of, now=NOW).topics:
        told[f"topic {topic.id}"] = engine.topic_threads(
            topic.id, "glass", k=50, viewer_id=viewer, as_of=as_of, now=NOW
        )
    told["people"] = engine.people("", viewer, NOW)
    for post in community.posts:
        told[f"thread {post.id}"] = engine.thread(post.id, viewer, NOW)
    return told


def compare(whole: dict[str, object], part: dict[str, object]) -> None:
    for question, answer in part.items():
        assert flattened(whole[question]) == flattened(answer), question


@QUIET
@given(seed=st.integers(0, 10_000), viewer=st.sampled_from([None, "p00", "p01", "p05", "p06"]))
def test_what_one_may_not_read_has_no_influence(seed: int, viewer: str | None) -> None:
    community = random_community(seed)
    whole, part = (
        engine_of(community.records(), prior=every_signal()),
        engine_of(readable_part(community, viewer).records(), prior=every_signal()),
    )
    for as_of in (None, START + timedelta(days=100)):
        # A thread is asked for by each id there ever was: unreadable ones are not there.
        told = everything(whole, viewer, as_of, community)
        compare(told, everything(part, viewer, as_of, community))


@settings(QUIET, max_examples=3)
@given(seed=st.integers(0, 10_000), viewer=st.sampled_from([None, "p00", "p05"]))
def test_what_one_may_not_read_has_no_influence_on_what_is_learned(
    seed: int, viewer: str | None
) -> None:
    """Nor on topics, their figures and labels, or on peers, whoever learned from what is open."""
    community = random_community(seed, threads=90)
    whole, part = (
        engine_of(community.records()),
        engine_of(readable_part(community, viewer).records()),
    )
    for engine in (whole, part):
        engine.learn(None, NOW)
    assert whole.topics(viewer_id=viewer, as_of=None, now=NOW).topics
    for as_of in (None, START + timedelta(days=120)):
        told = everything(whole, viewer, as_of, community)
        compare(told, everything(part, viewer, as_of, community))


def test_reading_less_is_told_apart() -> None:
    """The comparison sees a difference where there is one: members read more."""
    space = Space("s", visibility="members", members=("m",))
    posts = [
        Post("t", "a", START, "window lighting", space="s"),
        Post("r", "b", START, "use a spotlight", thread="t", space="s"),
    ]
    engine = engine_of([space, Person("m"), Person("n"), *posts])
    assert answers(engine, "m") != answers(engine, "n")
    page = engine.thread("r", "m", NOW)
    assert page is not None and [p.id for p in page.posts] == ["t", "r"]
    assert engine.thread("r", "n", NOW) is None
    assert {p.id for p in engine.people("", "n", NOW)} == {"m", "n"}
    assert {p.id for p in engine.people("", "m", NOW)} == {"m", "n", "a", "b"}
    with pytest.raises(UnknownPerson):
        engine.expertise("b", viewer_id="n", as_of=None, now=NOW)


def test_likes_of_what_is_closed_now_do_not_crowd_out_the_readable() -> None:
    """Taste is made of the last fifty threads: those that one may read, and no others."""
    closed = [Post(f"c{i}", "a", START, "closed words", space="s") for i in range(60)]
    opened = [Post(f"o{i}", "a", START, "window lighting spotlight") for i in range(3)]
    fresh = Post("new", "b", NOW - timedelta(days=1), "window lighting")
    likes = [Interaction("v", post.id, "like", at=START) for post in [*opened, *closed]]
    space = Space("s", visibility="members", members=("a",))
    whole = engine_of([space, Person("v"), *opened, *closed, fresh, *likes])
    part = engine_of([space, Person("v"), *opened, fresh, *likes[:3]])
    assert flattened(answers(whole, "v")) == flattened(answers(part, "v"))


def _shared_community(limit: int) -> Community:
    """The first `limit` posts of a real community, a third of its spaces made members-only."""
    path = SHARED / "zulip-ncar"
    if not path.is_dir():
        pytest.skip("../shared/data/zulip-ncar is not here")
    reader = open_reader(path, "auto")
    kinds: dict[type, list[object]] = {k: [] for k in (Space, Person, Post, Interaction, Link)}
    for item in _records(reader.read(path, ReadOptions())):
        if isinstance(item, Post) and len(kinds[Post]) >= limit:
            break
        kinds[type(item)].append(item)
    posts = [post for post in kinds[Post] if isinstance(post, Post)]
    there = {post.id for post in posts}
    # A reply whose thread lies beyond the cut would hang differently in the part.
    posts = [p for p in posts if p.thread is None or p.thread in there]
    names = sorted({post.author for post in posts if post.author})
    rng = Random(5)
    rooms = sorted({post.space for post in posts if post.space})
    spaces = [
        Space(room, visibility="members", members=tuple(rng.sample(names, len(names) // 3)))
        for room in rooms[::3]
    ]
    return Community(spaces, [p for p in kinds[Person] if isinstance(p, Person)], posts, [], [])


def _records(items: Iterator[object]) -> Iterator[object]:
    for item in items:
        yield item.record  # type: ignore[attr-defined]


def _check_shared(limit: int, open_engine) -> None:  # type: ignore[no-untyped-def]
    community = _shared_community(limit)
    authors = sorted({post.author for post in community.posts if post.author})
    for viewer in (authors[1], authors[len(authors) // 2]):
        part = readable_part(community, viewer)
        assert len(part.posts) < len(community.posts)
        whole_engine, part_engine = open_engine(community), open_engine(part)
        for as_of in (None, community.posts[len(community.posts) // 2].created):
            told = answers(whole_engine, viewer, as_of)
            compare(told, answers(part_engine, viewer, as_of))


def test_a_real_community_with_a_third_of_its_spaces_closed() -> None:
    _check_shared(1_500, lambda community: engine_of(community.records()))


@pytest.mark.skipif(not os.environ.get("WHOKNOWS_SLOW"), reason="set WHOKNOWS_SLOW=1: minutes")
def test_a_real_community_read_by_the_real_encoders() -> None:
    def opened(community: Community) -> Engine:
        store = new_store()
        store.apply(community.records())
        return Engine.open(store)

    assert encoders().keys() == {"minilm", "multilingual", "bridged"}
    _check_shared(20_000, opened)


def test_an_empty_viewer_does_not_see_with_the_askers_eyes() -> None:
    space = Space("s", visibility="members", members=("m",))
    posts = [
        Post("t", "m", START, "window lighting", space="s"),
        Post("r", "b", START, "use a spotlight", thread="t", space="s"),
    ]
    engine = engine_of([space, Person("m"), *posts])
    asked = ExpertsQuery("window lighting", asker_id="m")
    told = [
        engine.search_experts(replace(asked, viewer_id=eyes), NOW).candidates for eyes in (None, "")
    ]
    assert [[c.person.id for c in candidates] for candidates in told] == [["b"], []]


def moved_out_of(space: Space) -> list[Record]:
    """Threads of `o` and `p` that lay in `space` until lately, and lie in the open today."""
    then = []
    for i in range(6):
        root = Post(
            f"q{i}", "z", START + i * DAY, "window lighting", title="window", space=space.id
        )
        then += [
            root,
            *(
                Post(
                    f"{who}{i}",
                    who,
                    root.created + DAY / 9,
                    "glass",
                    thread=root.id,
                    kind="answer",
                    space=space.id,
                )
                for who in ("o", "p")
            ),
        ]
    late = Post("late", "z", NOW - 61 * DAY, "window lighting", title="window", space=space.id)
    aside = [
        Post("x", "y", START, "truck", space="other"),
        Post("xx", "w", START, "pallet", thread="x", space="other"),
    ]
    now = [replace(post, space="open", updated=NOW - DAY) for post in (*then, late)]
    return [space, Person("v"), *then, late, *aside, *now]


@pytest.mark.parametrize("viewer", ["v", "m"])
def test_a_members_space_of_then_is_named_to_todays_members_alone(viewer: str) -> None:
    """Its name was told to whoever asked of the time when threads lay there that are open now."""
    space = Space("sec", name="Project Merger", visibility="members", members=("o", "p", "m"))
    engine = engine_of([*moved_out_of(space), Person("m")], prior=every_signal())
    past = NOW - 60 * DAY
    peers = engine.peers("o", viewer_id=viewer, as_of=past, now=NOW)
    asked = ExpertsQuery("window lighting", space="sec", viewer_id=viewer, as_of=past)
    experts = engine.search_experts(asked, NOW)
    assert peers.peers and experts.candidates
    for told in (peers, experts):
        assert ("Merger" in repr(told)) == (viewer == "m")


def test_a_feed_of_the_past_names_no_space_that_one_is_no_member_of() -> None:
    """As peers do: see there."""
    space = Space("sec", name="Project Merger", visibility="members", members=("p",))
    for member in ((), ("o",)):
        now = replace(space, members=(*space.members, *member))
        engine = engine_of(moved_out_of(now))
        feed = engine.feed("o", as_of=NOW - 60 * DAY, now=NOW)
        assert "late" in [item.post.id for item in feed.items]
        reasons = [reason for item in feed.items for reason in item.reasons]
        assert any("Merger" in reason for reason in reasons) == bool(member)
