"""Chances: in the order of the scores, sane without history, found again and right after a fit."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import Person, Post, Record, Space
from evaluation.calibrating import Windows, calibration_table, main, promised, trust_of
from evaluation.collecting import Collected, read, write
from evaluation.report import calibration
from recommender import questions
from recommender.calibration import answerable_chance, candidate_chance, crowd_of
from recommender.experts import NOBODY_KNOWS
from recommender.fitting import APRIORI, Example, as_vector, fit_chances, silence_of
from recommender.learning import own_ranker
from recommender.pace import Pace
from recommender.queries import ExpertsQuery
from recommender.ranker import SIGNALS, Ranker, RankingSettings, default_ranker
from tests.communities import NOW, engine_of

ONLY = {name: float(name == "dense_90") for name in SIGNALS}
PLANTED = (0.4, 0.9, 0.8, -0.2, 0.6)
PLANTED_ANYONE = (0.1, 0.5, 0.5, 0.6, 0.4, 0.3)
CHANCE = st.floats(-8.0, 8.0)


def drawn(seed: int, count: int, people: int = 30) -> list[Example]:
    """Questions whose candidates reply with the planted chances, independently."""
    rng = np.random.default_rng(seed)
    examples = []
    for _ in range(count):
        scores = rng.normal(0.0, rng.uniform(0.2, 2.5), people).round(3)
        ratios = np.exp(rng.normal(0.0, 0.4, 3)).tolist()
        pace = Pace(
            rng.uniform(0.3, 2.5), rng.uniform(0.3, 0.9), *ratios, float(rng.random() < 0.6)
        )
        crowd = crowd_of(scores)
        chances = [candidate_chance(PLANTED, float(score), crowd, pace) for score in scores]
        first = sorted(chances, reverse=True)[:10]
        signals = np.zeros((people, len(SIGNALS)), np.float32)
        signals[:, SIGNALS.index("dense_90")] = scores
        examples.append(
            Example(
                signals=signals,
                fixed=np.zeros(people),
                replied=rng.random(people) < np.array(chances),
                answered=bool(rng.random() < answerable_chance(PLANTED_ANYONE, first, pace)),
                pace=pace,
                known=float(rng.normal(0.6, 0.1)),
            )
        )
    return examples


@settings(deadline=None)
@given(
    scores=st.lists(CHANCE, min_size=1, max_size=30),
    returning=st.floats(0.001, 10.0),
    alike=st.floats(0.01, 20.0),
)
def test_a_higher_score_is_never_less_likely(
    scores: list[float], returning: float, alike: float
) -> None:
    crowd = crowd_of(np.array(scores))
    pace = Pace(returning, 0.5, alike)
    coefficients = default_ranker().probability
    chances = [candidate_chance(coefficients, score, crowd, pace) for score in sorted(scores)]
    assert chances == sorted(chances)
    assert all(0.0 <= chance <= 1.0 for chance in chances)


def test_the_fit_finds_what_was_planted() -> None:
    candidate, anyone = fit_chances(drawn(1, 4_000), ONLY, None)
    assert np.abs(np.array(candidate) - PLANTED).max() < 0.15
    assert np.abs(np.array(anyone) - PLANTED_ANYONE).max() < 0.3


def test_learning_of_few_hundred_questions_gives_chances_to_be_believed() -> None:
    ranker = own_ranker(drawn(8, 400), default_ranker())
    assert ranker.answered > 200
    trust = trust_of(ranker, drawn(9, 2_000)).chances
    assert trust["probability"]["ece"] < 0.03
    assert trust["answerable"]["ece"] < 0.06


def test_few_questions_hardly_move_the_prior() -> None:
    prior = Ranker(ONLY, (1.0, 1.0, 1.0, 0.0, 0.0), (0.5, 1.0, 0.0, 0.0, 0.0, 0.0), ())
    candidate, anyone = fit_chances(drawn(2, 3), ONLY, prior)
    assert np.abs(np.array(candidate) - prior.probability).max() < 0.2
    assert np.abs(np.array(anyone) - prior.answerable).max() < 0.2
    assert fit_chances([], ONLY, prior) == (prior.probability, prior.answerable)


def test_what_was_fitted_is_right_on_other_questions() -> None:
    fitted = replace(default_ranker(), weights=ONLY)
    candidate, anyone = fit_chances(drawn(3, 1_500), ONLY, fitted)
    fitted = replace(fitted, probability=candidate, answerable=anyone)
    trust = trust_of(fitted, drawn(4, 3_000)).chances
    assert trust["probability"]["ece"] < 0.015
    assert trust["probability"]["brier_skill"] > 0.0
    assert trust["answerable"]["ece"] < 0.04
    assert trust["answerable"]["brier_skill"] > 0.0


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.1, 0.2])
def test_false_alarms_come_at_the_rate_that_is_set(rate: float) -> None:
    ranker = replace(default_ranker(), silence=silence_of(drawn(5, 3_000)))
    later = [example for example in drawn(6, 3_000) if example.replied.any()]
    said = np.mean([example.known < ranker.known(rate) for example in later])
    assert abs(said - rate) < 0.35 * rate
    assert ranker.known(0.0) == 0.0


def test_the_table_tells_of_every_community() -> None:
    windows = {
        name: Windows(drawn(seed, 150), drawn(seed + 10, 60)) for seed, name in enumerate("abc")
    }
    # Too short a history to be measured on still teaches the others.
    windows["short"] = Windows(drawn(30, 40), ())
    table = calibration_table(windows, as_vector(APRIORI))
    assert all(f"| {name} | 60 | own |" in table for name in "abc")
    assert "short" not in table
    assert "nan" not in table.split("\n\n")[0]


def test_the_page_is_made_from_kept_examples(tmp_path: Path) -> None:
    for seed, name in enumerate(("north", "south"), start=20):
        train, validation = tuple(drawn(seed, 120)), tuple(drawn(seed + 10, 40))
        made = Collected(name, "", "f", False, 0, train, validation)
        write(made, tmp_path / f"{name}.npz")
        assert [x.pace for x in read(tmp_path / f"{name}.npz").train] == [x.pace for x in train]
    main([str(tmp_path / "north.npz"), str(tmp_path / "south.npz"), "--out", str(tmp_path)])
    page = (tmp_path / "calibration.md").read_text(encoding="utf-8")
    assert "| north | 40 | left out |" in page and "| south | 40 | own |" in page


def test_promises_are_made_of_the_first_ten() -> None:
    example = drawn(7, 1)[0]
    line = promised(default_ranker(), example)
    assert len(line["probability"]) == len(line["came"]) == 10
    assert line["probability"] == sorted(line["probability"], reverse=True)
    assert calibration([line])["probability"]["rate"] == np.mean(line["came"])


# Without history -----------------------------------------------------------------------------

LAMPS = "window display lighting spotlight"
PEOPLE = [Person(f"p{n}", name=f"N{n}", about=LAMPS if n == 0 else "") for n in range(6)]


def asked(records: list[Record], text: str = LAMPS) -> tuple[list[float], float, str | None]:
    answer = engine_of([*PEOPLE, *records]).search_experts(ExpertsQuery(text, k=10), NOW)
    return [c.probability for c in answer.candidates], answer.answerable, answer.reason


def threads(count: int, repliers: int) -> list[Record]:
    """Threads of one subject, the n-th answered by the person n modulo `repliers`, if any."""
    records: list[Record] = []
    for n in range(count):
        at = NOW - timedelta(days=3 + n)
        records.append(Post(f"q{n}", "p5", at, f"{LAMPS} {n}", title=LAMPS))
        if repliers:
            later = at + timedelta(hours=1)
            records.append(Post(f"a{n}", f"p{n % repliers}", later, LAMPS, thread=f"q{n}"))
    return records


def test_where_nobody_has_replied_nobody_is_likely_to() -> None:
    for records in ([], threads(3, 0)):
        chances, answerable, _ = asked(records)
        assert max(chances) < 0.3
        assert answerable < 0.7
    assert asked(threads(30, 0))[1] < asked(threads(3, 0))[1] < 0.5


@pytest.mark.parametrize("people", [1, 6, 150])
def test_where_nobody_has_replied_an_answer_is_one_of_the_candidates(people: int) -> None:
    """Of twelve people with 15 % between them it was said that somebody replies, by 43 %."""
    here = [Person(f"n{n}") for n in range(people)]
    for records in ([], threads(3, 0)):
        engine = engine_of([*here, *records])
        answer = engine.search_experts(ExpertsQuery(f"{LAMPS}?", k=100), NOW)
        together = sum(c.probability for c in answer.candidates)
        assert answer.candidates[0].probability <= answer.answerable
        if people < 100:
            assert answer.answerable <= together + 1e-5
        else:
            assert answer.answerable < 1.6 * together


def test_what_nobody_reads_is_no_history() -> None:
    """Where all is for members alone, nobody else is told of chances that rest on it."""
    closed = [Space("s", visibility="members", members=("p0", "p5"))]
    closed += [replace(post, space="s") for post in threads(20, 1) if isinstance(post, Post)]
    assert asked(closed) == asked(list(closed[:1]))


def test_chances_grow_with_what_was_answered() -> None:
    few, many = asked(threads(2, 2)), asked(threads(30, 2))
    assert many[0][0] > few[0][0]
    assert many[1] > 0.6
    assert sum(many[0]) < 2.0


def test_a_word_that_was_used_here_is_known_here() -> None:
    records = threads(30, 2)
    assert asked(records, "how are spotlight lighting")[2] is None
    assert asked(records, "spotlight")[2] is None
    for unknown in ("zebra", "zebra spotlight giraffe okapi"):
        assert asked(records, unknown)[2] == NOBODY_KNOWS


def test_the_fewer_words_the_less_likeness_is_asked_for() -> None:
    least = [default_ranker().known(0.02, words) for words in range(8)]
    assert least == sorted(least) and least[1] < least[4] < least[5] < least[6]
    assert least[6] == least[7] == default_ranker().known(0.02)


def test_across_languages_less_likeness_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions that somebody had answered in another language were told that nobody knows."""
    records, text = threads(30, 2), "spotlight lighting zebra giraffe okapi lion tiger"
    assert asked(records, text)[2] == NOBODY_KNOWS
    for language in ("de", "sv"):
        monkeypatch.setattr(questions, "detect_language", lambda _, of=language: of)
        assert asked(records, text)[2] is None
        assert asked(records, "zebra giraffe okapi lion")[2] == NOBODY_KNOWS


