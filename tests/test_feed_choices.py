"""What somebody new chose leads their feed, from when they chose it, and nobody else's."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import numpy as np
import pytest

from data.models import Person, Post
from data.store import Store
from recommender.engine import Engine
from recommender.feedchoices import CHOICES_PRIOR, share_left
from recommender.queries import ExpertsQuery
from recommender.questions import Question
from recommender.results import FeedItem
from tests.asking import answers
from tests.communities import NOW, encoders, engine_of, new_store, random_community

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LIGHT = "spotlight window display"


def threads(count: int = 6) -> list[Post]:
    """Threads of one text and nearly one time, and an older one on light."""
    posts = [Post(f"t{i}", f"a{i}", NOW - 2 * DAY - i * HOUR, "paint") for i in range(count)]
    return [*posts, Post("light", "a9", NOW - 3 * DAY, "spotlight for the window display")]


def community(store: Store | None = None) -> Engine:
    return engine_of([Person("v"), Person("w"), *threads()], store)


def feed(engine: Engine, person: str = "v", as_of: datetime | None = None) -> list[FeedItem]:
    return list(engine.feed(person, k=20, as_of=as_of, now=NOW).items)


def choose(engine: Engine, *topics: str, at: datetime = NOW - HOUR, person: str = "v") -> None:
    engine.store.choose(person, topics, at)
    engine.sync()


def test_it_leads_and_says_so() -> None:
    engine = community()
    before = feed(engine)
    assert before[0].post.id != "light"
    choose(engine, "carpet", LIGHT)
    first, *rest = feed(engine)
    assert first.post.id == "light"
    assert f"you chose “{LIGHT}”" in first.reasons
    # What is about nothing that was chosen stands as it did, and is told nothing else.
    assert rest == [item for item in before if item.post.id != "light"]
    choose(engine)
    assert feed(engine) == before


def test_a_topic_that_nobody_talks_about_moves_nothing() -> None:
    engine = community()
    before = feed(engine)
    choose(engine, "invoices of customs")
    assert feed(engine) == before


@pytest.mark.parametrize("at", [NOW - DAY, NOW - HOUR])
def test_of_a_moment_it_counts_if_it_was_chosen_before(at: datetime) -> None:
    engine = community()
    before = feed(engine, as_of=NOW - DAY)
    choose(engine, LIGHT, at=at)
    assert feed(engine, as_of=NOW - DAY) == before
    assert feed(engine, as_of=NOW)[0].post.id == "light"


def test_what_was_chosen_before_keeps_its_time_when_more_is_chosen() -> None:
    engine = community()
    choose(engine, LIGHT, at=NOW - 2 * DAY)
    then = feed(engine, as_of=NOW - DAY)
    assert then[0].post.id == "light"
    choose(engine, "paint", LIGHT, at=NOW - HOUR)
    assert feed(engine, as_of=NOW - DAY) == then


def test_the_more_somebody_turned_to_the_less_it_counts() -> None:
    points = []
    for count in (0, 3, 10):
        old = [Post(f"o{i}", f"b{i}", NOW - 90 * DAY, "paint") for i in range(count)]
        joined = [
            Post(f"r{i}", "v", NOW - 89 * DAY, "paint", kind="reply", thread=f"o{i}")
            for i in range(count)
        ]
        engine = engine_of([Person("v"), *old, *joined, *threads()])

        def score(engine: Engine = engine) -> float:
            return next(item.score for item in feed(engine) if item.post.id == "light")

        before = score()
        choose(engine, LIGHT)
        points.append(score() - before)
        assert engine.chosen("v", NOW).share == share_left(count)
    assert points[0] > points[1] > points[2] > 0
    assert points[2] == pytest.approx(points[0] / 2, abs=1e-5) and CHOICES_PRIOR == 10


def test_it_is_seen_and_felt_by_nobody_else() -> None:
    """Neither in others' answers, nor in what is said of the person to anybody."""
    records = random_community(4).records()
    engines = [engine_of(records), engine_of(records)]
    choose(engines[1], "spotlight glass", "delivery truck", person="p01")
    asked = ExpertsQuery("spotlight glass for the window", k=20)
    for viewer, as_of in product((None, "p01", "p02", "p05"), (None, NOW - 30 * DAY)):
        one, other = (answers(engine, viewer, as_of) for engine in engines)
        if viewer == "p01":
            # Their own feed: chosen a while after the past moment, it counts today alone.
            assert (one.pop("feed") == other.pop("feed")) is (as_of is not None)
        assert one == other
    found = [engine.search_experts(asked, NOW) for engine in engines]
    assert found[0] == found[1]
    for viewer in (None, "p01", "p02"):
        surveyed = [
            (
                engine.expertise("p01", viewer_id=viewer, as_of=None, now=NOW),
                engine.peers("p02", viewer_id=viewer, now=NOW),
                engine.peers("p01", now=NOW),
                engine.topics(viewer_id=viewer, as_of=None, now=NOW),
            )
            for engine in engines
        ]
        assert surveyed[0] == surveyed[1]


def test_learning_takes_no_notice() -> None:
    kept = []
    for topics in ((), ("spotlight glass", "truck")):
        engine = engine_of(random_community(4, threads=60).records())
        choose(engine, *topics, at=NOW - 100 * DAY, person="p02")
        engine.learn(None, NOW)
        kept.append(engine.store.learned())
    assert kept[0] == kept[1]


def test_a_server_that_was_there_and_one_that_starts_tell_the_same() -> None:
    engine = community()
    choose(engine, LIGHT, "地毯清洁")
    again = Engine(engine.store, encoders(), None)
    again.sync()
    assert feed(engine) == feed(again)
    assert again.chosen("v", NOW) == engine.chosen("v", NOW)
    engine.store.delete_person("v")
    engine.store.put_person(Person("v"))
    engine.sync()
    assert engine.chosen("v", NOW).topics == ()


def test_a_topic_in_another_language_finds_what_is_written_in_this_one() -> None:
    posts = [replace(post, language="sv") if post.id == "light" else post for post in threads()]
    engine = engine_of([Person("v"), *posts])
    choose(engine, LIGHT)
    assert feed(engine)[0].post.id == "light"


def test_an_empty_store_has_nothing_to_read() -> None:
    engine = engine_of([], new_store())
    assert engine.profiles.choices.before(1, NOW) == ()


def test_several_questions_at_once_are_as_like_as_one_by_one() -> None:
    engine = engine_of(random_community(5, threads=40).records())
    texts = engine.texts
    rows = np.arange(len(engine.community.versions))
    asked = (
        "spotlight glass",
        "which truck shall we take to the warehouse",
        "fönster",
        "灯光和橱窗",
    )
    both, one_lane = ("minilm", "multilingual"), ("multilingual",)
    questions = [
        Question(text, language, {lane: engine.encoders[lane].encode([text])[0] for lane in lanes})
        for text, language, lanes in zip(
            asked, (None, "en", "sv", "zh"), (both, both, one_lane, one_lane), strict=True
        )
    ]
    one = np.stack([texts.likeness(question, rows) for question in questions])
    assert np.allclose(texts.likeness_of_each(questions, rows), one, atol=1e-9)
    assert (one != 0).any(axis=1).all()
