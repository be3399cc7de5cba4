"""What is learned up to T knows nothing dated at or after T, nor anything without a date.

Whatever `learn` keeps is compared byte by byte: corpus statistics, rankers, calibrations.
"""

from collections.abc import Iterable
from functools import cache

import pytest

from data.models import INTERACTION_KINDS, Interaction, Post, Record
from recommender.engine import Engine
from tests import leaking
from tests.communities import NOW, Community
from tests.facts import FACTS
from tests.leaking import Leak
from tests.planting import SECOND, Plant, T, acts, engine_with, roots_of, told

THREADS = 150
"""Enough for more to be learned than how often words occur."""


def learned(plant: Plant | None) -> dict[str, bytes]:
    """What an engine keeps after learning up to T."""
    engine = engine_with(plant, THREADS)
    engine.learn(until=T, now=NOW)
    kept = engine.store.learned()
    assert kept and "topics" in kept
    return kept


@cache
def learned_before() -> dict[str, bytes]:
    return learned(None)


def check_learned(plant: Plant, before: dict[str, bytes]) -> None:
    """The same is learned with the planted facts as without them."""
    after = learned(plant)
    assert after.keys() == before.keys()
    for name, kept in before.items():
        assert after[name] == kept, name


GROUPS = {
    "posts and people": ("posts and replies at T", "posts and replies later", "new people"),
    "the questions' own threads": ("the questions' own threads",),
    "parents": ("parents of earlier replies",),
    "edits": tuple(fact for fact in FACTS if fact.startswith("edits")),
    "how posts stand": ("score and accepted",),
    "profiles": tuple(fact for fact in FACTS if fact.endswith("profiles")),
}
"""Facts by what they have in common; learning takes its time."""
GROUPS["interactions and links"] = tuple(
    fact for fact in FACTS if not any(fact in group for group in GROUPS.values())
)


def all_of(facts: Iterable[str]) -> Plant:
    """Several kinds of facts at once."""
    return lambda community: [record for fact in facts for record in FACTS[fact](community)]


@pytest.mark.parametrize("group", GROUPS)
def test_what_comes_later_teaches_nothing(group: str) -> None:
    check_learned(all_of(GROUPS[group]), learned_before())


def acts_after_the_last_question(community: Community) -> list[Record]:
    """What people did shortly before T, later than every question that could be learned from."""
    last = max(post.created for post in community.posts)
    assert last < T - SECOND
    return acts(T - SECOND, INTERACTION_KINDS)(community)


def test_no_question_learns_from_what_was_done_after_it() -> None:
    check_learned(acts_after_the_last_question, learned_before())


@pytest.mark.parametrize(
    ("fact", "leak"),
    [
        ("posts and replies at T", leaking.one_moment_late),
        ("posts and replies at T", leaking.a_month_late),
        ("posts and replies later", leaking.a_month_late),
        ("edits of bodies", leaking.newest_texts),
        ("edits of titles", leaking.a_month_late),
        ("edits of tags", leaking.a_month_late),
        ("new people", leaking.statistics_of_everything),
        ("the questions' own threads", leaking.a_month_late),
        ("parents of earlier replies", leaking.a_month_late),
        ("score and accepted", leaking.standing_signal("score")),
    ],
)
def test_a_leak_into_what_is_learned_is_caught(
    fact: str, leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_learned(FACTS[fact], learned(None))


# Frozen --------------------------------------------------------------------------------------


def check_frozen(engine: Engine) -> None:
    """Once learned, statistics stand: texts that come later do not move what is told of T."""
    engine.learn(until=T, now=NOW)
    kept, before = engine.store.learned(), told(engine)
    texts = [
        Post(f"{root.id} new", "p01", T, f"{root.body} unheard of {i}")
        for i, root in enumerate(roots_of(Community([], [], _posts(engine), [], [])))
    ]
    likes = [Interaction("p00", text.id, "like", at=T) for text in texts]
    engine.store.apply([*texts, *likes])
    engine.sync()
    assert engine.store.learned() == kept
    assert told(engine) == before


def _posts(engine: Engine) -> list[Post]:
    return list(engine.store.posts(range(1, 200)).values())


def test_what_was_learned_stands_until_the_next_time() -> None:
    check_frozen(engine_with(None))


@pytest.mark.parametrize("leak", [leaking.forgets_what_was_learned, leaking.no_bound])
def test_statistics_that_follow_the_texts_are_caught(
    leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_frozen(engine_with(None))
