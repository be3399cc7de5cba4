"""Three questions of the test window with what would have been suggested, and who really replied.

In: an engine and the window's questions with our run over them. Out: texts and names of real
people, for the customer's eyes alone: they go to the page and nowhere else.

Chosen to be fair rather than flattering: one helper found at once, one further down, one missed.
Shown is only what everybody in the community may read, of people who agreed to be quoted.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.models import Person
from data.text import body_text
from evaluation.protocol import LABEL_WINDOW, Question
from recommender.engine import Engine
from recommender.queries import ExpertsQuery
from recommender.results import Contribution, ExpertsAnswer

SHOWN = 5
TRIED = 200
"""Questions looked at: the choice must not cost another replay."""
CHOICE = 10
"""Of so many found at once, the one with the richest evidence is shown."""
TEXT_LENGTH = 700
"""Characters of a question that are shown."""

FIRST, AMONG, MISSED = "first", "among", "missed"
_STRANGER = "\0"
"""Nobody's id: a viewer who reads what is open to all."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A person as suggested; `helped`: whether they really replied within 30 days."""

    name: str
    probability: float
    helped: bool
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who really replied; `place` among those suggested, None where not among them."""

    name: str
    place: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """A question answered as of its own time. `outcome`: first, among or missed."""

    outcome: str
    asked: datetime
    space: str | None
    title: str | None
    text: str
    suggestions: tuple[Suggestion, ...]
    helpers: tuple[Helper, ...]


def examples(engine: Engine, questions: Sequence[Question]) -> list[Example]:
    """At most one example of each outcome, best first; the same ones for the same history.

    Parameters
    ----------
    engine : as it stood in the replay: fitted before the window.
    questions : those of the window with a relevant candidate.
    """
    found: dict[str, list[Example]] = {FIRST: [], AMONG: [], MISSED: []}
    ordered = sorted(questions, key=lambda question: _lot(question.id))
    for question in ordered[:TRIED]:
        example = _example(engine, question)
        if example is not None:
            found[example.outcome].append(example)
        if len(found[FIRST]) >= CHOICE and found[AMONG] and found[MISSED]:
            break
    # The first is to show what evidence looks like; the others stay as they were drawn.
    best = sorted(found[FIRST][:CHOICE], key=_evidence, reverse=True)
    return [chosen[0] for chosen in (best, found[AMONG], found[MISSED]) if chosen]


def _quotable(engine: Engine, question: Question) -> bool:
    """Whether a question may stand on a page: read by all, by somebody who may be quoted."""
    asker = engine.store.get_person(question.asker)
    quoted = not question.root.anonymous and (asker is None or asker.consent == "open")
    return quoted and engine.may_read(None, question.id, question.at)


def _helpers(engine: Engine, question: Question) -> dict[str, Person] | None:
    """Who really replied, in the order of time; None where one of them must not be named."""
    helpers: dict[str, Person] = {}
    page = engine.thread(question.id, None, question.at + LABEL_WINDOW)
    for post in page.posts if page else ():
        person = engine.store.get_person(post.author) if post.author else None
        if person is not None and person.consent != "hidden" and person.id in question.repliers:
            helpers.setdefault(person.id, person)
    return helpers if helpers.keys() == question.repliers else None


def _asked(engine: Engine, question: Question) -> ExpertsAnswer:
    root = question.root
    query = ExpertsQuery(
        query=body_text(root),
        title=root.title,
        tags=root.tags,
        space=root.space,
        asker_id=question.asker,
        viewer_id=_STRANGER,
        k=SHOWN,
        as_of=question.at,
    )
    return engine.search_experts(query, now=question.at)


def _example(engine: Engine, question: Question) -> Example | None:
    """A question and its answer; None where any of it must not stand on a page."""
    helpers = _helpers(engine, question)
    if helpers is None or not _quotable(engine, question):
        return None
    root, text = question.root, body_text(question.root)
    answer = _asked(engine, question)
    space = engine.store.get_space(root.space) if root.space else None
    places = {c.person.id: place for place, c in enumerate(answer.candidates, start=1)}
    return Example(
        outcome=_outcome(answer, question),
        asked=question.at,
        space=(space.name if space else None) or root.space,
        title=root.title,
        text=text if len(text) <= TEXT_LENGTH else text[:TEXT_LENGTH].rstrip() + " …",
        suggestions=tuple(
            Suggestion(_name(c.person), c.probability, c.person.id in helpers, c.contributions)
            for c in answer.candidates
        ),
        helpers=tuple(Helper(_name(person), places.get(id_)) for id_, person in helpers.items()),
    )


def _outcome(answer: ExpertsAnswer, question: Question) -> str:
    ranked = [candidate.person.id for candidate in answer.candidates]
    place = next((n for n, id_ in enumerate(ranked) if id_ in question.relevant), SHOWN)
    return FIRST if place == 0 else AMONG if place < SHOWN else MISSED


def _evidence(example: Example) -> int:
    """How much there is to show for the first one suggested: posts with an excerpt."""
    return sum(part.excerpt is not None for part in example.suggestions[0].contributions)


def _name(person: Person) -> str:
    return person.name or person.id


def _lot(query_id: str) -> bytes:
    return hashlib.sha256(query_id.encode()).digest()
