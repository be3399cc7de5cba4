"""Weights and chances from examples whose makers are known."""

import math

import numpy as np
import pytest

from evaluation.fits import GROUPS, reciprocal_ranks
from recommender.calibration import Pace
from recommender.fitting import (
    APRIORI,
    Example,
    as_vector,
    fit_weights,
    pooled_silence,
    silence_of,
)
from recommender.learning import own_ranker
from recommender.ranker import SIGNALS, Ranker, default_ranker
from tests.examples import TRUE, drawn

PRIOR = as_vector(APRIORI)


def vector(weights: dict[str, float]) -> np.ndarray:
    return np.array([weights[name] for name in SIGNALS])


def test_planted_weights_are_found() -> None:
    found = vector(fit_weights([drawn(1, 1_500)], np.zeros(len(SIGNALS)), 1e-4))
    assert np.abs(found - TRUE).max() < 0.2
    assert np.corrcoef(found, TRUE)[0, 1] > 0.98


def test_communities_count_by_the_root_of_their_size() -> None:
    large, small = drawn(1, 900), drawn(2, 100, -TRUE)
    pooled = vector(fit_weights([large, small], np.zeros(len(SIGNALS)), 1e-3))
    joined = vector(fit_weights([large + small], np.zeros(len(SIGNALS)), 1e-3))
    assert 0 < pooled @ TRUE < joined @ TRUE


def test_the_more_own_history_the_further_from_the_prior() -> None:
    examples = drawn(3, 800)
    apart = []
    for questions in (0, 20, 100, 300, 800):
        own = own_ranker(examples[:questions], default_ranker())
        apart.append(float(np.linalg.norm(vector(dict(own.weights)) - _default())))
    assert apart == sorted(apart) and len(set(apart)) == len(apart)


def _default() -> np.ndarray:
    return vector(dict(default_ranker().weights))


def test_no_history_gives_the_prior() -> None:
    assert own_ranker([], default_ranker()) == default_ranker()
    unanswered = drawn(4, 50, nobody=True)
    assert dict(own_ranker(unanswered, default_ranker()).weights) == dict(default_ranker().weights)
    assert fit_weights([], PRIOR, 1.0) == pytest.approx(APRIORI)


def test_a_stronger_prior_holds_closer() -> None:
    examples = drawn(5, 200)
    apart = [
        float(np.linalg.norm(vector(fit_weights([examples], PRIOR, strength)) - PRIOR))
        for strength in (0.01, 0.1, 1.0, 10.0, 1e4)
    ]
    assert apart == sorted(apart, reverse=True)
    assert apart[-1] < 0.001


def test_two_fits_give_the_same_bytes() -> None:
    made = [own_ranker(drawn(6, 150), default_ranker()).to_bytes() for _ in range(2)]
    assert made[0] == made[1]
    assert Ranker.from_bytes(made[0]).to_bytes() == made[0]


def test_silence_counts_communities_alike() -> None:
    low = [_known(0.1 + i / 10_000) for i in range(1_000)]
    high = [_known(0.9 + i / 10_000) for i in range(10)]
    assert max(silence_of(low)) < 0.2 < 0.9 < max(silence_of(high))
    # Half of the whole is the large one's, so its tenth is the whole's twentieth.
    assert pooled_silence([low, high])[4] == pytest.approx(silence_of(low)[9], abs=1e-3)
    assert pooled_silence([low]) == silence_of(low)
    assert pooled_silence([[], []]) == ()


def _known(likeness: float) -> Example:
    nothing = np.zeros((1, len(SIGNALS)), np.float32)
    return Example(nothing, np.zeros(1), np.ones(1, bool), True, Pace(1.0, 0.5), likeness)


def test_ranks_of_examples() -> None:
    signals = np.zeros((4, len(SIGNALS)), np.float32)
    signals[:, 0] = [3.0, 1.0, 1.0, 0.0]
    weights = np.zeros(len(SIGNALS))
    weights[0] = 1.0
    pace = Pace(1.0, 0.5)

    def rank(*replied: int) -> list[float]:
        flags = np.isin(np.arange(4), replied)
        example = Example(signals, np.zeros(4), flags, True, pace, 0.5)
        return reciprocal_ranks([example], weights).tolist()

    assert rank() == []
    assert rank(0) == [1.0] and rank(0, 3) == [1.0]
    assert rank(1) == [1 / 2] and rank(2) == [1 / 3]
    assert rank(3) == [1 / 4]


def test_every_signal_lies_in_one_group_and_has_an_a_priori_weight() -> None:
    grouped = [signal for group in GROUPS.values() for signal in group]
    assert sorted(grouped) == sorted(SIGNALS)
    assert sorted(APRIORI) == sorted(SIGNALS)
    assert min(APRIORI.values()) > 0


def test_the_defaults_are_a_page_of_coefficients() -> None:
    default_ranker.cache_clear()
    ranker = default_ranker()
    kept = ranker.to_bytes()
    assert kept.count(b"\n") < 80 and len(kept) < 2_000
    told = Ranker.from_bytes(kept)
    assert told == ranker
    assert sorted(ranker.weights) == sorted(SIGNALS)
    assert any(ranker.weights.values())
    assert len(ranker.probability) == 5 and len(ranker.answerable) == 6
    assert ranker.probability[1] > 0
    assert len(ranker.silence) == 20 and list(ranker.silence) == sorted(ranker.silence)
    numbers = [*ranker.weights.values(), *ranker.probability, *ranker.answerable, *ranker.silence]
    assert all(math.isfinite(number) for number in numbers)
