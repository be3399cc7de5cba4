"""What has no influence on a community's figures: the future, the unreadable, the deleted."""

import pytest

from data.models import Person, Space
from recommender.results import FiguresAnswer, PeriodFigures, Share
from tests import leaking
from tests.communities import NOW, engine_of
from tests.facts import FACTS
from tests.leaking import Leak
from tests.planting import DAY, Plant, T, engine_with
from tests.test_figures import PEOPLE, act, idea, question, reply, told


def test_what_the_viewer_may_not_read_counts_for_members_alone() -> None:
    asked = question("q", space="s")
    inside = reply(asked, "ben", space="s")
    records = [
        Space("s", visibility="members", members=("ann", "ben")),
        *(asked, inside, act("ann", inside, "helpful"), idea("i", "ben", space="s")),
        question("open", "cem"),
    ]
    assert told(records).now == told([question("open", "cem")]).now
    seen = told(records, viewer="ann").now
    assert (seen.asked, seen.ideas, seen.helped) == (2, 1, Share(1, 2))


@pytest.mark.parametrize(
    ("fact", "leak"),
    [
        ("posts and replies at T", leaking.one_moment_late),
        ("edits of the kind to an idea", leaking.posts_of_today),
        ("the site of profiles", leaking.undated_profiles),
    ],
)
def test_what_is_to_come_would_be_seen_in_the_figures(
    fact: str, leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leak list asks for figures too; of these alone it would catch each of these leaks.

    Figures end at a moment of their own, so that those of a later bound do not reach them.
    """

    def of(plant: Plant | None) -> list[FiguresAnswer]:
        engine = engine_with(plant)
        return [engine.figures(d, viewer_id="p00", as_of=T, now=NOW) for d in (30, 400)]

    assert of(None) == of(FACTS[fact])
    leak(monkeypatch)
    assert of(None) != of(FACTS[fact])


def test_what_was_deleted_was_never_there() -> None:
    engine = engine_of([*PEOPLE, question("stays", "cem")])

    def figures() -> FiguresAnswer:
        return engine.figures(90, viewer_id=None, as_of=None, now=NOW)

    before = figures()
    asked = question("q")
    good = reply(asked, "ben")
    engine.store.apply([asked, good, act("ann", good, "helpful"), idea("i", "dov")])
    engine.sync()
    assert figures().now.helped == Share(1, 2)
    engine.store.delete_post("q")
    engine.store.delete_post("i")
    engine.sync()
    assert figures() == before


def test_what_is_noted_after_an_answer_counts_in_the_next() -> None:
    """Figures are kept with the view: whatever is new must make another."""
    asked, shared = question("q"), idea("i")
    good = reply(asked, "ben")
    engine = engine_of([*PEOPLE, asked, good, shared])

    def figures() -> PeriodFigures:
        return engine.figures(90, viewer_id=None, as_of=None, now=NOW).now

    assert figures().helped == Share(0, 1)
    engine.store.apply([act("ann", good, "helpful")])
    engine.sync()
    assert figures().helped == Share(1, 1)
    engine.store.apply([question("more", "eva", created=NOW - 3 * DAY)])
    engine.sync()
    # Her first post came with a view that grew.
    assert (figures().asked, figures().asked_by_newcomers) == (2, 2)
    engine.store.apply([Person("cem", site="North"), act("cem", shared, "like")])
    engine.sync()
    assert figures().travelled == Share(0, 1)
    engine.store.apply([Person("cem", site="South")])
    engine.sync()
    assert figures().travelled == Share(1, 1)
