"""The dense index: vectors in, rows by cosine out; exhaustive, exact within the mask, no graph.

Few allowed rows are compared in full. Many are sifted first by the Hamming distance of their
sign bits (Charikar 2002), what is near enough by the agreement of the signs with the query's
components, and what is left is compared in full. Which way is taken, and what passes the sieves,
follows from the allowed rows alone; on the grid of `embeddings.grid` no score depends on its
neighbours either.
"""

from pathlib import Path
from threading import RLock

import numpy as np
import numpy.typing as npt

from . import indexfile
from .errors import IndexCorrupt
from .face import Mask, Rows, Scores, Vectors
from .grid import STEPS, Codes, Grid, agreement, codes, dots, hamming, on_grid
from .slots import NO_SLOT, Slots, best, checked, grown

FILE = "dense.index"
# Up to this many allowed rows the full comparison is the faster way (evaluation/results/index.md).
SIFT_ABOVE = 4096
# How many pass a sieve, at the least: this many, so many for each of the k, and one in so many
# of the allowed rows, for recall@10 of at least .99 (evaluation/results/index.md).
BY_BITS = (2000, 40, 32)
BY_AGREEMENT = (1000, 20, 256)
_FAR = np.iinfo(np.uint16).max
_CHUNK = 2048  # rows compared at a time: 3 MiB of float32 at 384 dimensions


