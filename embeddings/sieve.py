"""The sieves of the dense index: of many allowed rows, those worth comparing in full.

What passes follows from the rows that are allowed alone: neither from what lies beside them nor
from the shelves they lie on.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .face import Rows
from .grid import Grid, agreement, codes, hamming
from .shelf import Part
from .slots import Within

Sieve = tuple[int, int, int]
"""How many pass, at the least: this many, so many for each of the k, and one in so many."""

Parts = Sequence[tuple[Part, Within]]
Distances = npt.NDArray[np.integer[Any]]

# Quarters of the signs that the first sieve looks at: the last cost as much as the others, and tell
# less than letting more rows pass (evaluation/results/index.md).
_LOOKED_AT = 3
_FAR = np.iinfo(np.uint16).max
# Where the last that pass lie is guessed from one in so many, with so many times as many as would
# do: what is above need not be looked at then. Chosen for speed alone.
_SAMPLED = 16
_SPARE = 1.25


def passing(sieve: Sieve, count: int, k: int) -> int:
    """How many of `count` rows pass, when the `k` nearest are wanted."""
    least, each, one_in = sieve
    return min(max(least, each * k, count // one_in), count)


def sifted(parts: Parts, query: Grid, wanted: tuple[int, int], few: int) -> list[Rows]:
    """The slots, part by part, of what passes both sieves for `query` (dim,).

    `wanted`: how many are to pass each, at least 1 and of the first no more than are allowed. Up
    to `few` that pass the first need no second: to compare them in full takes no longer.
    """
    signs = codes(query[None, :])[:, 0]
    signs = signs[: -(-len(signs) * _LOOKED_AT // 4)]
    distances = [
        hamming(part.table if within.few is None else part.columns(within.few), signs)
        for part, within in parts
    ]
    slots = _near([within for _, within in parts], distances, wanted[0])
    if sum(found.size for found in slots) <= max(wanted[1], few):
        return slots
    told = [-agreement(part.columns(s), query) for (part, _), s in zip(parts, slots, strict=True)]
    last = _last(told, wanted[1])
    return [found[far <= last] for found, far in zip(slots, told, strict=True)]


def _near(withins: Sequence[Within], distances: Sequence[Distances], wanted: int) -> list[Rows]:
    """The slots of the `wanted` least of `distances`: of those listed as few, or of all slots.

    All at the last distance stay in: the set of rows decides, not their order.
    """
    for bound in (_guessed(withins, distances, wanted), _FAR):
        slots, near = [], []
        for within, far in zip(withins, distances, strict=True):
            places = np.flatnonzero(far <= bound)
            if within.few is None:
                places = places[within.flags.take(places)]
            near.append(far.take(places))
            slots.append(places if within.few is None else within.few.take(places))
        if sum(found.size for found in slots) >= wanted:
            break
    last = _last(near, wanted)
    return [found[far <= last] for found, far in zip(slots, near, strict=True)]


def _guessed(withins: Sequence[Within], distances: Sequence[Distances], wanted: int) -> int:
    """About the distance of the last that passes, and rather too much than too little."""
    drawn = [
        far[::_SAMPLED] if within.few is not None else far[::_SAMPLED][within.flags[::_SAMPLED]]
        for within, far in zip(withins, distances, strict=True)
    ]
    sample = np.concatenate(drawn)
    place = int(_SPARE * wanted / sum(within.count for within in withins) * sample.size) + 1
    return _FAR if place >= sample.size else int(np.partition(sample, place)[place])


def _last(distances: Sequence[Distances], wanted: int) -> int:
    return int(np.partition(np.concatenate(distances), wanted - 1)[wanted - 1])
