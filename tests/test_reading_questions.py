"""How questions are read where hardly anything but English is written, as `learn` found."""

from dataclasses import replace

import pytest

from data.models import Post, Record, Space
from embeddings.registry import BRIDGED, MINILM, MULTILINGUAL
from recommender.engine import Engine
from tests.communities import NOW, START, engine_of

TITLE = "Lamp rail spacing"
SWEDISH = "Lamporna i skyltfönstret slocknade igen i morse."
ENGLISH = "The lamps in the shop window went out again this morning."


def posts(text: str, count: int, start: int = 0, space: str | None = None) -> list[Record]:
    return [
        Post(f"{text[:4]} {n}", f"p{n % 3}", START, f"{text} {n}", title=text, space=space)
        for n in range(start, start + count)
    ]


def learned(records: list[Record]) -> Engine:
    engine = engine_of(records)
    engine.learn(None, NOW)
    return engine


@pytest.mark.parametrize(("swedish", "read_as"), [(0, "en"), (4, "en"), (20, None)])
def test_a_short_question_is_english_where_nearly_all_is(swedish: int, read_as: str | None) -> None:
    engine = engine_of([*posts(ENGLISH, 40), *posts(SWEDISH, swedish)])
    assert engine.reader.read(TITLE).language is None
    engine.learn(None, NOW)
    assert engine.reader.read(TITLE).language == read_as
    # One that starts later has it from the database.
    later = Engine(engine.store, engine.encoders, None, engine.settings)
    later.sync()
    assert later.reader.read(TITLE).language == read_as
    foreign = later.reader.read(SWEDISH)
    assert (foreign.language == "sv" and MINILM not in foreign.vectors) or BRIDGED not in (
        later.encoders
    )


def test_what_is_not_open_to_all_has_no_part_in_it() -> None:
    closed = Space("closed", visibility="members", members=("p0",))
    hidden = posts(SWEDISH, 20, space="closed")
    engine = learned([closed, *posts(ENGLISH, 40), *hidden])
    assert engine.reader.read(TITLE).language == "en"


def test_what_came_after_until_has_no_part_in_it() -> None:
    late = [replace(post, created=NOW) for post in posts(SWEDISH, 20) if isinstance(post, Post)]
    engine = engine_of([*posts(ENGLISH, 40), *late])
    engine.learn(NOW, NOW)
    assert engine.reader.read(TITLE).language == "en"


def test_a_community_that_turns_to_other_languages_reads_on_as_before() -> None:
    engine = learned(posts(ENGLISH, 40))
    engine.store.apply(posts(SWEDISH, 40))
    engine.sync()
    assert engine.reader.read(TITLE).language == "en"
    engine.learn(None, NOW)
    question = engine.reader.read(TITLE)
    assert question.language is None and {MINILM, MULTILINGUAL} <= question.vectors.keys()
