"""Worked examples: of each outcome, the same each time, and silent about what is not for all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data.models import Person, Post, Record, Space
from evaluation.examples import AMONG, FIRST, MISSED, TEXT_LENGTH, Example, examples
from evaluation.protocol import Question, split
from recommender.engine import Engine
from tests.communities import START, engine_of, random_community, readable_part

DAY = timedelta(days=1)
LAMPS = "window display lighting spotlight"


def reply(root: str, author: str, day: float, text: str = LAMPS) -> Post:
    at = START + day * DAY
    return Post(f"{root}-{author}", author, at, text, kind="reply", parent=root, thread=root)


def question(id_: str, day: float, asker: str = "ada", text: str = LAMPS) -> Post:
    return Post(id_, asker, START + day * DAY, text, title=f"title of {id_}", space="lamps")


def history() -> list[Record]:
    """Bob answers all about lamps; at the end a newcomer's third reply is nobody's guess."""
    records: list[Record] = [
        Space("lamps", name="All about lamps"),
        Person("ada", name="Ada"),
        *(Person(f"p{n}", name=f"Person {n}") for n in range(8)),
    ]
    for n in range(20):
        records += [question(f"q{n}", n), *(reply(f"q{n}", f"p{k}", n + 0.1) for k in range(6))]
    records += [Post("x", "p7", START, "a truck", title="truck"), reply("x", "p6", 1, "a pallet")]
    records += [question("found", 40), reply("found", "p0", 40.1)]
    records += [question("missed", 41), reply("missed", "p6", 41.1)]
    return [*records, question("end", 100, asker="p7")]


def asked(records: list[Record]) -> tuple[Engine, list[Question]]:
    parts = split(records)
    questions = (*parts.train.answered, *parts.validation.answered, *parts.test.answered)
    return engine_of(records), [q for q in questions if q.at > START + 30 * DAY]


def by_outcome(records: list[Record]) -> dict[str, Example]:
    return {example.outcome: example for example in examples(*asked(records))}


def changed(id_: str, **values: object) -> list[Record]:
    return [replace(record, **values) if record.id == id_ else record for record in history()]


def test_one_that_was_found_and_one_that_was_missed() -> None:
    found = by_outcome(history())
    missed = found[MISSED]
    assert missed.title == "title of missed"
    assert missed.space == "All about lamps"
    assert [(helper.name, helper.place) for helper in missed.helpers] == [("Person 6", None)]
    assert not any(suggestion.helped for suggestion in missed.suggestions)
    (right,) = set(found) - {MISSED}
    assert right in (FIRST, AMONG)
    (helper,) = found[right].helpers
    assert helper.name == "Person 0"
    assert found[right].suggestions[(helper.place or 0) - 1].helped
    assert any(part.excerpt for part in found[right].suggestions[0].contributions)


@pytest.mark.parametrize(
    ("id_", "values"),
    [
        ("missed", {"anonymous": True}),
        ("missed", {"visibility": "members"}),
        ("missed-p6", {"anonymous": True}),
        ("missed-p6", {"visibility": "members"}),
        ("p6", {"consent": "hidden"}),
    ],
)
def test_what_must_not_be_told_is_no_example(id_: str, values: dict[str, object]) -> None:
    assert MISSED not in by_outcome(changed(id_, **values))


@pytest.mark.parametrize("consent", ["named", "hidden"])
def test_who_does_not_want_to_be_quoted_is_not(consent: str) -> None:
    assert by_outcome(changed("ada", consent=consent)) == {}


def test_a_long_question_is_cut() -> None:
    text = by_outcome(changed("missed", body=f"{LAMPS} " * 100))[MISSED].text
    assert len(text) <= TEXT_LENGTH + 2
    assert text.endswith("…")


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_is_not_for_all_is_shown(seed: int) -> None:
    community = random_community(seed, threads=60)
    open_part = {post.id: post for post in readable_part(community, None).posts}
    hidden = {person.name for person in community.people if person.consent == "hidden"}
    parts = split(community.records())
    questions = (*parts.validation.answered, *parts.test.answered)
    engine = engine_of(community.records())
    found = examples(engine, questions)
    assert found == examples(engine, questions)
    outcomes = [example.outcome for example in found]
    assert outcomes == [name for name in (FIRST, AMONG, MISSED) if name in outcomes]
    assert outcomes
    for example in found:
        (root,) = (p for p in open_part.values() if p.created == example.asked and not p.parent)
        assert not root.anonymous
        assert not hidden & {helper.name for helper in example.helpers}
        for suggestion in example.suggestions:
            assert suggestion.name not in hidden
            assert all(
                part.post_id is None or part.post_id in open_part
                for part in suggestion.contributions
            )
