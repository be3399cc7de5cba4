"""Who takes part where a question's own words come up, against how much they take part at all.

In: readable joinings, and for each word of the question the readable roots that hold it. Out: per
person how much likelier a thread that they joined lately holds the words than anybody's does:
whoever is busy everywhere gains nothing by it.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .columns import Ints, counted, decayed
from .kinship import Kinship

Floats = npt.NDArray[np.float64]

HALF_LIFE = 90.0
"""Days over which joinings fade; of 90 and 365 the shorter was the better."""

PRIOR = 5.0
"""Joinings with everybody's share of a word that one's own are seen beside."""

COMMON = 0.2
"""Share of the roots above which a word says nothing."""

LEAST_HELD = 0.1
"""Joinings of a word's threads that are added to everybody's, so that no share is 0."""


def vocabulary(
    kin: Kinship, holders: Sequence[Ints], roots: int, moment: int, posts: int, people: int
) -> Floats:
    """Sum of log ratios over the words, by the root of how many; (people,) by key.

    Parameters
    ----------
    kin : readable joinings before the moment.
    holders : by word, the keys of the readable roots that hold it.
    roots : how many readable roots there are.
    posts, people : how many keys there are of them.
    """
    total = np.zeros(people)
    told = [held for held in holders if 0 < len(held) <= COMMON * roots]
    if not told:
        return total
    some = np.zeros(posts, dtype=bool)
    some[np.concatenate(told)] = True
    fading = decayed(moment - kin.time, HALF_LIFE)
    every = counted(kin.person, fading, people)
    chosen = some[kin.root]
    person, root, weight = kin.person[chosen], kin.root[chosen], fading[chosen]
    for held in told:
        some[:] = False
        some[held] = True
        here = some[root]
        own = counted(person[here], weight[here], people)
        usual = (float(own.sum()) + LEAST_HELD) / (float(every.sum()) + 1.0)
        total += np.log((own + PRIOR * usual) / ((every + PRIOR) * usual))
    mean: Floats = total / np.sqrt(len(told))
    return mean
