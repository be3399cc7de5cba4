"""Arrays indexed by primary key that grow as keys are handed out."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


DIGITS = 6
"""Decimals of every score and point that is answered.

Sums of floats depend on the order of the summands in their last bit, and the order on what else
is there, readable or not. Rounded, equal states give equal answers.
"""


class Columns:
    """Named int64 arrays of one length, with a `live` flag a row.

    Row 0 is never a record, so that 0 may stand for "none".
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._size = 1
        self._arrays: dict[str, Ints] = {name: np.zeros(64, np.int64) for name in self.names}
        self._live = np.zeros(64, bool)

    def __len__(self) -> int:
        """One more than the highest key seen."""
        return self._size

    def __getitem__(self, name: str) -> Ints:
        """The column `name`, a view of length `len(self)`."""
        return self._arrays[name][: self._size]

    @property
    def live(self) -> Flags:
        """Which keys are records that are there."""
        return self._live[: self._size]

    def with_columns(self, columns: Mapping[str, Ints]) -> "Columns":
        """The same rows with other values in some columns, each (len(self),); a copy of none."""
        other = copy(self)
        other._arrays = {**self._arrays, **columns}
        return other

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Every column and `live` by name, as views: what `of` takes."""
        return {**{name: self[name] for name in self.names}, "live": self.live}

    @classmethod
    def of(cls, names: Iterable[str], arrays: Mapping[str, npt.NDArray[Any]]) -> "Columns":
        """A copy of what `arrays` answered; ValueError where they are not of one length."""
        columns = cls(names)
        size = len(arrays["live"])
        if size < 1 or any(arrays[name].shape != (size,) for name in columns.names):
            raise ValueError("columns of several lengths")
        # With room for what comes next, or the first new row would copy everything again.
        columns._reach(size + size // 8)
        columns._size = size
        for name in columns.names:
            columns[name][:] = arrays[name]
        columns.live[:] = arrays["live"]
        return columns

    def put(self, keys: Ints, values: Ints) -> None:
        """Set whole rows; `values` is (n, columns) in the order of `names`."""
        if not len(keys):
            return
        self._reach(int(keys.max()) + 1)
        for i, name in enumerate(self.names):
            self._arrays[name][keys] = values[:, i]
        self._live[keys] = True

    def holds(self, rows: Ints) -> Flags:
        """Which of `rows` (n, 1 + m), keys and the first m of `names`, are there as they are."""
        keys = rows[:, 0]
        same: Flags = keys < len(self)
        at = np.where(same, keys, 0)
        same &= self.live[at]
        for name, values in zip(self.names, rows[:, 1:].T, strict=False):
            same &= self[name][at] == values
        return same

    def drop(self, keys: Iterable[int]) -> None:
        """Forget rows; their values go too."""
        known = np.array([key for key in keys if key < self._size], dtype=np.int64)
        self._live[known] = False
        for array in self._arrays.values():
            array[known] = 0

    def _reach(self, size: int) -> None:
        if size > len(self._live):
            room = max(size, 2 * len(self._live))
            for name, array in self._arrays.items():
                self._arrays[name] = _grown(array, room)
            self._live = _grown(self._live, room)
        self._size = max(self._size, size)


def _grown(array: npt.NDArray[Any], room: int) -> npt.NDArray[Any]:
    grown = np.zeros(room, array.dtype)
    grown[: len(array)] = array
    return grown


def decayed(
    age_us: npt.NDArray[np.float64] | Ints, half_life_days: float
) -> npt.NDArray[np.float64]:
    """2 ** (-age / half-life) for ages in microseconds."""
    age: npt.NDArray[np.float64] = np.exp2(age_us * (-1.0 / (half_life_days * 86_400e6)))
    return age


def counted(
    keys: Ints, weights: npt.NDArray[np.float64] | None = None, minlength: int = 0
) -> npt.NDArray[np.float64]:
    """Sum of `weights` (ones) per key, float64 (at least `minlength`,)."""
    return np.asarray(np.bincount(keys, weights, minlength=minlength), dtype=np.float64)


def first_of(keys: Ints, created: Ints, place: Ints, rank: Ints, *group: Ints) -> Ints:
    """Of each group of `keys`, alike in all columns of `group`, the earliest.

    Ties by `place` and then by `rank`, which unlike the keys do not hang on what came in first.
    """
    order = np.lexsort((rank, place, created, *group))
    first = np.zeros(len(keys), dtype=bool)
    first[:1] = True
    for column in group:
        first[1:] |= np.diff(column[order]) != 0
    return keys[order[first]]


def in_time(keys: Ints, created: Ints, rank: Ints) -> Ints:
    """`keys` in order of time, ties by `rank`."""
    ordered: Ints = keys[np.lexsort((rank[keys], created[keys]))]
    return ordered


def places_among(ordered: Ints, times: Ints, keys: Ints, created: Ints, rank: Ints) -> Ints:
    """Where `keys` belong among `ordered`, which have these `times`; both are as by `in_time`."""
    first, last = (np.searchsorted(times, created[keys], side) for side in ("left", "right"))
    for at in np.flatnonzero(first < last).tolist():
        alike = ordered[first[at] : last[at]]
        first[at] += np.searchsorted(rank[alike], rank[keys[at]])
    return first


def among(ordered: Ints, keys: Ints, created: Ints, rank: Ints) -> Ints:
    """`ordered`, as by `in_time`, with `keys` among them."""
    keys = in_time(keys, created, rank)
    return np.insert(ordered, places_among(ordered, created[ordered], keys, created, rank), keys)
