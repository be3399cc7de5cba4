"""What makes threads alike: pairs that people judged, templates, and thresholds that hold."""

from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recommender.embedding
import recommender.linking
import recommender.questions
from data.models import Link, Post, Record
from embeddings.registry import MINILM, MULTILINGUAL
from recommender.alike import NEVER_SAME, SIGNALS, default_similar, logistic, standing
from recommender.engine import Engine
from recommender.likeness import MOST_PIECES, beginning, question_of
from recommender.queries import SimilarQuery
from recommender.questions import ABROAD, begun_by
from recommender.similar_examples import Pairing
from recommender.similar_fitting import own_similar, threshold_of
from recommender.templates import Templates, fit_templates
from recommender.whitening import Whitening, fit_whitening
from tests.communities import COMMON, NOW, START, TOPICS, encoders, engine_of, new_store
from tests.places import PLACES, THINGS, asked, root, threads

ALONE = np.zeros((0, 2), np.int64)
"""No two threads of an answer say nearly the same."""

FORM = "steps to reproduce the issue\nexpected behaviour and actual behaviour\n"


WORDS = ["".join(letters) for letters in product("bdfgk", "aeiou", "lmnr", "aeiou", "s")]
LONG = " ".join(WORDS[:240])


def test_what_was_said_of_a_long_thread_is_said_of_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of which only the beginning is read, so that its vector is not the thread's."""
    # As English: across languages what is so nearly the same is taken for a translation of it.
    monkeypatch.setattr(recommender.questions, "detect_language", lambda *_: "en")
    monkeypatch.setattr(recommender.embedding, "detect_languages", lambda t: ["en"] * len(t))
    posted = [root("a", 70, "lamp", LONG), root("b", 71, "lamp", LONG)]
    said = Link("a", "b", "not_same", at=START + timedelta(days=80))
    same = asked(engine_of([*threads(), *posted]), "lamp", LONG)
    parted = asked(engine_of([*threads(), *posted, said]), "lamp", LONG)
    assert same["b"].same
    assert parted["b"].probability_same == 0.0
    # What goes on differently is not the text that was posted.
    other = " ".join([*WORDS[:230], *WORDS[300:310]])
    assert asked(engine_of([*threads(), *posted, said]), "lamp", other)["b"].probability_same > 0.0


def test_encoders_read_the_beginning_and_words_the_whole() -> None:
    engine = engine_of(threads())
    question = question_of(engine.reader, f" {LONG}\n")
    assert question.text == LONG
    begun = engine.reader.read(beginning(LONG)).vectors
    assert question.vectors.keys() == begun.keys()
    assert all(np.array_equal(vector, begun[lane]) for lane, vector in question.vectors.items())
    assert beginning(LONG) == " ".join(WORDS[:MOST_PIECES]) + " "
    assert beginning("short, and whole") == "short, and whole"
    assert len(beginning("x" * 10_000)) == 6 * MOST_PIECES
    assert len(beginning("7" * 10_000)) == 2 * MOST_PIECES
    assert beginning("") == ""


def forms() -> list[Record]:
    """Of twenty posts nineteen fill in one form."""
    said = [f"{thing} {place}" for place in PLACES[:4] for thing in THINGS[:5]]
    return [
        Post(
            f"f{n}",
            f"p{n % 7}",
            START + timedelta(days=n),
            (FORM if n else "") + text,
            thread=f"f{n}",
        )
        for n, text in enumerate(said)
    ]


@pytest.mark.parametrize(("language", "whole"), [("en", False), ("sv", True), ("de", True)])
def test_of_a_question_that_minilm_reads_too_the_beginning_is_compared_across_languages(
    monkeypatch: pytest.MonkeyPatch, language: str, whole: bool
) -> None:
    monkeypatch.setattr(recommender.questions, "detect_language", lambda *_: language)
    reader = Engine(new_store(), encoders(), None).reader
    text = " ".join(WORDS[i % len(WORDS)] for i in range(ABROAD + 40))
    read = text if whole else begun_by(text, ABROAD)
    assert (read == text) is whole
    across = reader.encoders[MULTILINGUAL].encode([read])[0]
    assert reader.read(text).vectors[MULTILINGUAL].tolist() == across.tolist()
    if MINILM in reader.read(text).vectors:
        english = reader.encoders[MINILM].encode([text])[0]
        assert reader.read(text).vectors[MINILM].tolist() == english.tolist()


def test_a_form_makes_nothing_the_same() -> None:
    engine = engine_of([Post("x", "q", START, "first", thread="x"), *forms()])
    engine.learn(None, NOW)
    found = engine.similar(SimilarQuery(body=FORM + "chimney tower", k=50), NOW)
    assert len(found) > 5
    assert not any(idea.same for idea in found)


def test_lines_of_many_people_and_signatures_are_templates() -> None:
    texts = [
        (n % 5, f"Version 1.{n} of the product\nsomething else {chr(97 + n)}{n}x")
        for n in range(20)
    ]
    signed = [
        (9, f"word{chr(97 + n)} alone here\nKind regards, the ninth person") for n in range(6)
    ]
    templates = fit_templates([*texts, *signed])
    assert templates.without("Version 1.77 of the product\nit leaks") == "it leaks"
    assert templates.without("kind regards,  the ninth person\nit leaks") == "it leaks"
    assert templates.without("Version 1.77 of the product") == "Version 1.77 of the product"
    assert Templates.from_bytes(templates.to_bytes()) == templates
    assert fit_templates(reversed([*texts, *signed])) == templates
    assert fit_templates([]).without("as it is") == "as it is"


