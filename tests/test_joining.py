"""Who is named in a question, and who chooses to join what is like it: by hand-made communities."""

from datetime import timedelta

import numpy as np
import pytest

from data.models import Person, Post, Record
from embeddings.lexical import LexicalIndex
from recommender.kinship import Kinship
from recommender.queries import ExpertsQuery
from recommender.roster import Roster
from recommender.vocabulary import vocabulary
from tests.communities import NOW, engine_of, every_signal

PEOPLE = {1: Person("hr:Ana Bo", name="Ana Bo"), 2: Person("key"), 3: Person("jd42", name="Ana Z")}


@pytest.mark.parametrize(
    ("text", "today", "then"),
    [
        ("could @Ana Bo look?", {1: "called", 3: "first"}, {1: "called"}),
        ("@**Ana Z** and Ana Bo", {1: "whole", 3: "called"}, {1: "whole"}),
        ("the key of ana", {1: "first", 2: "first", 3: "first"}, {1: "first", 2: "first"}),
        ("write to me@key.org", {2: "first"}, {2: "first"}),
        ("@jd42 knows, jd42 said", {3: "called"}, {3: "called"}),
        ("jd42 said", {}, {}),
        ("hr has it", {}, {}),
    ],
)
def test_how_people_are_named(text: str, today: dict[int, str], then: dict[int, str]) -> None:
    roster = Roster(PEOPLE)
    for past, named in ((False, today), (True, then)):
        found: dict[int, set[str]] = {}
        for pk, how in roster.named_in(text, past):
            found.setdefault(pk, set()).add(how)
        strongest = {
            pk: next(how for how in ("called", "whole", "first") if how in hows)
            for pk, hows in found.items()
        }
        assert strongest == named


def test_a_call_weighs_more_than_a_name_and_a_name_more_than_a_word() -> None:
    records: list[Record] = [Person(f"p{n}", name=f"Nora Fam{n}") for n in range(3)]
    records += [Post("t", "p2", NOW - timedelta(days=9), "lamp window")]
    engine = engine_of(records)
    scores = []
    for text in ("window", "window, nora", "window, Nora Fam0", "window, @Nora Fam0"):
        answer = engine.search_experts(ExpertsQuery(text, k=3), NOW)
        found = {c.person.id: c for c in answer.candidates}
        scores.append(found["p0"].score)
        parts = found["p0"].contributions
        assert sum(part.points for part in parts) == pytest.approx(found["p0"].score, abs=1e-6)
        assert any("named" in part.reason for part in parts) == (text != "window")
    assert scores == sorted(set(scores))


def joinings(*told: tuple[int, int, float]) -> Kinship:
    """Of (person, root, likeness), all joined a day before the moment 0."""
    person, root, likeness = (np.array(column) for column in zip(*told, strict=True))
    when = np.full(len(told), -86_400_000_000)
    return Kinship(person, root + 50, root, when, likeness.astype(float), likeness * 0.0)


def test_words_speak_for_who_joins_them_rather_than_everything() -> None:
    # Person 1 joins the word's two threads alone, 2 joins everything, 3 the other threads.
    told = [(1, 0, 0.5), (1, 1, 0.5)]
    told += [(2, n, 0.5) for n in range(10)] + [(3, n, 0.5) for n in range(2, 10)]
    found = vocabulary(joinings(*told), [np.array([0, 1])], 10, 0, 100, 5)
    assert found[1] > found[2] > found[3]
    assert found[4] == found[0] == 0.0
    # A word that half of the threads hold says nothing; nor does one that none holds.
    common, none = np.arange(5), np.zeros(0, np.int64)
    assert not vocabulary(joinings(*told), [common, none], 10, 0, 100, 5).any()


def test_lift_is_of_choice_and_not_of_number() -> None:
    told = [(1, 0, 0.9), (1, 1, 0.9)] + [(2, n, 0.9 if n < 2 else 0.2) for n in range(10)]
    lift = joinings(*told).lift(0, 4)
    assert lift[1] > lift[2]
    assert lift[3] == 0.0
    none = np.zeros(0, np.int64)
    nothing = Kinship(none, none, none, none, np.zeros(0), np.zeros(0))
    assert not nothing.lift(0, 3).any()


def test_holders_are_the_allowed_rows_with_a_word() -> None:
    index = LexicalIndex()
    index.put(np.arange(4), ["red lamp", "blue lamp", "lamp", "door"])
    allowed = np.array([True, False, True, True])
    held = sorted(rows.tolist() for rows in index.holders("lamp red unheard", allowed))
    assert held == [[], [0], [0, 2]]
    index.remove(np.array([0]))
    assert sorted(rows.tolist() for rows in index.holders("lamp", allowed)) == [[2]]


def test_contributions_add_up_with_every_signal() -> None:
    records: list[Record] = []
    for n in range(30):
        at = NOW - timedelta(days=40 - n)
        text = "window lamp" if n % 3 else "printer paper"
        records.append(Post(f"q{n}", "asker", at, text, title=text))
        later = at + timedelta(hours=1)
        records.append(Post(f"a{n}", f"p{n % 3}", later, text, thread=f"q{n}"))
    answer = engine_of(records, prior=every_signal()).search_experts(ExpertsQuery("lamp"), NOW)
    assert answer.candidates
    for candidate in answer.candidates:
        total = sum(part.points for part in candidate.contributions)
        assert total == pytest.approx(candidate.score, abs=1e-6)
