"""From signals to points: of each alone, of two together, and each one's part of the whole.

In: columns of signals, what they weigh, and among whom somebody is ranked. Out: points a person,
of which every signal has its part, and the parts add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Flags
from .products import form_of
from .ranker import BY_UNIT, CLIP, PAIRED, PAIRS, SCALED

Floats = npt.NDArray[np.float64]

LEAST_SPREAD = 0.25
"""Spread under which a habit's differences stay as small as they are: a third of one reply's."""

LEAST_SPREADS = {
    **dict.fromkeys(("dense_90", "words_90", "asked", "striking"), 0.02),
    **dict.fromkeys(("mean", "mean_180", "peculiar_180"), 0.02),
    "quick": 0.05,
}
"""The same of signals in smaller units: of likeness, and of shares."""

LEAST_VALUE = 1e-12
"""Value of a signal that is none."""

BLOCK = 2_048
"""People at a time: what is made of them stays in the processor's cache, twice as fast."""


def spread_of(name: str, values: Floats) -> float:
    """The unit of a signal: its standard deviation, and no less than its least spread."""
    return _unit(name, float(values.std()) if len(values) else 0.0)


def _unit(name: str, deviation: float) -> float:
    return max(deviation, LEAST_SPREADS.get(name, LEAST_SPREAD))


@dataclass(frozen=True, slots=True)
class Together:
    """Points of the products of two signals, against somebody of whom there is nothing.

    With z the signals in spreads, clipped, o those of somebody with nothing and W the weights,
    half on each side, z'Wz - o'Wo is the sum over signals of (z - o) times W(z + o). That is each
    one's part: half of what it gives with every other, as by Shapley (1953), and 0 of a signal
    that is not there.

    Attributes
    ----------
    middle, spread, nothing : (len(PAIRED), 1) averages, spreads, and o.
    form : W.
    """

    middle: Floats
    spread: Floats
    nothing: Floats
    form: Floats

    def baseline(self) -> float:
        """o'Wo: what is left of products where there is nothing."""
        return float((self.nothing * (self.form @ self.nothing)).sum())

    def points(self, values: Mapping[str, Floats]) -> Floats:
        """(people,) by key."""
        columns = [values[name] for name in PAIRED]
        points = np.empty(len(columns[0]))
        for start in range(0, len(points), BLOCK):
            block = slice(start, start + BLOCK)
            standing = self._standing(np.stack([column[block] for column in columns]))
            rising = self.form @ (standing + self.nothing)
            standing -= self.nothing
            points[block] = np.einsum("sp,sp->p", standing, rising)
        return points

    def parts(self, values: Mapping[str, Floats], pk: int) -> dict[str, float]:
        """Each signal's part of one person's."""
        standing = self._standing(np.array([[values[name][pk]] for name in PAIRED]))
        rising = self.form @ (standing + self.nothing)
        return dict(zip(PAIRED, ((standing - self.nothing) * rising)[:, 0].tolist(), strict=True))

    def _standing(self, columns: Floats) -> Floats:
        """Signals in spreads from their averages, in the place of `columns` (signals, people)."""
        columns -= self.middle
        columns /= self.spread
        return np.clip(columns, -CLIP, CLIP, out=columns)


@dataclass(frozen=True, slots=True)
class Scale:
    """Points a unit of each signal, those of two together, and the points taken off everybody."""

    per_unit: dict[str, float]
    baseline: float
    together: Together | None

    def scores(self, values: Mapping[str, Floats]) -> Floats:
        """(people,) by key: the points of all signals."""
        score = np.full(len(next(iter(values.values()))), self.baseline)
        for name, unit in self.per_unit.items():
            score += unit * values[name]
        return score if self.together is None else score + self.together.points(values)

    def rates(self, values: Mapping[str, Floats], pk: int) -> dict[str, float]:
        """Points that one person has for a unit of each signal: times its value, its part."""
        rates = dict(self.per_unit)
        if self.together is not None:
            for name, part in self.together.parts(values, pk).items():
                value = float(values[name][pk])
                if abs(value) > LEAST_VALUE:
                    rates[name] += part / value
        return rates


def scale_of(
    values: Mapping[str, Floats],
    weights: Mapping[str, float],
    pairs: Mapping[str, float],
    among: Flags,
) -> Scale:
    """Points a unit: `weights` hold for one standard deviation over `among`, or for one unit;
    `pairs` for the product of two such.

    A signal that hardly varies there says little, and is not blown up to points.
    """
    per_unit = {name: weights[name] for name in BY_UNIT}
    middles, spreads = dict.fromkeys(BY_UNIT, 0.0), dict.fromkeys(BY_UNIT, 1.0)
    baseline = 0.0
    for name, (middle, deviation) in zip(SCALED, _moments(values, among), strict=True):
        middles[name], spreads[name] = middle, _unit(name, deviation)
        per_unit[name] = weights[name] / spreads[name]
        baseline -= per_unit[name] * middle
    if not pairs:
        return Scale(per_unit, baseline, None)
    centre = np.array([[middles[name]] for name in PAIRED])
    spread = np.array([[spreads[name]] for name in PAIRED])
    together = Together(
        middle=centre,
        spread=spread,
        nothing=np.clip(-centre / spread, -CLIP, CLIP),
        form=form_of(np.array([pairs.get(pair, 0.0) for pair in PAIRS]), len(PAIRED)),
    )
    return Scale(per_unit, baseline + together.baseline(), together)


def _moments(values: Mapping[str, Floats], among: Flags) -> list[list[float]]:
    """Mean and standard deviation of each of SCALED; 0 where there is nobody."""
    places = np.flatnonzero(among)
    if not len(places):
        return [[0.0, 0.0]] * len(SCALED)
    # All at once: a third of the time of one after the other, and equal to the bit.
    chosen = np.stack([values[name].take(places) for name in SCALED])
    middle = chosen.mean(axis=1, keepdims=True)
    chosen -= middle
    np.multiply(chosen, chosen, out=chosen)
    moments: list[list[float]] = np.stack([middle[:, 0], np.sqrt(chosen.mean(axis=1))], 1).tolist()
    return moments
