"""What is said of two threads: the last word of a moment, and not how often it was said."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

import recommender.linking
from data.models import Link, Record
from recommender.linking import Pairs, pairs_of
from recommender.queries import SimilarQuery
from recommender.view import View
from tests.asking import flattened
from tests.communities import NOW, START, engine_of
from tests.places import PLACES, asked, root, threads
from tests.planting import DAY, T, check_unmoved, roots_of
from tests.planting import Community as Known

HOUR = timedelta(hours=1)


def test_what_was_called_not_the_same_is_never_called_the_same_again() -> None:
    copies = [root("a", 70, "lamp", "it flickers"), root("b", 71, "lamp", "it flickers")]
    said = Link("a", "b", "not_same", at=START + timedelta(days=80))
    before = asked(engine_of([*threads(), *copies]), "lamp", "it flickers")
    after = asked(engine_of([*threads(), *copies, said]), "lamp", "it flickers")
    assert before["b"].same
    assert not after["b"].same
    assert after["b"].probability_same == 0.0
    assert after["b"].score < before["b"].score


def test_what_was_called_a_duplicate_is_the_same_at_once() -> None:
    pair = [root("a", 70, "lamp", "it flickers"), root("b", 71, "dark", "no light in here")]
    said = Link("b", "a", "duplicate", at=START + timedelta(days=80))
    before = asked(engine_of([*threads(), *pair]), "lamp", "it flickers", 100).get("b")
    after = asked(engine_of([*threads(), *pair, said]), "lamp", "it flickers", 100)["b"]
    assert before is None or not before.same
    assert after.same
    assert "was called the same before" in after.reason


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ([("duplicate", 3), ("not_same", 2)], False),
        ([("duplicate", 3), ("not_same", 2), ("duplicate", 1)], True),
        ([("not_same", 1), ("duplicate", 3)], False),
        # Without a date it was said before all that bears one; else the one written last holds.
        ([("not_same", None), ("duplicate", 3)], True),
        ([("duplicate", 3), ("not_same", None)], True),
        ([("not_same", 3), ("duplicate", 3)], True),
        ([("duplicate", None), ("not_same", None)], False),
        # Related is no word on whether they are the same.
        ([("not_same", 3), ("related", 2)], False),
    ],
)
def test_the_last_word_on_a_pair_holds(said: list[tuple[str, int | None]], same: bool) -> None:
    """What was once called not the same stayed so, whatever was said afterwards."""
    pair = [root("a", 70, "lamp", "it flickers"), root("b", 71, "dark", "no light in here")]
    links = [
        # By either end, as by different people.
        Link(*("ba" if n % 2 else "ab"), kind, at=NOW - hours * HOUR if hours else None)
        for n, (kind, hours) in enumerate(said)
    ]
    found = asked(engine_of([*threads(), *pair, *links]), "lamp", "it flickers", 100)["b"]
    assert found.same == same
    assert (found.probability_same == 0.0) != same


def test_each_word_on_a_pair_is_kept_with_its_time() -> None:
    """What was said again took the place of what was said before, also of what was known then."""
    pair = [root("a", 70, "lamp", "it flickers"), root("b", 71, "dark", "no light in here")]
    words = [("duplicate", 3), ("not_same", 2), ("duplicate", 1)]
    said = [Link("b", "a", kind, at=NOW - hours * HOUR) for kind, hours in words]
    engine = engine_of([*threads(), *pair, *said, *said[:1]])
    told = []
    for hours in (2.5, 1.5, 0.5):
        query = SimilarQuery(title="lamp", body="it flickers", k=100, as_of=NOW - hours * HOUR)
        told.append({idea.post.id: idea for idea in engine.similar(query, NOW)}["b"].same)
    assert told == [True, False, True]
    once = asked(engine_of([*threads(), *pair, said[2]]), "lamp", "it flickers", 100)["b"]
    assert asked(engine, "lamp", "it flickers", 100)["b"] == once


def test_who_says_a_link_again_adds_nothing_to_it() -> None:
    """A link counted as often as it was said; and said again, it was unsaid for the time before."""
    pumps = [f"{place}pump" for place in PLACES[:4]]
    known = [Link(a, b, "related", at=START + 70 * DAY) for a, b in pairwise(pumps)]
    again = [replace(link, at=at) for link in known for at in (NOW - DAY, None)]
    query = SimilarQuery(title="pump at the bakery", k=20)
    once, often = engine_of([*threads(), *known]), engine_of([*threads(), *known, *again])
    for as_of in (None, START + 80 * DAY):
        asked_then = replace(query, as_of=as_of)
        assert flattened(once.similar(asked_then, NOW)) == flattened(often.similar(asked_then, NOW))
    unlinked = engine_of(threads()).similar(query, NOW)
    assert flattened(once.similar(query, NOW)) != flattened(unlinked)


def later_links(community: Known) -> list[Record]:
    return [Link(a.id, b.id, "duplicate", at=T + DAY) for a, b in pairwise(roots_of(community))]


def test_a_link_that_came_later_is_caught_if_it_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def leaking(view: View) -> Pairs:
        return pairs_of(replace(view, moment=np.iinfo(np.int64).max, past=False))

    check_unmoved(later_links)
    monkeypatch.setattr(recommender.linking, "pairs_of", leaking)
    with pytest.raises(AssertionError):
        check_unmoved(later_links)
