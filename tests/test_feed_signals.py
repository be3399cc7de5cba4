"""What orders a feed: being addressed, the profile of somebody new, weights that are learned."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from data.errors import UnreadableSource
from data.models import Interaction, Person, Post, Space
from evaluation.feedcollecting import Turned, read, write
from recommender.engine import Engine
from recommender.feedlearning import Turn, own_feed_ranker
from recommender.feedranker import SIGNALS, FeedRanker, default_feed_ranker
from recommender.following import FEED_RANKER, RANKER
from tests.communities import NOW, engine_of, new_store

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def order(engine: Engine, person: str, **asked: object) -> list[str]:
    page = engine.feed(person, k=20, now=NOW, **asked)  # type: ignore[arg-type]
    return [item.post.id for item in page.items]


def threads(count: int = 6) -> list[Post]:
    """Threads of one text and nearly one time: nothing tells them apart but what is added."""
    return [Post(f"t{i}", f"a{i}", NOW - 2 * DAY - i * HOUR, "paint") for i in range(count)]


def test_being_addressed_counts_from_the_moment_it_was_written() -> None:
    call = Post("r", "a5", NOW - DAY, "what does @**Vera Holm** think?", kind="reply", thread="t5")
    other = replace(call, id="s", author="a4", thread="t4", body="ask @vera.holmes or x@vera")
    engine = engine_of([Person("vera", name="Vera Holm"), *threads(), call, other])
    assert order(engine, "vera")[0] == "t5"
    (first, *rest) = engine.feed("vera", k=20, now=NOW).items
    assert "you are addressed in it" in first.reasons
    assert all("you are addressed in it" not in item.reasons for item in rest)
    before = engine.feed("vera", k=20, as_of=NOW - DAY, now=NOW).items
    assert all("you are addressed in it" not in item.reasons for item in before)


def test_a_changed_text_addresses_nobody_any_more() -> None:
    call = Post("r", "a5", NOW - DAY, "@vera, look", kind="reply", thread="t5")
    engine = engine_of([Person("vera"), *threads(), call])
    assert "you are addressed in it" in engine.feed("vera", now=NOW).items[0].reasons
    engine.store.apply([replace(call, body="never mind", updated=NOW - HOUR)], received=NOW)
    engine.sync()
    for item in engine.feed("vera", now=NOW).items:
        assert "you are addressed in it" not in item.reasons


def test_somebody_new_is_led_by_profile_membership_and_what_they_follow() -> None:
    about = "spotlight for the window display"
    posts = [*threads(), replace(threads()[5], id="near", body=about, author="a9")]
    told = engine_of([Person("v", about=about), *posts])
    blank = engine_of([Person("v"), *posts])
    assert order(told, "v").index("near") < order(blank, "v").index("near")
    space = Space("s", visibility="open", members=("v",))
    mine = [space, *(replace(post, space="s") if post.id == "t5" else post for post in posts)]
    item = {item.post.id: item for item in engine_of([Person("v"), *mine]).feed("v", now=NOW).items}
    assert any("of which you are a member" in reason for reason in item["t5"].reasons)
    follow = Interaction("v", "old", "follow", at=NOW - DAY)
    old = Post("old", "a9", NOW - 30 * DAY, about)
    led = engine_of([Person("v"), old, *posts, follow])
    assert order(led, "v").index("near") < order(blank, "v").index("near")


def busy(days: int = 40) -> list[Post]:
    """A thread every twelve hours, and two people who reply in every second one."""
    found = []
    for i in range(2 * days):
        begun = NOW - (days - i / 2) * DAY
        found.append(Post(f"t{i}", f"a{i % 5}", begun, f"paint {i % 7}"))
        for who in ("p", "q") if i % 2 else ():
            at = begun + 20 * HOUR
            found.append(Post(f"r{i}{who}", who, at, "so", kind="reply", thread=f"t{i}"))
    return [post for post in found if post.created < NOW]


def turns(count: int = 300) -> list[Turn]:
    """People who always take the thread with the most replies, which the default does not ask."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(count):
        signals = np.zeros((8, len(SIGNALS)), np.float32)
        signals[:, SIGNALS.index("replies")] = rng.random(8)
        chosen = int(signals[:, SIGNALS.index("replies")].argmax())
        found.append(Turn(signals, np.zeros(8), chosen))
    return found


def test_own_turns_move_the_weights_by_their_number() -> None:
    prior = default_feed_ranker()
    few, many = own_feed_ranker(turns(5), prior), own_feed_ranker(turns(), prior)
    assert prior.weights["replies"] < few.weights["replies"] < many.weights["replies"]
    assert (few.turns, many.turns) == (5, 300)
    assert many.weights["seen"] == prior.weights["seen"]
    assert own_feed_ranker([], prior).weights == prior.weights
    assert FeedRanker.from_bytes(many.to_bytes()) == many


def test_what_was_learned_is_kept_and_a_database_without_it_has_the_default() -> None:
    store = new_store()
    engine = engine_of(busy(), store)
    assert engine.feed_ranker == default_feed_ranker()
    learned = engine.learn(None, NOW)
    assert engine.feed("p", now=NOW).items
    assert engine.feed_ranker.turns == learned["turns"] > 0
    again = engine_of([], store)
    assert again.feed_ranker == engine.feed_ranker
    # As an earlier version left it.
    store.keep_learned({RANKER: store.learned()[RANKER]})
    assert engine.feed("p", now=NOW).items
    assert FEED_RANKER not in store.learned()
    assert engine.feed_ranker == default_feed_ranker()


def test_learning_sees_nothing_at_or_after_its_end() -> None:
    until = NOW - 5 * DAY
    rankers = []
    for posts in (busy(), [post for post in busy() if post.created < until]):
        engine = engine_of(posts)
        engine.learn(until, NOW)
        engine.feed("p", now=NOW)
        rankers.append(engine.feed_ranker)
    assert rankers[0] == rankers[1] and rankers[0].turns > 0


def test_turns_are_kept_as_they_are(tmp_path: Path) -> None:
    made = Turned("x", "f", tuple(turns(4)), tuple(turns(2)))
    write(made, tmp_path / "x.npz")
    kept = read(tmp_path / "x.npz")
    assert (kept.name, len(kept.train), len(kept.validation)) == ("x", 4, 2)
    for one, other in zip(made.train, kept.train, strict=True):
        assert np.array_equal(one.signals, other.signals) and one.chosen == other.chosen
    with pytest.raises(UnreadableSource):
        read(tmp_path / "y.npz")


def test_an_idea_in_another_language_is_as_close_as_its_twin_in_english() -> None:
    """What MiniLM had not read once counted as the pool's mean: foreign ideas came last."""
    about = "spotlight for the window display"
    asked = [
        Post(f"q{i}", f"b{i}", NOW - 40 * DAY, about, kind="question", language="en")
        for i in range(4)
    ]
    joined = [
        Post(f"j{i}", "v", NOW - 39 * DAY, "yes", kind="reply", thread=f"q{i}") for i in range(4)
    ]
    at = NOW - 2 * DAY
    pool = [Post(f"t{i}", f"a{i}", at, "paint and brush", language="en") for i in range(6)]
    twins = [Post(code, f"a {code}", at, about, language=code) for code in ("en", "de")]
    engine = engine_of([*asked, *joined, *pool, *twins])
    score = {item.post.id: item.score for item in engine.feed("v", k=20, now=NOW).items}
    assert score["de"] > score["t0"] + 0.8 * (score["en"] - score["t0"])
