"""The leak list of PROTOCOL.md: the future is planted, and nothing told of the past moves.

Each planted fact is dated at or after T, or has no date. Answers as of T stay the same to the
last bit; and for each fact there is a leak, put in on purpose, that the same check catches.
"""

import pytest

from data.models import INTERACTION_KINDS, LINK_KINDS
from tests import leaking
from tests.facts import FACTS, PROFILE_FIELDS
from tests.leaking import Leak
from tests.planting import DAY, T, check_unmoved, engine_with, told

CAUGHT: dict[str, tuple[Leak, ...]] = {
    "posts and replies at T": (
        leaking.one_moment_late,
        leaking.everybody_who_will_write,
        leaking.statistics_of_everything,
        leaking.activity_to_come,
    ),
    "posts and replies later": (leaking.no_bound, leaking.statistics_of_everything),
    "being addressed at T": (leaking.one_moment_late,),
    "edits that address people": (leaking.newest_texts,),
    "edits of bodies": (leaking.one_moment_late, leaking.newest_texts),
    "edits of titles": (leaking.newest_texts,),
    "edits of tags": (leaking.newest_texts,),
    "edits of the language": (leaking.newest_texts,),
    "edits of the kind": (leaking.posts_of_today,),
    "edits of the kind to an idea": (leaking.posts_of_today,),
    "edits of the space": (leaking.posts_of_today,),
    "edits of the end of validity": (leaking.posts_of_today,),
    "edits of the author": (leaking.posts_of_today,),
    **{f"{kind}s at T": (leaking.acts_to_come,) for kind in INTERACTION_KINDS},
    "interactions later": (leaking.acts_to_come,),
    "votes of T's own day": (leaking.votes_on_their_day,),
    "undated interactions": (leaking.acts_without_time,),
    **{f"{kind} links at T": (leaking.threads_of_links,) for kind in LINK_KINDS},
    "undated links": (leaking.threads_of_links,),
    "links said again at T": (leaking.last_word_of_links,),
    "links said again without a date": (leaking.last_word_of_links,),
    "score and accepted": (leaking.standing_signal("score"), leaking.standing_signal("accepted")),
    **{f"the {name} of profiles": (leaking.profile_signal(name),) for name in PROFILE_FIELDS},
    "new people": (leaking.everybody_who_will_write, leaking.activity_to_come),
    "the questions' own threads": (leaking.one_moment_late, leaking.no_bound),
    "parents of earlier replies": (leaking.posts_of_today,),
}
"""For each kind of fact, the leaks by which it would get in."""

CAUGHT["the active of profiles"] += (leaking.inactive_today,)
CAUGHT["the left of profiles"] += (leaking.inactive_today,)
CAUGHT["the name of profiles"] += (leaking.names_of_today,)
for field in ("title", "about", "department", "weekly_capacity", "away_until"):
    CAUGHT[f"the {field} of profiles"] += (leaking.undated_profiles,)


@pytest.fixture(scope="module")
def before() -> dict[str, object]:
    return told(engine_with(None))


@pytest.mark.parametrize("fact", FACTS)
def test_the_future_moves_nothing(fact: str, before: dict[str, object]) -> None:
    after = told(engine_with(FACTS[fact]))
    for question, answer in before.items():
        assert after[question] == answer, question
    assert after.keys() == before.keys()


@pytest.mark.parametrize(
    ("fact", "leak"),
    [
        pytest.param(fact, leak, id=f"{fact}-{getattr(leak, '__qualname__', i)}")
        for fact, leaks in CAUGHT.items()
        for i, leak in enumerate(leaks)
    ],
)
def test_a_leak_put_in_on_purpose_is_caught(
    fact: str, leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_unmoved(FACTS[fact])


def test_every_fact_has_a_leak_that_it_would_catch() -> None:
    assert CAUGHT.keys() == FACTS.keys()


@pytest.mark.parametrize(
    "fact", ["interactions later", "votes of T's own day", "new people", "posts and replies at T"]
)
def test_what_is_dated_counts_once_its_time_has_come(fact: str) -> None:
    with pytest.raises(AssertionError):
        check_unmoved(FACTS[fact], as_of=T + 2 * DAY)
