"""Who is named in a question, and how: by hand-made communities."""

from datetime import timedelta

import pytest

from data.models import Person, Post, Record
from recommender.queries import ExpertsQuery
from recommender.roster import Roster
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
