"""Forms and copies: what is learned from them of how like a question is to what is known here."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from data.models import Person, Post, Record
from recommender.experts import NOBODY_KNOWS
from recommender.frames import Frames, fit_frames
from recommender.learning import LEAST_SILENCE, own_ranker
from recommender.queries import ExpertsQuery
from recommender.ranker import default_ranker
from tests.communities import NOW, START, TOPICS, engine_of
from tests.examples import drawn

FORM = """Ticket {number}
Category: workplace
Description: {text}
What have you tried already? A restart.
Please do not write passwords into this form; it is read within four working hours."""

INLINE = (
    "Dear colleagues, this is request {number} from the self service portal. The user describes it"
    " as follows: {text} Please inform the user by mail about the progress."
)

OFF = "violin sonnet volcano chess orchid"


def asked(rng: Random, topic: int) -> str:
    """Five words of a topic; hardly ever the same five."""
    return " ".join(rng.sample(TOPICS[topic].split(), 5))


def threads(frame: str) -> list[Record]:
    """Some questions a day in the `frame`, each with an answer in its own words."""
    rng = Random(1)
    records: list[Record] = [Person(f"p{i}") for i in range(9)]
    for number in range(260):
        topic, at = number % 4, START + timedelta(hours=12 * number)
        body = frame.format(number=number, text=asked(rng, topic))
        records.append(Post(f"q{number}", f"p{number % 5}", at, body, kind="question"))
        records.append(
            Post(
                f"r{number}",
                f"p{5 + topic}",
                at + timedelta(hours=1),
                asked(rng, topic),
                kind="reply",
                thread=f"q{number}",
            )
        )
    return records


@pytest.mark.parametrize("frame", [FORM, INLINE])
def test_questions_in_forms_tell_how_like_a_question_without_one_is(frame: str) -> None:
    # Within a form all questions are alike, so of every other one it was said that nobody knows.
    engine = engine_of(threads(frame))
    assert engine.learn(None, NOW)["answered"] >= LEAST_SILENCE
    rng = Random(2)
    known = [asked(rng, i % 4) for i in range(24)]
    said = [engine.search_experts(ExpertsQuery(query=text), NOW).reason for text in known]
    assert said.count(NOBODY_KNOWS) <= 2
    assert engine.search_experts(ExpertsQuery(query=OFF), NOW).reason == NOBODY_KNOWS


def test_what_is_filled_in_is_left_of_a_form() -> None:
    rng = Random(3)
    for frame in (FORM, INLINE):
        texts = [frame.format(number=i, text=asked(rng, i % 4)) for i in range(40)]
        frames = fit_frames([*texts, "something else entirely"])
        assert frames.without(frame.format(number=777, text=OFF)) == OFF
        # Of nothing filled in nothing can be told, and who writes freely is read as they write.
        empty = frame.format(number=777, text="")
        assert frames.without(empty) == empty
        free = f"Please inform the user: {OFF}, {asked(rng, 0)}"
        assert frames.without(free) == free
        assert fit_frames(reversed(texts)).runs <= frames.runs
    assert fit_frames([]) == Frames()


def test_copies_tell_nothing_of_how_like_a_question_is() -> None:
    examples = drawn(1, 2 * LEAST_SILENCE)
    copies = [replace(example, known=0.97) for example in drawn(2, 20 * LEAST_SILENCE)]
    prior = default_ranker()
    assert own_ranker([*examples, *copies], prior).silence == own_ranker(examples, prior).silence
    # And where there is hardly anything else, the threshold is that of other communities.
    assert own_ranker([*examples[: LEAST_SILENCE - 1], *copies], prior).silence == prior.silence
