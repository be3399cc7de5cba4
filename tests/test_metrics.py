"""Ranking measures against ir_measures; the others against values worked out by hand."""

from types import ModuleType

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import clicks, experts, feed, metrics, report, similar

IDS = [f"p{n}" for n in range(12)]
RANKINGS = st.permutations(IDS).flatmap(
    lambda ids: st.tuples(
        st.integers(1, len(ids)).map(lambda n: list(ids[:n])),
        st.sets(st.sampled_from(IDS), min_size=1),
    )
)
ORACLE = {
    "RR": metrics.reciprocal_rank,
    "P@1": lambda ranked, relevant: metrics.precision(ranked, relevant, 1),
    "R@5": lambda ranked, relevant: metrics.recall(ranked, relevant, 5),
    "R@10": lambda ranked, relevant: metrics.recall(ranked, relevant, 10),
    "nDCG@10": lambda ranked, relevant: metrics.ndcg(ranked, relevant, 10),
    "Success@5": lambda ranked, relevant: metrics.hit(ranked, relevant, 5),
    "RR@3": lambda ranked, relevant: metrics.reciprocal_rank(ranked[:3], relevant),
    "P@5": lambda ranked, relevant: metrics.precision(ranked, relevant, 5),
    "R@1": lambda ranked, relevant: metrics.recall(ranked, relevant, 1),
    "nDCG@3": lambda ranked, relevant: metrics.ndcg(ranked, relevant, 3),
    "Success@1": lambda ranked, relevant: metrics.hit(ranked, relevant, 1),
}
NAMES = {
    "mrr": "RR",
    "mrr@10": "RR@10",
    "p@1": "P@1",
    "r@1": "R@1",
    "r@5": "R@5",
    "r@10": "R@10",
    "ndcg@10": "nDCG@10",
    "hit@5": "Success@5",
    "hit@10": "Success@10",
    "hr@3": "Success@3",
    "hr@10": "Success@10",
}


@pytest.mark.parametrize("name", ORACLE)
@given(RANKINGS)
def test_agrees_with_ir_measures(name: str, case: tuple[list[str], set[str]]) -> None:
    ranked, relevant = case
    measure = ir_measures.parse_measure(name)
    qrels = {"q": dict.fromkeys(relevant, 1)}
    run = {"q": {id_: float(len(ranked) - n) for n, id_ in enumerate(ranked)}}
    expected = ir_measures.calc_aggregate([measure], qrels, run)[measure]
    assert ORACLE[name](ranked, relevant) == pytest.approx(expected)


@pytest.mark.parametrize("task", [experts, feed, clicks, similar])
def test_the_measures_of_every_task_agree_on_random_data(task: ModuleType) -> None:
    rng = np.random.default_rng(9)
    ids = [f"x{n}" for n in range(120)]
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    ours: dict[str, dict[str, float]] = {}
    for query in range(200):
        ranked = rng.permutation(ids)[: rng.integers(1, 101)].tolist()
        relevant = set(rng.permutation(ids)[: rng.integers(1, 15)].tolist())
        ours[str(query)] = report.values(ranked, relevant, task.MEASURES)
        qrels[str(query)] = dict.fromkeys(relevant, 1)
        run[str(query)] = {id_: float(len(ranked) - n) for n, id_ in enumerate(ranked)}
    for name in task.MEASURES:
        measure = ir_measures.parse_measure(NAMES[name])
        for found in ir_measures.iter_calc([measure], qrels, run):
            assert ours[found.query_id][name] == pytest.approx(found.value), name


def test_a_query_without_a_relevant_id_is_refused() -> None:
    with pytest.raises(ValueError, match="without a relevant"):
        metrics.reciprocal_rank(["a"], set())


def test_an_id_ranked_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        metrics.recall(["a", "a"], {"a"}, 2)


def test_gini() -> None:
    assert metrics.gini([3, 3, 3]) == pytest.approx(0)
    assert metrics.gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert metrics.gini([1, 3]) == pytest.approx(0.25)
    assert metrics.gini([]) == metrics.gini([0, 0]) == 0
    with pytest.raises(ValueError, match="negative"):
        metrics.gini([-1, 2])


def test_ece_is_the_gap_between_promise_and_rate() -> None:
    assert metrics.ece([0.3] * 10, [1, 1, 1] + [0] * 7) == pytest.approx(0)
    assert metrics.ece([0.8] * 10, [1, 1, 1] + [0] * 7) == pytest.approx(0.5)
    assert metrics.ece([0.2] * 5 + [0.6] * 5, [0] * 5 + [1] * 5, bins=2) == pytest.approx(0.3)


def test_ece_does_not_depend_on_the_order_of_ties() -> None:
    rng = np.random.default_rng(3)
    p = rng.integers(0, 4, 97) / 4
    y = (rng.random(97) < p).astype(float)
    order = rng.permutation(97)
    assert metrics.ece(p, y) == pytest.approx(metrics.ece(p[order], y[order]))


def test_ece_bins_hold_equal_mass() -> None:
    # Nine tenths of the mass at .1 (right), a tenth at .9 (wrong by .9): bins of equal width
    # and of equal mass agree here, one bin in ten is wrong.
    assert metrics.ece([0.0] * 90 + [0.9] * 10, [0] * 100) == pytest.approx(0.09)


def test_brier_skill() -> None:
    outcomes = [1, 0, 0, 1]
    rate = [0.5] * 4
    assert metrics.brier_skill(rate, outcomes, rate) == 0
    assert metrics.brier_skill(outcomes, outcomes, rate) == 1
    assert metrics.brier_skill([0.75, 0.25, 0.25, 0.75], outcomes, rate) == pytest.approx(0.75)
    with pytest.raises(ValueError, match="no error"):
        metrics.brier_skill(rate, outcomes, outcomes)
    with pytest.raises(ValueError, match="outside"):
        metrics.brier_skill([1.5], [1], [0.5])


def test_reliability_bins_by_hand() -> None:
    promised = [0.1, 0.9, 0.1, 0.8]
    bins = metrics.reliability(promised, [1, 1, 0, 0], bins=2)
    assert bins == [
        {"promised": pytest.approx(0.1), "came": 0.5, "n": 2},
        {"promised": pytest.approx(0.85), "came": 0.5, "n": 2},
    ]
    # Fewer cases than bins: a bin each, and ties share their outcome.
    assert [part["came"] for part in metrics.reliability(promised, [1, 1, 0, 0])] == [
        0.5, 0.5, 0.0, 1.0,
    ]  # fmt: skip
