"""The engine: scores that add up, whom it never suggests, and answers that are never stale."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Interaction, Person, Post, Space
from data.store import Store
from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery
from tests.asking import QUESTIONS, TEXTS, answers, flattened, told
from tests.communities import NOW, START, encoders, engine_of, new_store, random_community
from tests.databases import url_of

pytestmark = pytest.mark.usefixtures("each_database")

DAY = timedelta(days=1)
QUIET = settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
LAMPS = "window display lighting spotlight"


# Who knows ----------------------------------------------------------------------------------


@QUIET
@given(seed=st.integers(0, 10_000), k=st.integers(1, 20))
def test_contributions_add_up_and_probability_never_rises(seed: int, k: int) -> None:
    engine = engine_of(random_community(seed).records())
    for query in QUESTIONS:
        for as_of in (None, START + 100 * DAY):
            answer = engine.search_experts(replace(query, k=k, as_of=as_of), NOW)
            found = answer.candidates
            assert len(found) <= k
            for candidate in found:
                points = sum(part.points for part in candidate.contributions)
                assert abs(points - candidate.score) < 1e-6
                assert 1 <= len(candidate.contributions) <= 12
                assert 0.0 <= candidate.probability <= 1.0
            chances = [candidate.probability for candidate in found]
            assert chances == sorted(chances, reverse=True)
            order = [(-candidate.score, candidate.person.id) for candidate in found]
            assert order == sorted(order)
            assert 0.0 <= answer.answerable <= 1.0
            # A longer list begins with the shorter one; a bar empties it.
            longer = engine.search_experts(replace(query, k=100, as_of=as_of), NOW)
            assert longer.candidates[:k] == found
            barred = replace(query, k=k, as_of=as_of, min_probability=1.0)
            assert engine.search_experts(barred, NOW).candidates == ()


def _lamps(*people: Person, replies: int = 2) -> Engine:
    records: list[Person | Post] = [*people]
    for i, person in enumerate(people):
        for n in range(replies):
            when = NOW - timedelta(days=20 + i, hours=n)
            records.append(Post(f"q{i}.{n}", "asks", when, LAMPS, title=LAMPS))
            records.append(Post(f"a{i}.{n}", person.id, when, LAMPS, thread=f"q{i}.{n}"))
    return engine_of(records)


def _names(engine: Engine, **asked: object) -> list[str]:
    query = ExpertsQuery(LAMPS, k=50, **asked)  # type: ignore[arg-type]
    return [c.person.id for c in engine.search_experts(query, NOW).candidates]


def test_some_are_never_candidates() -> None:
    engine = _lamps(
        Person("ok"),
        Person("asker"),
        Person("bot", bot=True),
        Person("idle", active=False),
        Person("left", left=NOW - DAY),
        Person("leaving", left=NOW + DAY),
        Person("hidden", consent="hidden"),
    )
    assert set(_names(engine, asker_id="asker")) == {"ok", "leaving", "asks"}
    assert set(_names(engine, asker_id="stranger")) == {"ok", "leaving", "asks", "asker"}


def test_filters_and_ties() -> None:
    twins = [Person(f"x{i}", site="North", languages=("sv",)) for i in (3, 1, 2)]
    engine = engine_of([*twins, Person("y", site="south", languages=("de",))])
    assert _names(engine) == ["x1", "x2", "x3", "y"]
    assert _names(engine, sites=("north",), exclude=("x2",)) == ["x1", "x3"]
    assert _names(engine, languages=("DE", "fr")) == ["y"]
    assert _names(engine, spaces=("nowhere",)) == []


def test_a_profile_without_a_post_is_found() -> None:
    engine = _lamps(Person("talks", about="supplier invoices customs"), replies=1)
    assert _names(engine)[0] == "talks"
    engine.store.apply([Person("knows", title="Lighting", about=LAMPS)])
    engine.sync()
    answer = engine.search_experts(ExpertsQuery(LAMPS, k=50), NOW)
    knows = next(c for c in answer.candidates if c.person.id == "knows")
    assert any(part.kind == "profile" and part.points > 0 for part in knows.contributions)
    empty = engine_of([Person("knows", about=LAMPS), Person("other", about="customs")])
    assert _names(empty) == ["knows", "other"]


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_tiny_communities_answer(threads: int) -> None:
    engine = engine_of(random_community(1, threads=threads).posts[:10])
    for query in QUESTIONS:
        engine.search_experts(query, NOW)
    for text in TEXTS:
        assert len(engine.similar(text, NOW)) <= threads
    nobody = engine_of([])
    assert nobody.search_experts(QUESTIONS[0], NOW).candidates == ()
    assert nobody.search_experts(QUESTIONS[0], NOW).answerable == 0.0
    assert nobody.similar(TEXTS[0], NOW) == ()


def test_anonymous_posts_name_and_credit_nobody() -> None:
    """Answers handed out the author of an anonymous idea with the idea."""
    when = NOW - 3 * DAY
    posts = [
        Post("t", "shy", when, LAMPS, title=LAMPS, anonymous=True),
        Post("r", "other", when, LAMPS, thread="t"),
        Post("s", "shy2", when, LAMPS, thread="t", anonymous=True),
    ]
    engine = engine_of([Person("v"), *posts])
    assert "shy" not in _names(engine) and "shy2" not in _names(engine)
    shown = [idea.post for idea in engine.similar(SimilarQuery(body=LAMPS), NOW)]
    shown += [item.post for item in engine.feed("v", now=NOW).items]
    page = engine.thread("t", "v", NOW)
    assert page is not None
    shown += [post for post in page.posts if post.anonymous]
    assert [post.author for post in shown] == [None] * 4
    assert {p.id for p in engine.people("", "v", NOW)} == {"v", "other"}
    # The same text by somebody else, as anonymous: nothing that is asked tells them apart.
    known = [Person("v"), Person("shy"), Person("else"), posts[1]]
    own, others = (
        engine_of([*known, posts[0]]),
        engine_of([*known, replace(posts[0], author="else")]),
    )
    assert flattened(answers(own, "v")) == flattened(answers(others, "v"))


def test_the_named_are_not_quoted() -> None:
    engine = _lamps(Person("named", consent="named"), Person("open"))
    for candidate in engine.search_experts(ExpertsQuery(LAMPS), NOW).candidates:
        quoted = any(part.excerpt or part.post_id for part in candidate.contributions)
        assert quoted == (candidate.person.id != "named")
        for topic in engine.expertise(candidate.person.id, viewer_id=None, as_of=None, now=NOW):
            assert bool(topic.evidence) == (candidate.person.id == "open")


# Never stale --------------------------------------------------------------------------------


def test_a_write_through_one_engine_is_seen_by_the_other() -> None:
    first = engine_of(random_community(2).records())
    second = Engine(Store.open(url_of(first.store)), encoders(), None)
    second.sync()
    first.store.apply([Person("new", about=LAMPS), Post("n", "new", NOW, LAMPS, title=LAMPS)])
    first.sync()
    assert told(first) == told(second)
    assert "n" in [idea.post.id for idea in second.similar(SimilarQuery(body=LAMPS), NOW)]
    first.learn(None, NOW)
    assert told(first) == told(second) and second.statistics is not None
    second.store.delete_post("n")
    assert told(first) == told(second)


@settings(QUIET, max_examples=3)
@given(seed=st.integers(0, 10_000))
def test_after_any_writes_the_index_equals_a_rebuilt_one(seed: int) -> None:
    rng = Random(seed)
    community = random_community(seed, threads=12)
    records = community.records()
    engine = engine_of([*community.spaces, *community.people])
    for start in range(0, len(records), 17):
        part = records[start : start + 17]
        engine.store.apply([r for r in part if rng.random() < 0.9])
        some = rng.choice(community.posts)
        roll = rng.random()
        if roll < 0.2:
            engine.store.delete_post(some.id)
        elif roll < 0.3:
            engine.store.delete_person(some.author or "")
        elif roll < 0.6:
            engine.store.apply([replace(some, body=LAMPS, tags=("light",), updated=NOW - DAY)])
        elif roll < 0.7:
            engine.store.apply([replace(rng.choice(community.spaces), visibility="members")])
        if rng.random() < 0.6:
            engine.sync()
            engine.search_experts(QUESTIONS[0], NOW)
    engine.sync()
    rebuilt = Engine(engine.store, encoders(), None)
    rebuilt.sync()
    assert told(engine) == told(rebuilt)


@QUIET
@given(seed=st.integers(0, 10_000))
def test_deleting_equals_never_having_had_it(seed: int) -> None:
    community = random_community(seed)
    rng = Random(seed)
    engine = engine_of(community.records())
    gone = {post.id for post in rng.sample(community.posts, 5)}
    for id_ in gone:
        engine.store.delete_post(id_)
    gone |= {post.id for post in community.posts if post.thread in gone}
    left = replace(
        community,
        posts=[post for post in community.posts if post.id not in gone],
        interactions=[act for act in community.interactions if act.post not in gone],
        links=[link for link in community.links if not {link.source, link.target} & gone],
    )
    assert told(engine) == told(engine_of(left.records()))


# Snapshots on disk --------------------------------------------------------------------------


def test_what_needs_the_future_is_passed_over() -> None:
    engine = engine_of(
        [Space("s"), Post("t", "a", NOW + DAY, LAMPS), Interaction("b", "t", "like")]
    )
    assert engine.similar(SimilarQuery(body=LAMPS, as_of=NOW), NOW) == ()
    assert [idea.post.id for idea in engine.similar(SimilarQuery(body=LAMPS), NOW)] == ["t"]


def test_a_writer_waits_for_no_text_of_another() -> None:
    store = new_store()
    engine = Engine(store, encoders(), None)
    with store.database.noting() as numbers:
        store.apply([Post("mine", "ada", START, "spotlight on the carpet")])
    # An import that goes on meanwhile.
    store.apply([Post(f"p{i}", "bo", START, f"word{i}") for i in range(20)])
    engine.sync_written(numbers)
    assert engine.status()["pending"] == 20
    found = engine.similar(SimilarQuery(body="spotlight on the carpet"), NOW)
    assert [idea.post.id for idea in found] == ["mine"]
