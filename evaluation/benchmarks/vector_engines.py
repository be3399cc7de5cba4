"""What finds nearest vectors, behind one face: ours, the exact scan, usearch and faiss.

Each is used as its own manual shows it, on one thread. What one cannot do, it says by
`Unsupported`.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from embeddings.dense import DenseIndex
from embeddings.face import Mask, Rows, Vectors
from embeddings.slots import grown

from .paired import Unsupported

Search = Callable[[Vectors], Rows]

K = 10
HERE, SCAN = "here", "numpy, exact scan"


class VectorEngine(Protocol):
    """Vectors in, rows of the nearest out."""

    def add(self, rows: Rows, vectors: Vectors) -> None:
        """Take in new rows; none comes twice."""
        ...

    def finish(self) -> None:
        """Do what is done once after a bulk of rows."""
        ...

    def asking(self, mask: Mask | None) -> Mapping[str, Search]:
        """The ways to find the `K` nearest among the rows of `mask`, by name, "" for the only."""
        ...

    def remove(self, row: int) -> None:
        """Forget a row."""
        ...

    def close(self) -> None:
        """Give back what it holds outside of this process."""
        ...


class Here:
    """The index of this project: sieve by sign bits, then exact, within the mask."""

    def __init__(self, dim: int) -> None:
        self._index = DenseIndex(dim)

    def add(self, rows: Rows, vectors: Vectors) -> None:
        self._index.put(rows, vectors)

    def finish(self) -> None:
        return None

    def asking(self, mask: Mask | None) -> Mapping[str, Search]:
        return {"": lambda query: self._index.search(query, mask, K)[0]}

    def remove(self, row: int) -> None:
        self._index.remove(np.array([row]))

    def close(self) -> None:
        return None


class Scan:
    """Every cosine by one product of matrices in float32: right by definition, and the limit."""

    def __init__(self, dim: int) -> None:
        self._held = np.zeros((0, dim), dtype=np.float32)
        self._rows = np.zeros(0, dtype=np.int64)
        self._size = 0

    def add(self, rows: Rows, vectors: Vectors) -> None:
        end = self._size + len(rows)
        self._held, self._rows = grown(self._held, end), grown(self._rows, end)
        self._held[self._size : end] = vectors
        self._rows[self._size : end] = rows
        self._size = end

    def finish(self) -> None:
        return None

    def asking(self, mask: Mask | None) -> Mapping[str, Search]:
        if mask is None:
            return {"": lambda query: self._best(query, np.arange(self._size), False)}
        places = np.flatnonzero(mask[self._rows[: self._size]])
        return {"": lambda query: self._best(query, places, True)}

    def _best(self, query: Vectors, places: Rows, some: bool) -> Rows:
        held = self._held[places] if some else self._held[: self._size]
        scores = held @ query
        few = min(K, len(scores))
        best = np.argpartition(-scores, few - 1)[:few]
        best = best[np.argsort(-scores[best], kind="stable")]
        return np.asarray(self._rows[places[best]])

    def remove(self, row: int) -> None:
        self._size -= 1
        for place in np.flatnonzero(self._rows[: self._size] == row):
            self._held[place], self._rows[place] = self._held[self._size], self._rows[self._size]

    def close(self) -> None:
        return None


class Usearch:
    """usearch's graph with its default settings, components bf16.

    Its Python package takes no mask: asked for so many more that about twice K would pass.
    """

    def __init__(self, dim: int) -> None:
        self._index: Any = import_module("usearch.index").Index(
            ndim=dim, metric="cos", dtype="bf16"
        )

    def add(self, rows: Rows, vectors: Vectors) -> None:
        self._index.add(rows, vectors, threads=1)

    def finish(self) -> None:
        return None

    def asking(self, mask: Mask | None) -> Mapping[str, Search]:
        if mask is None:
            return {"": lambda query: self._found(query, K)}
        more = min(len(self._index), int(2 * K / max(mask.mean(), 1e-9)))

        def search(query: Vectors) -> Rows:
            found = self._found(query, more)
            return found[mask[found]][:K]

        return {"": search}

    def _found(self, query: Vectors, k: int) -> Rows:
        return np.asarray(self._index.search(query, k, threads=1).keys).astype(np.int64)

    def remove(self, row: int) -> None:
        self._index.remove(row)

    def close(self) -> None:
        return None


class Faiss:
    """A faiss index behind row numbers; masks by its selector over places.

    Parameters
    ----------
    graph : IndexHNSWFlat with 32 neighbours and efSearch 64; else IndexFlatIP, exact.
    """

    def __init__(self, dim: int, graph: bool) -> None:
        self._faiss: Any = import_module("faiss")
        self._faiss.omp_set_num_threads(1)
        self._graph = graph
        if graph:
            self._index: Any = self._faiss.IndexHNSWFlat(dim, 32, self._faiss.METRIC_INNER_PRODUCT)
        else:
            self._index = self._faiss.IndexFlatIP(dim)
        self._rows = np.zeros(0, dtype=np.int64)

    def add(self, rows: Rows, vectors: Vectors) -> None:
        self._index.add(vectors)
        self._rows = np.concatenate([self._rows, rows])

    def finish(self) -> None:
        return None

    def asking(self, mask: Mask | None) -> Mapping[str, Search]:
        chosen = {}
        if mask is not None:
            bits = np.packbits(mask[self._rows], bitorder="little")
            # The selector keeps a pointer into `bits`: they live as long as the closure below.
            chosen = {"sel": self._faiss.IDSelectorBitmap(bits)}
        else:
            bits = None
        if self._graph:
            params = self._faiss.SearchParametersHNSW(efSearch=64, **chosen)
        else:
            params = self._faiss.SearchParameters(**chosen)

        def search(query: Vectors, kept: object = bits) -> Rows:
            found = self._index.search(query[None, :], K, params=params)[1][0]
            return np.asarray(self._rows[found[found >= 0]])

        return {"": search}

    def remove(self, row: int) -> None:
        if self._graph:
            raise Unsupported("its graph cannot forget: build it again")
        place = np.flatnonzero(self._rows == row)
        self._index.remove_ids(place)
        self._rows = np.delete(self._rows, place)

    def close(self) -> None:
        return None


ENGINES: dict[str, Callable[[int], VectorEngine]] = {
    HERE: Here,
    SCAN: Scan,
    "faiss, exact": lambda dim: Faiss(dim, graph=False),
    "faiss, graph": lambda dim: Faiss(dim, graph=True),
    "usearch, graph": Usearch,
}
"""Those that live in this process, by name."""

PACKAGES = {"faiss, exact": "faiss", "faiss, graph": "faiss", "usearch, graph": "usearch"}
GRAPHS = ("faiss, graph", "usearch, graph")


def lacking(name: str) -> str | None:
    """Why the engine `name` cannot run here; None if it can."""
    package = PACKAGES.get(name)
    if package is None or find_spec(package) is not None:
        return None
    return f"{package} is not installed (the extra `bench`)"