def test_beside_that_nobody_knows_no_thread_is_called_similar() -> None:
    """Cards told of "a similar thread" under the words that nobody has shown knowledge of this."""
    engine = engine_of([*PEOPLE, *threads(30, 2)])
    for text, reason, like in (
        ("spotlight lighting zebra giraffe okapi lion tiger", NOBODY_KNOWS, "a little like this"),
        (LAMPS, None, "a similar thread"),
    ):
        answer = engine.search_experts(ExpertsQuery(text), NOW)
        assert answer.reason == reason
        told = [part.reason for c in answer.candidates for part in c.contributions if part.post_id]
        assert told and all(like in sentence for sentence in told)


def test_whether_anyone_replies_hangs_on_nobody_who_is_asked_for() -> None:
    engine = engine_of([*PEOPLE, *threads(30, 2)])
    whole = engine.search_experts(ExpertsQuery(LAMPS), NOW)
    assert whole.answerable >= whole.candidates[0].probability
    for query in (
        ExpertsQuery(LAMPS, sites=("nowhere",)),
        ExpertsQuery(LAMPS, exclude=("p0", "p1")),
        ExpertsQuery(LAMPS, k=1, min_probability=1.0),
    ):
        assert engine.search_experts(query, NOW).answerable == whole.answerable


def test_it_is_no_less_likely_than_that_the_first_one_does() -> None:
    engine = engine_of([*PEOPLE, *threads(30, 2)])
    engine.ranker = replace(engine.ranker, answerable=(-9.0, *engine.ranker.answerable[1:]))
    answer = engine.search_experts(ExpertsQuery(LAMPS), NOW)
    assert answer.answerable == answer.candidates[0].probability > 0.1


def test_no_people_no_chance() -> None:
    answer = engine_of([]).search_experts(ExpertsQuery(LAMPS), NOW)
    assert answer.candidates == () and answer.answerable == 0.0


def test_quickness_is_left_out_of_the_weights() -> None:
    assert RankingSettings(quickness=False).applied(default_ranker()).weights["quick"] == 0.0
    assert RankingSettings().applied(default_ranker()) is default_ranker()
