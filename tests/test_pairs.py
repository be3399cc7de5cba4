"""Signals that go together: parts that add up, what is learned of them, and what is kept."""

from dataclasses import replace

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.fitting import APRIORI, LEAST_PAIRED, Example, as_vector, fit_own
from recommender.learning import own_ranker
from recommender.listwise import Lists
from recommender.pace import Pace
from recommender.ranker import CLIP, PAIRED, PAIRS, SIGNALS, Ranker, RankingSettings, default_ranker
from recommender.scale import Scale, scale_of
from tests.asking import QUESTIONS
from tests.communities import NOW, engine_of, every_signal, random_community

QUIET = settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
PEOPLE = 40
PLANTED = "dense_90*recency"


def drawn_values(seed: int) -> dict[str, np.ndarray]:
    """Signals of people, some of whom have nothing of any."""
    rng = np.random.default_rng(seed)
    values = {name: rng.gamma(1.0, 1.5, PEOPLE) for name in SIGNALS}
    values["mean"] -= 1.0
    for column in values.values():
        column[-5:] = 0.0
    return values


def drawn_scale(values: dict[str, np.ndarray], seed: int) -> Scale:
    rng = np.random.default_rng(seed)
    pairs = {pair: float(rng.normal(0.0, 0.1)) for pair in PAIRS}
    return scale_of(values, APRIORI, pairs, np.arange(PEOPLE) > 3)


@pytest.mark.parametrize("seed", range(5))
def test_each_signal_has_its_part_and_nothing_of_what_is_not_there(seed: int) -> None:
    values = drawn_values(seed)
    scale = drawn_scale(values, seed)
    assert scale.together is not None
    scores = scale.scores(values)
    for pk in range(PEOPLE):
        rates = scale.rates(values, pk)
        parts = [rates[name] * values[name][pk] for name in SIGNALS]
        assert scale.baseline + sum(parts) == pytest.approx(scores[pk], abs=1e-9)
    assert scores[-5:].tolist() == pytest.approx([scale.baseline] * 5, abs=1e-9)
    assert np.abs(scale.together.points(values)[:5]).min() > 1e-6


def test_points_are_those_of_products_in_spreads_from_the_average() -> None:
    values = drawn_values(1)
    # Somebody far beyond all others, who is not among those who are compared.
    values["recency"][2] = 1_000.0
    among = np.arange(PEOPLE) > 3
    plain = scale_of(values, APRIORI, {}, among)
    paired = scale_of(values, APRIORI, {PLANTED: 0.7, "focus*focus": -0.2}, among)
    z = {
        name: np.clip(
            (values[name] - values[name][among].mean()) / values[name][among].std(), -CLIP, CLIP
        )
        for name in ("dense_90", "recency", "focus")
    }
    wanted = 0.7 * z["dense_90"] * z["recency"] - 0.2 * z["focus"] ** 2
    assert plain.together is None
    assert (paired.scores(values) - plain.scores(values)).tolist() == pytest.approx(wanted.tolist())


@QUIET
@given(seed=st.integers(0, 10_000))
def test_contributions_add_up_where_signals_go_together(seed: int) -> None:
    records = random_community(seed).records()
    paired = engine_of(records, prior=every_signal())
    plain = engine_of(records, prior=replace(every_signal(), pairs={}))
    apart = 0.0
    for query in QUESTIONS:
        found = paired.search_experts(query, NOW).candidates
        for candidate in found:
            points = sum(part.points for part in candidate.contributions)
            assert abs(points - candidate.score) < 1e-6
        chances = [candidate.probability for candidate in found]
        assert chances == sorted(chances, reverse=True)
        scores = {c.person.id: c.score for c in plain.search_experts(query, NOW).candidates}
        both = [abs(c.score - scores[c.person.id]) for c in found if c.person.id in scores]
        apart = max([apart, *both])
    assert apart > 0.01


# Fitting -------------------------------------------------------------------------------------


def planted(seed: int, questions: int) -> list[Example]:
    """Questions whose one helper is drawn by the product of two signals."""
    rng = np.random.default_rng(seed)
    a, b = (SIGNALS.index(name) for name in PLANTED.split("*"))
    examples = []
    for _ in range(questions):
        signals = rng.standard_normal((12, len(SIGNALS))).astype(np.float32)
        odds = np.exp(signals[:, a] * signals[:, b])
        replied = np.zeros(12, dtype=bool)
        replied[rng.choice(12, p=odds / odds.sum())] = True
        examples.append(Example(signals, np.zeros(12), replied, True, Pace(1.0, 0.5), 0.5))
    return examples


