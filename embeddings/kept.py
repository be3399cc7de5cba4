"""What follows from an array that nobody writes to, kept for the next time it is asked.

A view asks with the same few masks and rows again and again, and at a million posts passing over
one of them costs as much as a search.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

KEPT = 8
"""Arrays of which is kept what follows from them."""

_GLANCE = 4_096
"""Items by which nearly all arrays that differ are told apart."""

Told = TypeVar("Told")


class Kept(Generic[Told]):
    """What was made of the last few arrays, told apart by identity.

    Nothing is kept of an array that can be written to, or that is part of another. To be cleared
    whenever something else changes of what is made. Not itself safe for threads.
    """

    def __init__(self) -> None:
        # The array is held, so that no other one gets its identity.
        self._made: dict[int, tuple[npt.NDArray[Any] | None, Told]] = {}

    def of(self, array: npt.NDArray[Any] | None, make: Callable[[], Told]) -> Told:
        """What `make` tells of `array`, made once; None stands for an array of everything."""
        known = self._made.get(id(array))
        if known is not None and known[0] is array:
            return known[1]
        told = make()
        if array is None or is_fixed(array):
            self._made[id(array)] = array, told
            if len(self._made) > KEPT:
                del self._made[next(iter(self._made))]
        return told

    def clear(self) -> None:
        """Forget all of it."""
        self._made = {}

    def every(self) -> list[tuple[npt.NDArray[Any] | None, Told]]:
        """The arrays of which something is kept, and what."""
        return list(self._made.values())


def begins(first: npt.NDArray[Any] | None, whole: npt.NDArray[Any] | None) -> bool:
    """Whether `whole` begins with all that `first` holds; None, everything, begins with itself."""
    if first is None or whole is None:
        return first is whole
    size = first.size
    return size <= whole.size and all(
        np.array_equal(first[part], whole[:size][part])
        for part in (slice(_GLANCE), slice(_GLANCE, None))
    )


def is_fixed(array: npt.NDArray[Any]) -> bool:
    """Whether nobody writes to `array`: it is not writable, nor part of one that may be."""
    return isinstance(array, np.ndarray) and array.base is None and not array.flags.writeable
