"""How like a question the threads are that somebody joined: all of them, not the nearest alone.

In: the likeness of every readable root to the question. Out: per person the mean over the threads
they joined, and sums of a kernel that fades with age, with the posts behind them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Ints
from .joinings import Joinings
from .pieces import Pieces

Floats = npt.NDArray[np.float64]

MEAN_PRIOR = 3.0
"""Threads of average likeness that everybody is taken to have joined beside their own."""

FADING_PRIOR = 2.0
"""The same for the mean that fades."""

FADING_HALF_LIFE = 180.0
"""Days, of the mean that fades."""

KERNEL_AT, KERNEL_WIDTH = 0.5, 0.1
"""A thread of likeness .5 counts one, of .6 e times as much."""

LEAST = 0.01
"""Kernel sum that is as good as none."""

KERNEL_HALF_LIVES = (90.0, 365.0)
"""Days."""


@dataclass(frozen=True, slots=True)
class Share:
    """What each joining gives to a sum of its person's: `scale[person] * weight * value`.

    `value` is that of the thread, by place; the weight fades by `half_life` up to `moment`. Sums
    are taken of all people at once; the parts of one, which are few, when they are asked for.
    """

    joinings: Joinings
    value: Floats
    moment: int
    half_life: float | None
    scale: Floats | None = None

    def summed(self, people: int) -> Floats:
        """Per person, (people,) by key."""
        weighing = self.joinings.weighing(len(self.value), self.moment, self.half_life)
        sums: Floats = weighing @ self.value
        return sums if self.scale is None else sums * self.scale

    def of(self, pk: int) -> Floats:
        """What each of a person's joinings gives, in order of time."""
        own, place, _ = self.joinings.of(pk)
        parts = self.value[place]
        if self.half_life is not None:
            weighing = self.joinings.weighing(len(self.value), self.moment, self.half_life)
            parts *= weighing.data[own]
        return parts if self.scale is None else parts * self.scale[pk]

    def pieces(self) -> Pieces:
        """All of them, one by one."""
        joined = self.joinings
        parts = self.value[joined.place] * joined.fading(self.moment, self.half_life)
        if self.scale is not None:
            parts = parts * self.scale[joined.person]
        return Pieces(joined.person, joined.post, joined.root, joined.time, parts)


@dataclass(frozen=True, slots=True)
class Kinship:
    """Readable joinings before the moment, and how like the question their threads are.

    `likeness`: by the threads' place, that of the root; `peculiar`: what of it is not common to
    all.
    """

    joinings: Joinings
    likeness: Floats
    peculiar: Floats

    def of(self, pk: int) -> tuple[Ints, Floats]:
        """The posts by which a person joined, in order of time, and the likeness of each thread."""
        _, place, post = self.joinings.of(pk)
        return post, self.likeness[place]

    def kernels(self, moment: int) -> dict[float, Share]:
        """What each joining gives to its person's kernel sums, by half-life."""
        near = np.exp((self.likeness - KERNEL_AT) / KERNEL_WIDTH)
        return {
            half_life: Share(self.joinings, near, moment, half_life)
            for half_life in KERNEL_HALF_LIVES
        }

    def mean(self) -> Share:
        """What each joining gives to its person's mean likeness, drawn to the mean of all.

        The sum of a person's is that mean less the mean of all: 0 for who joined nothing.
        """
        return self._drawn(self.likeness, 0, None, MEAN_PRIOR)

    def fading_means(self, moment: int) -> tuple[Share, Share]:
        """The same of likeness and of what is peculiar, older joinings counting less."""
        return (
            self._drawn(self.likeness, moment, FADING_HALF_LIFE, FADING_PRIOR),
            self._drawn(self.peculiar, moment, FADING_HALF_LIFE, FADING_PRIOR),
        )

    def _drawn(self, values: Floats, moment: int, half_life: float | None, prior: float) -> Share:
        """Parts of the weighted mean of `values` less their mean, as if `prior` of 0 were there."""
        joined = self.joinings
        total = float((joined.numbers(len(values)) * values).sum())
        middle = total / max(len(joined.place), 1)
        scale = 1.0 / (joined.weights(moment, half_life) + prior)
        return Share(joined, values - middle, moment, half_life, scale)
