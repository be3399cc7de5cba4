"""Searches in a second thread: what they find, what goes wrong in them, and one processor alone."""

import os
import threading

import numpy as np
import pytest

from recommender.beside import begun
from tests.communities import engine_of, random_community


@pytest.fixture(params=[1, 2])
def processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(os, "cpu_count", lambda: request.param)
    return int(request.param)


def test_what_is_begun_is_done_elsewhere_if_there_is_an_elsewhere(processors: int) -> None:
    found = begun(threading.get_ident)
    assert (found() == threading.get_ident()) == (processors == 1)


def test_what_fails_beside_is_told_to_who_waits(processors: int) -> None:
    def fail() -> int:
        raise ValueError("lost")

    found = begun(fail)
    with pytest.raises(ValueError, match="lost"):
        found()
    assert begun(lambda: processors)() == processors


def test_a_search_beside_finds_what_a_search_finds(processors: int) -> None:
    engine = engine_of(random_community(3).records())
    texts = engine.texts
    size = len(engine.community.versions["post"])
    for text in ("lamp shelf", "die Lampe im Regal", "x"):
        question = engine.reader.read(text)
        allowed = np.arange(size) % 3 != processors
        rows, scores = texts.searched(question, allowed, 5)()
        same, as_high = texts.nearest(question, allowed, 5)
        assert rows.tolist() == same.tolist() and scores.tolist() == as_high.tolist()
        assert allowed[rows].all()


def test_likeness_beside_is_what_likeness_is(processors: int) -> None:
    engine = engine_of(random_community(3).records())
    texts, rows = engine.texts, np.arange(len(engine.community.versions["post"]))
    centre = texts.centre(rows)
    for text in ("lamp shelf", "die Lampe im Regal", "x"):
        question = engine.reader.read(text)
        for found, right in zip(
            texts.compared(question, rows, centre)(),
            texts.likeness_beside(question, rows, centre),
            strict=True,
        ):
            assert processors and found.tolist() == right.tolist()
        assert texts.likeness(question, rows).any()
