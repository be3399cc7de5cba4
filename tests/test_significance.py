"""Intervals and p-values where theory gives the answer."""

import itertools
from dataclasses import astuple

import numpy as np
import pytest
from scipy import stats

from evaluation import significance

RNG = np.random.default_rng(11)


def test_interval_agrees_with_the_normal_one() -> None:
    values = RNG.normal(0.4, 0.2, 400)
    interval = significance.bootstrap_interval(values)
    half = 1.96 * values.std() / 20
    assert interval.mean == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - half, abs=0.003)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.003)


def test_interval_is_the_same_each_time_and_of_one_value_a_point() -> None:
    values = RNG.random(30)
    once, again = (significance.bootstrap_interval(values) for _ in range(2))
    assert once == again
    assert significance.bootstrap_interval([0.5]) == significance.Interval(0.5, 0.5, 0.5)


def test_interval_of_many_queries_is_drawn_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    values = RNG.random(50)
    whole = significance.bootstrap_interval(values)
    monkeypatch.setattr(significance, "_CELLS", 333)
    assert significance.bootstrap_interval(values) == whole


def test_macro_interval_weighs_communities_alike() -> None:
    interval = significance.macro_interval({"big": [1.0] * 1000, "small": [0.0] * 3})
    assert interval == significance.Interval(0.5, 0.5, 0.5)


def test_randomisation_agrees_with_all_permutations() -> None:
    a, b = RNG.random(10), RNG.random(10) + 0.2
    differences = a - b
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((-1, 1), repeat=10)]
    exact = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-9)
    assert significance.randomisation_test(a, b) == pytest.approx(exact, abs=0.01)


def test_randomisation_of_a_thousand_queries_agrees_with_the_t_test() -> None:
    a = RNG.random(1000)
    b = a + RNG.normal(0.005, 0.1, 1000)
    expected = stats.ttest_rel(a, b).pvalue
    assert significance.randomisation_test(a, b) == pytest.approx(expected, abs=0.02)


def test_equal_systems_do_not_differ() -> None:
    assert significance.randomisation_test([0.5, 0.2], [0.5, 0.2]) == 1


def test_unequal_query_sets_are_refused() -> None:
    with pytest.raises(ValueError, match="same queries"):
        significance.randomisation_test([1.0], [1.0, 0.5])
    with pytest.raises(ValueError, match="at least one"):
        significance.bootstrap_interval([])


def test_holm() -> None:
    # Worked example: sorted .01 .02 .04 times 3, 2, 1, never falling, never above 1.
    assert significance.holm({"a": 0.04, "b": 0.01, "c": 0.02}) == pytest.approx(
        {"a": 0.04, "b": 0.03, "c": 0.04}
    )
    assert significance.holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert significance.holm({}) == {}


def test_the_gain_over_groups_is_that_of_their_means() -> None:
    ours = {"a": RNG.random(400), "b": RNG.random(50)}
    other = {name: values * 0.8 for name, values in ours.items()}
    gain = significance.macro_gain(ours, other)
    # A constant ratio leaves nothing to chance.
    assert (gain.mean, gain.low, gain.high) == pytest.approx((0.25, 0.25, 0.25))
    other["b"] = RNG.random(50)
    gain = significance.macro_gain(ours, other)
    means = [sum(v.mean() for v in system.values()) for system in (ours, other)]
    assert gain.mean == pytest.approx(means[0] / means[1] - 1)
    assert gain.low < gain.mean < gain.high
    with pytest.raises(ValueError, match="same groups"):
        significance.macro_gain(ours, {"a": other["a"]})


def test_columns_are_drawn_together() -> None:
    columns = RNG.random((30, 3))
    together = significance.bootstrap_intervals(columns)
    alone = significance.bootstrap_interval(columns[:, 1])
    assert astuple(together[1]) == pytest.approx(astuple(alone))
    with pytest.raises(ValueError, match="at least one"):
        significance.bootstrap_intervals(np.zeros((0, 2)))


def test_macro_test_weighs_communities_alike() -> None:
    one, other = RNG.random(8), RNG.random(8)
    assert significance.macro_test({"a": one}, {"a": other}) == pytest.approx(
        significance.randomisation_test(one, other)
    )
    # A thousand questions of one community that tell nothing take nothing from those that do.
    ours = {"large": [0.5] * 1000, "small": [1.0] * 12}
    theirs = {"large": [0.5] * 1000, "small": [0.0] * 12}
    assert significance.macro_test(ours, theirs) < 0.001
    assert significance.macro_test(ours, ours) == 1.0
    with pytest.raises(ValueError, match="same groups"):
        significance.macro_test(ours, {"large": theirs["large"]})
