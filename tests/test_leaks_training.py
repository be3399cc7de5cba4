"""What the ranker is trained on is what it will see: each example has the state of its own time.

PROTOCOL.md, leak 6. An example's points are those of `search_experts` as of the question; what
happens later changes no example but those whose answer it is.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

import recommender.training
from data.models import Post
from data.rows import to_us
from embeddings.statistics import Statistics
from evaluation.protocol import split
from recommender.engine import Engine
from recommender.fitting import Example, as_vector
from recommender.frames import Frames
from recommender.queries import ExpertsQuery
from recommender.training import example_of, questions_of, repliers_of
from recommender.view import View, view_of
from tests.communities import NOW, Community, engine_of, every_signal, random_community
from tests.facts import FACTS
from tests.planting import DAY, Plant, T, engine_with

Patch = pytest.MonkeyPatch
THREADS = 90


def keys_and_statistics(engine: Engine) -> tuple[list[int], Statistics]:
    """The questions that could be learned from at T, and statistics of then."""
    then = engine._view(None, T, NOW)
    keys = questions_of(then, to_us(T)).tolist()
    assert len(keys) >= 10
    return keys, engine.texts.words.fit(then.counted)


def examples_now(engine: Engine) -> dict[str, Example | None]:
    """The examples of questions before T, made today; by the id of the question."""
    keys, statistics = keys_and_statistics(engine)
    today = engine._view(None, None, NOW)
    ids = engine.store.post_ids(keys)
    return {
        ids[key]: example_of(engine.parts, today, key, statistics, engine.ranker, Frames())
        for key in keys
    }


# As asked ------------------------------------------------------------------------------------


def open_community() -> Community:
    """Everything is open to everybody and nobody is nameless: a stranger sees what all see."""
    whole = random_community(11, threads=THREADS)
    return replace(
        whole,
        spaces=[replace(space, visibility="open") for space in whole.spaces],
        people=[replace(person, consent="open", joined=None) for person in whole.people],
        posts=[
            replace(post, anonymous=False, visibility="space", valid_until=None)
            for post in whole.posts
        ],
    )


def check_as_asked() -> None:
    """Each example scores its candidates as `search_experts` does for somebody asking then."""
    community = open_community()
    engine = engine_of(community.records(), prior=every_signal())
    roots = {post.id: post for post in community.posts}
    replies = split(community.records()).replies
    engine.statistics = keys_and_statistics(engine)[1]
    for id_, example in examples_now(engine).items():
        root = roots[id_]
        assert example is not None and len(example.fixed)
        answer = engine.search_experts(asked(root), now=root.created)
        before = {r.person for r in replies if r.post.created < root.created}
        scores = [c.score for c in answer.candidates if c.person.id in before]
        weights = as_vector(engine.ranker.weights, engine.ranker.pairs)
        ours = np.sort(example.scores(weights))[::-1]
        # The index keeps vectors in 16 bits, a question is encoded anew.
        assert ours.tolist() == pytest.approx(scores, abs=2e-3), id_


def asked(root: Post) -> ExpertsQuery:
    return ExpertsQuery(
        query=root.body or "",
        title=root.title,
        tags=root.tags,
        space=root.space,
        asker_id=root.author,
        k=100,
        as_of=root.created,
    )


def test_examples_are_scored_as_questions_are_answered() -> None:
    check_as_asked()


# Later ---------------------------------------------------------------------------------------


def check_unmoved(plant: Plant, before: dict[str, Example | None]) -> None:
    """The examples of earlier questions are the same with the planted facts as without them."""
    after = examples_now(engine_with(plant, THREADS))
    assert after.keys() == before.keys()
    for id_, known in before.items():
        found = after[id_]
        assert known is not None and found is not None
        for name in ("signals", "fixed", "replied"):
            assert getattr(found, name).tolist() == getattr(known, name).tolist(), (id_, name)
        for name in ("answered", "pace", "known"):
            assert getattr(found, name) == getattr(known, name), (id_, name)


@pytest.mark.parametrize("fact", ["posts and replies at T", "posts and replies later"])
def test_replies_to_come_change_no_example(fact: str) -> None:
    check_unmoved(FACTS[fact], examples_now(engine_with(None, THREADS)))


# Leaks on purpose ----------------------------------------------------------------------------


def state_of_today(patch: Patch) -> None:
    """Examples are made with all that is there when they are made."""

    def leaking(community: Any, viewer: str | None, as_of: datetime, now: datetime) -> View:
        view, today = view_of(community, viewer, as_of, now), view_of(community, viewer, None, NOW)
        return replace(view, moment=today.moment, posts=today.posts, texts=today.texts)

    patch.setattr(recommender.training, "view_of", leaking)


def state_of_the_next_week(patch: Patch) -> None:
    """Examples are made a week late: with the replies to the question itself."""

    def leaking(community: Any, viewer: str | None, as_of: datetime, now: datetime) -> View:
        return view_of(community, viewer, as_of + 7 * DAY, now)

    patch.setattr(recommender.training, "view_of", leaking)


def labels_without_end(patch: Patch) -> None:
    """Whoever replies at any later time has replied."""

    def leaking(view: View, key: int) -> Any:
        with patch.context() as inner:
            inner.setattr(recommender.training, "LABEL_US", 10**18)
            return repliers_of(view, key)

    patch.setattr(recommender.training, "repliers_of", leaking)


@pytest.mark.parametrize("leak", [state_of_today, state_of_the_next_week])
def test_examples_of_another_state_are_caught(
    leak: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_as_asked()


@pytest.mark.parametrize("leak", [state_of_today, labels_without_end])
def test_what_is_planted_catches_examples_of_today(
    leak: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_unmoved(FACTS["posts and replies at T"], examples_now(engine_with(None, THREADS)))