def cosines(whitening: Whitening, rows: np.ndarray) -> list[float]:
    return [float(x) for x in whitening.cosines(rows[0], rows)]


def test_short_headings_and_names_are_templates_and_short_code_is_not() -> None:
    """A form's "### Actual" made threads alike, and so did who had signed them."""
    form = "### Steps\n1.\n2.\n### Actual\nVersion:\ntry {\n"
    texts = [(n % 4 + 1, f"{form}{'abcdefghijklm'[n] * 9}\n") for n in range(12)]
    signed = [(9, f"{'nopqrs'[n] * 9}\n--\nLiu Fang") for n in range(6)]
    templates = fit_templates([*texts, *signed])
    asked = "### Steps\n1. open it\n2.\n### Actual\nversion:\ntry {\nit leaks\n--\nLiu Fang"
    assert templates.without(asked) == "1. open it\ntry {\nit leaks"
    assert templates.without("### Actual") == "### Actual"


def test_what_all_share_makes_nothing_alike_in_the_evened_space() -> None:
    rng = np.random.default_rng(1)
    shared = np.zeros(96)
    shared[0] = 5.0
    rows = (rng.normal(size=(400, 96)) + shared).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    whitening = fit_whitening(rows)
    assert whitening is not None
    found = cosines(whitening, rows[:50])
    assert found[0] == pytest.approx(1.0)
    assert np.mean(rows[1:50] @ rows[0]) > 0.15
    assert abs(np.mean(found[1:])) < 0.05
    kept = Whitening.from_bytes(whitening.to_bytes())
    assert kept is not None
    assert cosines(kept, rows[:50]) == pytest.approx(found, abs=1e-5)
    assert Whitening.from_bytes(b"") is None
    assert fit_whitening(rows[:20]) is None


def test_a_threshold_keeps_nine_of_ten() -> None:
    chance = np.linspace(1.0, 0.0, 100)
    same = np.arange(100) < 45
    threshold = threshold_of(chance, same, np.ones(100))
    assert same[chance >= threshold].mean() >= 0.9
    assert (chance >= threshold).sum() == 50
    assert threshold_of(chance, np.zeros(100, bool), np.ones(100)) == NEVER_SAME
    assert threshold_of(np.ones(100), same, np.ones(100)) == NEVER_SAME


def test_a_chance_rises_with_the_score_and_for_copies() -> None:
    same = default_similar().same
    score, middling = np.array([3.0, 9.0, 5.0, 8.0]), np.full(4, 0.3)
    chance = logistic(standing(score, middling, ALONE), same)
    assert np.argsort(chance).tolist() == np.argsort(score).tolist()
    peculiar = np.array([1.0, 1.0, 0.2])
    copied = logistic(standing(np.array([13.0, 13.0, 5.0]), peculiar, ALONE), same)
    assert min(copied[:2]) > 0.9 > 0.3 > copied[2]
    assert standing(np.zeros(0), np.zeros(0), ALONE).shape == (0, 4)
    # Where all say nearly the same nothing stands out.
    assert standing(np.array([5.0, 3.0]), np.zeros(2), np.array([[0, 1]]))[:, 1].tolist() == [0, 0]


@given(st.lists(st.integers(0, 40), min_size=2, max_size=20), st.integers(0, 5), st.data())
def test_a_twin_changes_nothing_of_how_others_stand(
    points: list[int], less: int, data: st.DataObject
) -> None:
    score = np.array(points) / 4.0
    place = data.draw(st.integers(0, len(score) - 1))
    near = np.full(len(score), 0.3)
    before = standing(score, near, ALONE)
    twin = np.append(score, score[place] - less / 4.0), np.append(near, 0.3)
    after = standing(*twin, np.array([[place, len(score)]]))
    np.testing.assert_allclose(after[:-1], before)
    assert after[-1, 1] == pytest.approx(before[place, 1] - less / 4.0)


def test_two_who_asked_the_same_are_both_called_the_same() -> None:
    """Each took the other's distance from the rest away, and with it "looks like the same"."""
    text = f"{TOPICS[0]} entrance after closing"
    rest = [Post(f"r{i}", "b", START, f"{TOPICS[i % 4][:40]} {i}") for i in range(20)]
    asked = SimilarQuery(title=text, body=f"{COMMON} {text}", k=20)

    def chances(*posts: Post) -> dict[str, float]:
        ideas = engine_of([*posts, *rest]).similar(asked, NOW)
        return {idea.post.id: idea.probability_same for idea in ideas}

    one, two = (Post(id_, "a", START, f"{text} {id_}", title=text) for id_ in ("one", "two"))
    alone, both = chances(one), chances(one, two)
    assert alone["one"] > 0.6
    assert min(both["one"], both["two"]) > alone["one"] - 0.05


def pairings(name: str, n: int) -> list[Pairing]:
    """Answers in which only the signal `name` tells the linked thread from the others."""
    signals = np.random.default_rng(3).random((n, 12, len(SIGNALS))).astype(np.float32) * 0.1
    signals[:, 0, SIGNALS.index(name)] += 1.0
    linked = np.arange(12) == 0
    return [Pairing(rows, linked, np.zeros(12, bool), ALONE) for rows in signals]


def test_own_links_move_the_weights_and_few_do_not() -> None:
    prior = default_similar()
    assert own_similar(pairings("space", 5), [], prior) == prior
    moved = own_similar(pairings("space", 60), [], prior)
    assert moved.weights["space"] > prior.weights["space"] + 0.3
    assert moved.links == 60
    split = own_similar([], pairings("meaning", 40), prior)
    assert (split.weights, split.links) == (prior.weights, 0)
    assert split.threshold >= prior.threshold