class DenseIndex:
    """Unit vectors by row, searched by cosine.

    Parameters
    ----------
    dim : the number of components of every vector.

    Attributes
    ----------
    stamp : what the caller said of the store's state when this index was saved; "" if new.
    """

    def __init__(self, dim: int) -> None:
        if dim < 1:
            raise ValueError("dim is at least 1")
        self.dim = dim
        self.stamp = ""
        self._lock = RLock()
        self._start_from(np.zeros(0, dtype=np.int64), np.zeros((0, dim), dtype=np.int16))

    def _start_from(self, rows: Rows, base: Grid) -> None:
        # `base` is never written to: it may be a map of a file. Later puts go to `_tail`.
        self._slots = Slots(rows)
        self._base = base
        self._tail: Grid = np.zeros((0, self.dim), dtype=np.int16)
        self._inverse = np.zeros(0, dtype=np.float64)
        self._codes: Codes = np.zeros((-(-self.dim // 64), 0), dtype=np.uint64)

    def __len__(self) -> int:
        """How many rows it holds."""
        return self._slots.held

    def put(self, rows: Rows, items: Vectors) -> None:
        """Insert or replace the vectors `items` (n, dim) of `rows` (n,), no row twice.

        A row of zeros is held and scores 0. ValueError for wrong shapes, negative or repeated
        rows and components that are not finite; nothing is put then.
        """
        rows = checked(rows)
        if np.shape(items) != (rows.size, self.dim):
            raise ValueError(f"vectors of shape {np.shape(items)}, not {(rows.size, self.dim)}")
        grid, inverse = on_grid(items)
        signs = codes(grid)
        with self._lock:
            start, end = self._slots.size, self._slots.size + rows.size
            kept = self._base.shape[0]
            self._tail = grown(self._tail, end - kept)
            self._inverse = grown(self._inverse, end)
            self._codes = grown(self._codes, end, axis=1)
            self._tail[start - kept : end - kept] = grid
            self._inverse[start:end] = inverse
            self._codes[:, start:end] = signs
            self._slots.append(rows)
            self._tidy()

    def remove(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over."""
        with self._lock:
            self._slots.kill(rows)
            self._tidy()

    def _tidy(self) -> None:
        if self._slots.dead <= max(1024, self._slots.held):
            return
        live = self._slots.live()
        base, inverse, signs = self._gather(live), self._inverse[live], self._codes[:, live]
        self._start_from(self._slots.rows[live], base)
        self._inverse, self._codes = inverse, signs

    def _gather(self, slots: Rows) -> Grid:
        return _gathered(self._base, self._tail, slots)

    def has(self, rows: Rows) -> Mask:
        """Tell for each of `rows` whether it is held; shape (n,)."""
        with self._lock:
            return np.not_equal(self._slots.of(rows), NO_SLOT)

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors (n, dim) of `rows`, of unit length, within 2^-12 of those put.

        KeyError when a row is not held.
        """
        with self._lock:
            slots = self._slots.of(rows)
            if (slots == NO_SLOT).any():
                raise KeyError("a row that the index does not hold")
            unit = self._gather(slots) * self._inverse[slots][:, None]
        return unit.astype(np.float32)

    def search(self, query: Vectors, allowed: Mask | None, k: int) -> tuple[Rows, Scores]:
        """Give the at most `k` allowed rows of highest cosine, best first, ties by row.

        `query` (dim,) need not be of unit length; `allowed` None allows every row. Rows int64
        and cosines float64, both empty when nothing is allowed. ValueError when k < 1.
        """
        if k < 1:
            raise ValueError("k is at least 1")
        grid, inverse = self._queried(query)
        with self._lock:
            # What these hold of a slot is never written again, so the lock ends here.
            within = self._slots.allowed(allowed)
            base, tail, lengths = self._base, self._tail, self._inverse
            table, numbers = self._codes, self._slots.rows
            size = self._slots.size
        count = int(np.count_nonzero(within))
        if count > SIFT_ABOVE:
            slots = _sifted(table[:, :size], grid[0], within, count, k)
        else:
            slots = np.flatnonzero(within)
        scores = _compared(base, tail, slots, grid)[0] * lengths[slots] * inverse[0]
        rows = numbers[slots]
        places = best(rows, scores, k)
        return rows[places], scores[places]

    def scores(self, query: Vectors, rows: Rows) -> Scores:
        """Return the cosine of each of `rows` to `query`, float64 (n,); 0 where none is held."""
        if np.shape(query) != (self.dim,):
            raise ValueError(f"a query of shape {np.shape(query)}, not {(self.dim,)}")
        scores: Scores = self.scores_to(np.asarray(query)[None, :], rows)[0]
        return scores

    def scores_to(self, queries: Vectors, rows: Rows) -> Scores:
        """Return the cosine of each of `rows` to each of `queries` (m, dim), float64 (m, n).

        0 where none is held. Two queries cost little more than one: reading the rows is dearest.
        """
        grid, inverse = on_grid(np.asarray(queries))
        with self._lock:
            slots = self._slots.of(rows)
            base, tail, lengths = self._base, self._tail, self._inverse
        held = slots != NO_SLOT
        scores = np.zeros((len(grid), slots.size), dtype=np.float64)
        found = _compared(base, tail, slots[held], grid)
        scores[:, held] = found * lengths[slots[held]] * inverse[:, None]
        return scores

    def mean(self, rows: Rows) -> Vectors:
        """Return the mean vector (dim,) of those of `rows` that are held; zeros where none is.

        Summed as integers, so that their order changes no bit.
        """
        with self._lock:
            slots = self._slots.of(rows)
            base, tail = self._base, self._tail
        slots = slots[slots != NO_SLOT]
        total = np.zeros(self.dim, dtype=np.int64)
        for start in range(0, slots.size, _CHUNK):
            part = _gathered(base, tail, slots[start : start + _CHUNK])
            total += part.sum(axis=0, dtype=np.int64)
        mean: Vectors = (total / (max(slots.size, 1) * STEPS)).astype(np.float32)
        return mean

    def _queried(self, query: Vectors) -> tuple[Grid, Scores]:
        if np.shape(query) != (self.dim,):
            raise ValueError(f"a query of shape {np.shape(query)}, not {(self.dim,)}")
        return on_grid(np.asarray(query)[None, :])

    def save(self, folder: Path, stamp: str = "") -> None:
        """Write to `folder` in one atomic step; `stamp` says of what state of the store."""
        with self._lock:
            live = self._slots.live()
            arrays: dict[str, indexfile.Array] = {
                "rows": self._slots.rows[live],
                "inverse": self._inverse[live],
                "codes": self._codes[:, live],
                "vectors": self._gather(live),
            }
        indexfile.write(folder / FILE, {"dim": self.dim, "stamp": stamp}, arrays, ("vectors",))

    @classmethod
    def load(cls, folder: Path) -> "DenseIndex":
        """Open what `save` wrote: vectors stay in the file, mapped; puts are taken at once.

        IndexCorrupt when the file is missing, damaged or of another version.
        """
        facts, arrays = indexfile.read(folder / FILE)
        try:
            index = cls(int(facts["dim"]))
            index.stamp = str(facts["stamp"])
            rows = checked(arrays["rows"])
            shapes = [arrays[name].shape for name in ("inverse", "codes", "vectors")]
            if shapes != [(rows.size,), (-(-index.dim // 64), rows.size), (rows.size, index.dim)]:
                raise ValueError(f"arrays of shapes {shapes} for {rows.size} rows")
            index._start_from(rows, arrays["vectors"])
            # Copied: they are read whole at each search, and the next put would copy them anyway.
            index._inverse, index._codes = arrays["inverse"].copy(), arrays["codes"].copy()
        except (KeyError, ValueError) as reason:
            raise IndexCorrupt(
                f"the saved index {FILE} does not add up ({reason}); rebuild it from the store"
            ) from reason
        return index


def _gathered(base: Grid, tail: Grid, slots: Rows) -> Grid:
    kept = base.shape[0]
    old = slots < kept
    if old.all():
        return base.take(slots, axis=0)
    grid = np.empty((slots.size, tail.shape[1]), dtype=np.int16)
    grid[old] = base[slots[old]]
    grid[~old] = tail[slots[~old] - kept]
    return grid


def _compared(base: Grid, tail: Grid, slots: Rows, queries: Grid) -> Scores:
    scores = np.empty((len(queries), slots.size), dtype=np.float64)
    for start in range(0, slots.size, _CHUNK):
        part = slots[start : start + _CHUNK]
        scores[:, start : start + _CHUNK] = dots(_gathered(base, tail, part), queries)
    return scores


def _sifted(table: Codes, query: Grid, within: Mask, count: int, k: int) -> Rows:
    """The slots, of the `count` that are `within`, that pass both sieves."""
    signs = codes(query[None, :])[:, 0]
    # Gathering a column costs about as much as comparing four.
    if 4 * count < table.shape[1]:
        slots = np.flatnonzero(within)
        slots = slots[_least(hamming(_columns(table, slots), signs), _passing(BY_BITS, count, k))]
    else:
        distances = hamming(table, signs)
        np.putmask(distances, ~within, _FAR)
        slots = _least(distances, _passing(BY_BITS, count, k))
    wanted = _passing(BY_AGREEMENT, count, k)
    if slots.size <= wanted:
        return slots
    return slots[_least(-agreement(_columns(table, slots), query), wanted)]


def _passing(sieve: tuple[int, int, int], count: int, k: int) -> int:
    least, each, one_in = sieve
    return min(max(least, each * k, count // one_in), count)


def _columns(table: Codes, slots: Rows) -> Codes:
    # Word by word: numpy gathers whole columns several times as slowly.
    return np.stack([word.take(slots) for word in table])


def _least(distances: npt.NDArray[np.generic], wanted: int) -> Rows:
    """The places of the `wanted` least, ascending.

    All at the last distance stay in: the set of rows decides, not their order.
    """
    last = np.partition(distances, wanted - 1)[wanted - 1]
    return np.flatnonzero(distances <= last)
