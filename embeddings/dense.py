"""The dense index: vectors in, rows by cosine out; exhaustive, exact within the mask, no graph.

Few allowed rows are compared in full. Many are sifted first by the Hamming distance of their
sign bits (Charikar 2002), what is near enough by the agreement of the signs with the query's
components, and what is left is compared in full. Which way is taken, and what passes the sieves,
follows from the allowed rows alone; on the grid of `embeddings.grid` no score depends on its
neighbours either. Nor does any on the shelf that a row lies on: rows that are searched together
are found sooner where they lie together, and that is all.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from . import indexfile
from .errors import IndexCorrupt
from .face import Mask, Rows, Scores, Vectors
from .grid import STEPS, Grid, codes, on_grid
from .shelf import Part, Shelf
from .shelving import Shelving
from .sieve import Sieve, passing, sifted
from .slots import NO_SLOT, best, checked

FILE = "dense.index"
# Up to this many allowed rows the full comparison is the faster way (evaluation/results/index.md).
SIFT_ABOVE = 4096
# How many pass a sieve, at the least: this many, so many for each of the k, and one in so many
# of the allowed rows, for recall@10 of at least .99 (evaluation/results/index.md).
BY_BITS: Sieve = (2000, 40, 64)
BY_AGREEMENT: Sieve = (1000, 20, 512)


class DenseIndex(Shelving[Shelf]):
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
        self._asked_last: tuple[bytes, Grid, Scores] = b"", *on_grid(np.zeros((0, dim), np.float32))
        super().__init__()

    def _empty(self) -> Shelf:
        return Shelf.empty(self.dim)

    def put(self, rows: Rows, items: Vectors, shelf: int = 0) -> None:
        """Insert or replace the vectors `items` (n, dim) of `rows` (n,), no row twice, on `shelf`.

        A row of zeros is held and scores 0. ValueError for wrong shapes, negative or repeated
        rows and components that are not finite; nothing is put then.
        """
        rows = checked(rows)
        if np.shape(items) != (rows.size, self.dim):
            raise ValueError(f"vectors of shape {np.shape(items)}, not {(rows.size, self.dim)}")
        grid, inverse = on_grid(items)
        self._stand(shelf, rows, grid, inverse, codes(grid))

    def holds(self, size: int) -> Mask:
        """Tell for each of the first `size` rows whether it is held; shape (size,)."""
        held = np.zeros(size, dtype=np.bool_)
        with self._lock:
            for shelf in self._shelves:
                known = shelf.slots.known[:size]
                held[: known.size] |= known
        return held

    def _lying(self, rows: Rows) -> Iterator[tuple[Part, Rows, Rows | slice]]:
        """By shelf what to read, the slots there, and the places in `rows` of those it holds."""
        with self._lock:
            found = [(shelf.part(), shelf.slots.of(rows)) for shelf in self._shelves]
        for part, slots in found:
            held = slots != NO_SLOT
            if held.all():
                yield part, slots, slice(None)
            elif held.any():
                yield part, slots[held], np.flatnonzero(held)

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors (n, dim) of `rows`, of unit length, within 2^-12 of those put.

        KeyError when a row is not held.
        """
        found = np.empty((np.size(rows), self.dim), dtype=np.float32)
        missing = np.size(rows)
        for part, slots, places in self._lying(rows):
            found[places] = part.gathered(slots) * part.inverse[slots][:, None]
            missing -= slots.size
        if missing:
            raise KeyError("a row that the index does not hold")
        return found

    def search(self, query: Vectors, allowed: Mask | None, k: int) -> tuple[Rows, Scores]:
        """Give the at most `k` allowed rows of highest cosine, best first, ties by row.

        `query` (dim,) need not be of unit length; `allowed` None allows every row. Rows int64
        and cosines float64, both empty when nothing is allowed. ValueError when k < 1.
        """
        if k < 1:
            raise ValueError("k is at least 1")
        grid, inverse = self._gridded(self._queried(query))
        with self._lock:
            # What these hold of a slot is never written again, so the lock ends here.
            every = [(shelf.part(), shelf.slots.within(allowed)) for shelf in self._shelves]
        parts = [(part, within) for part, within in every if within.count]
        count = sum(within.count for _, within in parts)
        if count > SIFT_ABOVE:
            wanted = passing(BY_BITS, count, k), passing(BY_AGREEMENT, count, k)
            slots = sifted(parts, grid[0], wanted, SIFT_ABOVE)
        else:
            slots = [within.every() for _, within in parts]
        found, scored = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.float64)]
        for (part, _), chosen in zip(parts, slots, strict=True):
            products = part.compared(chosen, grid)[0]
            scored.append(products * part.inverse[chosen] * inverse[0])
            found.append(part.rows[chosen])
        rows, scores = np.concatenate(found), np.concatenate(scored)
        places = best(rows, scores, k)
        return rows[places], scores[places]

    def scores(self, query: Vectors, rows: Rows) -> Scores:
        """Return the cosine of each of `rows` to `query`, float64 (n,); 0 where none is held."""
        scores: Scores = self.scores_to(self._queried(query), rows)[0]
        return scores

    def scores_to(self, queries: Vectors, rows: Rows) -> Scores:
        """Return the cosine of each of `rows` to each of `queries` (m, dim), float64 (m, n).

        0 where none is held. Two queries cost little more than one: reading the rows is dearest.
        """
        grid, inverse = self._gridded(np.asarray(queries))
        scores = np.zeros((len(grid), np.size(rows)), dtype=np.float64)
        for part, slots, places in self._lying(rows):
            products = part.compared(slots, grid)
            scores[:, places] = products * part.inverse[slots] * inverse[:, None]
        return scores

    def mean(self, rows: Rows) -> Vectors:
        """Return the mean vector (dim,) of those of `rows` that are held; zeros where none is.

        Summed as integers, so that their order changes no bit.
        """
        total, count = np.zeros(self.dim, dtype=np.int64), 0
        for part, slots, _ in self._lying(rows):
            total += part.summed(slots)
            count += slots.size
        mean: Vectors = (total / (max(count, 1) * STEPS)).astype(np.float32)
        return mean

    def _queried(self, query: Vectors) -> Vectors:
        if np.shape(query) != (self.dim,):
            raise ValueError(f"a query of shape {np.shape(query)}, not {(self.dim,)}")
        return np.asarray(query)[None, :]

    def _gridded(self, queries: Vectors) -> tuple[Grid, Scores]:
        """`on_grid` of what one answer asks several times; another thread at most repeats it."""
        key = queries.tobytes()
        known = self._asked_last
        if known[0] != key:
            known = self._asked_last = key, *on_grid(queries)
        return known[1], known[2]

    def save(self, folder: Path, stamp: str = "") -> None:
        """Write to `folder` in one atomic step; `stamp` says of what state of the store."""
        arrays: dict[str, indexfile.Array | indexfile.Streamed] = {}
        with self._lock:
            for place, shelf in enumerate(self._shelves):
                arrays |= {f"{name}{place}": array for name, array in shelf.saved().items()}
        facts = {"dim": self.dim, "stamp": stamp, "shelves": self.shelves}
        indexfile.write(folder / FILE, facts, arrays)

    @classmethod
    def load(cls, folder: Path) -> "DenseIndex":
        """Open what `save` wrote: vectors stay in the file, mapped; puts are taken at once.

        IndexCorrupt when the file is missing, damaged or of another version.
        """
        facts, arrays = indexfile.read(folder / FILE)
        try:
            index = cls(int(facts["dim"]))
            index.stamp = str(facts["stamp"])
            # A file from before there were shelves is one shelf, without a number.
            numbers = range(int(facts["shelves"])) if "shelves" in facts else ("",)
            index._shelves = tuple(Shelf.of(index.dim, arrays, str(at)) for at in numbers)
            checked(np.concatenate([shelf.part().rows for shelf in index._shelves]))
        except (KeyError, ValueError, TypeError) as reason:
            raise IndexCorrupt(
                f"the saved index {FILE} does not add up ({reason}); rebuild it from the store"
            ) from reason
        return index
