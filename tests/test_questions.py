"""Questions as encoders read them: which encoder reads what, and when."""

from collections.abc import Sequence

import numpy as np
import pytest

from data.models import Person
from embeddings.face import Vectors
from embeddings.registry import MINILM, MULTILINGUAL
from recommender.experts import by_score
from recommender.questions import Reader
from tests.communities import engine_of


class Counting:
    """An encoder that keeps what it was given to read."""

    fingerprint = "counting"
    runtime = "counting"
    dim = 4

    def __init__(self) -> None:
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return np.ones((len(texts), self.dim), dtype=np.float32)


def test_a_question_is_read_for_a_second_lane_when_that_is_asked_for_and_once() -> None:
    first, second = Counting(), Counting()
    reader = Reader({MINILM: first, MULTILINGUAL: second})
    question = reader.read("Where do the winter lamps for the corner display come from?")
    assert question.language == "en" and len(first.given) == 1 and not second.given
    assert set(question.vectors) == {MINILM, MULTILINGUAL} and len(question.vectors) == 2
    assert MULTILINGUAL in question.vectors and not second.given
    for _ in range(2):
        assert question.vectors[MULTILINGUAL].shape == (4,)
    assert len(second.given) == 1
    reader.read(question.text).vectors[MULTILINGUAL]
    assert (len(first.given), len(second.given)) == (1, 1)


def test_what_only_one_encoder_reads_is_read_at_once() -> None:
    first, second = Counting(), Counting()
    question = Reader({MINILM: first, MULTILINGUAL: second}).read(
        "Woher kommen die Lampen für das Schaufenster an der Ecke?"
    )
    assert question.language == "de" and not first.given and len(second.given) == 1
    assert MINILM not in question.vectors
    with pytest.raises(KeyError):
        question.vectors[MINILM]


@pytest.mark.parametrize("scores", [[1.0, 3.0, 1.0, 2.0, 3.0, 1.0], [0.0] * 6, [-0.0, 0.0] * 3])
def test_people_stand_by_score_and_ties_by_id(scores: list[float]) -> None:
    names = ["f", "b", "e", "a", "d", "c"]
    community = engine_of([Person(name) for name in names]).community
    keys = np.array([community.person_keys[name] for name in names])
    score = np.full(len(community.roster), 9.0)
    score[keys] = scores
    found = by_score(community, score, np.sort(keys))
    by_name = dict(zip(names, scores, strict=True))
    right = sorted(names, key=lambda name: (-by_name[name], name))
    assert [community.people[key].id for key in found.tolist()] == right
