"""How like a question the threads are that somebody joined: all of them, not the nearest alone.

In: the likeness of every readable root to the question. Out: per person the mean over the threads
they joined, and sums of a kernel that fades with age, with the posts behind them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Ints, counted, decayed
from .community import Community
from .pieces import Pieces
from .view import View

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
class Kinship:
    """Readable joinings before the moment and how like the question their threads are.

    Arrays of one length n: `person`, `post`, `root` are keys, `time` microseconds, `likeness`
    that of the thread's root, `peculiar` what of it is not common to all.
    """

    person: Ints
    post: Ints
    root: Ints
    time: Ints
    likeness: Floats
    peculiar: Floats

    def kernel(self, moment: int, half_life: float) -> Pieces:
        """What each joining gives to its person's kernel sum."""
        near = np.exp((self.likeness - KERNEL_AT) / KERNEL_WIDTH)
        weight = near * decayed(moment - self.time, half_life)
        return Pieces(self.person, self.post, self.root, self.time, weight)

    def lift(self, moment: int, people: int) -> Floats:
        """How much nearer to the question a joining of each person lies than anybody's does.

        The log of the kernel's fading mean over that of all; 0 for who joined nothing.
        """
        fading = decayed(moment - self.time, FADING_HALF_LIFE)
        near = np.exp((self.likeness - KERNEL_AT) / KERNEL_WIDTH) * fading
        if not len(near):
            return np.zeros(people)
        usual = float(near.sum()) / float(fading.sum())
        own = counted(self.person, near, people) + FADING_PRIOR * usual
        lift: Floats = np.log(own / ((counted(self.person, fading, people) + FADING_PRIOR) * usual))
        return lift

    def mean(self, people: int) -> Pieces:
        """What each joining gives to its person's mean likeness, drawn to the mean of all.

        The sum of a person's is that mean less the mean of all: 0 for who joined nothing.
        """
        return self._drawn(self.likeness, np.ones(len(self.person)), MEAN_PRIOR, people)

    def fading_means(self, moment: int, people: int) -> tuple[Pieces, Pieces]:
        """The same of likeness and of what is peculiar, older joinings counting less."""
        fading = decayed(moment - self.time, FADING_HALF_LIFE)
        return (
            self._drawn(self.likeness, fading, FADING_PRIOR, people),
            self._drawn(self.peculiar, fading, FADING_PRIOR, people),
        )

    def _drawn(self, values: Floats, weight: Floats, prior: float, people: int) -> Pieces:
        """Parts of the weighted mean of `values` less their mean, as if `prior` of 0 were there."""
        middle = float(values.mean()) if len(values) else 0.0
        whole = counted(self.person, weight, people) + prior
        parts = (values - middle) * weight / whole[self.person]
        return Pieces(self.person, self.post, self.root, self.time, parts)


def kinship(community: Community, view: View, likeness: Floats, peculiar: Floats) -> Kinship:
    """The joinings of threads whose root has a `likeness` (posts,), and what of it is `peculiar`.

    NaN where it has none.
    """
    posts = community.posts
    created = posts["created"]
    keys = community.joinings
    keys = keys[: int(np.searchsorted(created[keys], view.moment))]
    keys = keys[view.posts[keys]]
    root = np.minimum(posts["root"][keys], len(posts) - 1)
    known = np.isfinite(likeness[root])
    keys, root = keys[known], root[known]
    return Kinship(posts["author"][keys], keys, root, created[keys], likeness[root], peculiar[root])