def test_a_planted_pair_is_found_where_history_is_long() -> None:
    pairs = fit_own(planted(1, 4_000), np.zeros(len(SIGNALS)))[1]
    assert max(pairs, key=lambda pair: abs(pairs[pair])) == PLANTED
    assert 0.25 < pairs[PLANTED] < 1.0
    some = fit_own(planted(2, LEAST_PAIRED), np.zeros(len(SIGNALS)))[1]
    assert 0.0 < some[PLANTED] < pairs[PLANTED]
    assert fit_own(planted(2, LEAST_PAIRED - 1), np.zeros(len(SIGNALS)))[1] == {}


def test_pairs_are_drawn_to_those_of_the_prior() -> None:
    prior = replace(default_ranker(), pairs={PLANTED: 0.3})
    assert own_ranker([], prior).pairs == {PLANTED: 0.3}
    assert own_ranker(planted(3, 60), prior).pairs == {PLANTED: 0.3}
    assert own_ranker(planted(3, LEAST_PAIRED), prior).pairs[PLANTED] > 0.25


def test_what_is_held_counts_while_the_others_are_learned() -> None:
    """Under LEAST_PAIRED a pair of the prior explains the choice, and no signal need."""
    examples = planted(7, LEAST_PAIRED - 1)
    right = as_vector(dict.fromkeys(SIGNALS, 0.0), {PLANTED: 1.0})
    wrong = as_vector(dict.fromkeys(SIGNALS, 0.0), {PLANTED: -1.0})
    found = [np.abs(list(fit_own(examples, prior)[0].values())).sum() for prior in (right, wrong)]
    assert found[0] < found[1]


def test_the_slope_of_the_loss_is_that_of_its_values() -> None:
    examples = planted(4, 30)
    lists = Lists.joined(
        [example.signals for example in examples],
        [example.fixed for example in examples],
        [example.replied.astype(float) for example in examples],
        len(SIGNALS),
        [example.standing() for example in examples],
    )
    rng = np.random.default_rng(5)
    at = rng.normal(0.0, 0.05, len(SIGNALS) + len(PAIRS))
    slope = lists.loss(at)[1]
    for place in rng.choice(len(at), 40, replace=False):
        step = np.zeros(len(at))
        step[place] = 0.01
        rise = (lists.loss(at + step)[0] - lists.loss(at - step)[0]) / 0.02
        assert rise == pytest.approx(slope[place], abs=2e-3)


def test_an_example_scores_as_the_scale_does() -> None:
    values = drawn_values(2)
    among = np.arange(PEOPLE) > 3
    ranker = every_signal()
    scale = scale_of(values, ranker.weights, ranker.pairs, among)
    signals = np.zeros((PEOPLE, len(SIGNALS)), np.float32)
    for place, name in enumerate(SIGNALS):
        signals[:, place] = values[name]
        if scale.per_unit[name] != ranker.weights[name]:
            chosen = values[name][among]
            signals[:, place] = (values[name] - chosen.mean()) / chosen.std()
    example = Example(signals, np.zeros(PEOPLE), among, True, Pace(1.0, 0.5), 0.5)
    ours = example.scores(as_vector(ranker.weights, ranker.pairs))
    assert ours.tolist() == pytest.approx(scale.scores(values).tolist(), abs=1e-4)


# Kept ----------------------------------------------------------------------------------------


def test_a_ranker_kept_without_pairs_has_none() -> None:
    kept = orjson.loads(every_signal().to_bytes())
    assert Ranker.from_bytes(orjson.dumps(kept)) == every_signal()
    del kept["pairs"]
    assert Ranker.from_bytes(orjson.dumps(kept)).pairs == {}
    kept["pairs"] = {"gone*recency": 1.0, PLANTED: 0.5}
    assert Ranker.from_bytes(orjson.dumps(kept)).pairs == {PLANTED: 0.5}


def test_quickness_switched_off_counts_with_nothing_else() -> None:
    quick = {pair for pair in PAIRS if "quick" in pair.split("*")}
    assert len(quick) == len(PAIRED)
    applied = RankingSettings(quickness=False).applied(every_signal())
    assert applied.weights["quick"] == 0.0 and applied.pairs.keys() == set(PAIRS) - quick


def test_two_fits_give_the_same_bytes() -> None:
    made = [own_ranker(planted(6, LEAST_PAIRED), default_ranker()).to_bytes() for _ in range(2)]
    assert made[0] == made[1] and Ranker.from_bytes(made[0]).pairs
