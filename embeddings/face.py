"""The faces of this floor: what an encoder is, and what an index answers with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

Batch = TypeVar("Batch", contravariant=True)
Query = TypeVar("Query", contravariant=True)


class Encoder(Protocol):
    """Text to unit vectors.

    `fingerprint` changes whenever the vectors would (model weights, truncation, pooling,
    quantisation), and only then: vectors are kept by (fingerprint, sha256 of the text).
    """

    fingerprint: str
    dim: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode `texts` into a C-contiguous float32 array (n, dim) of unit rows, in order.

        A text's vector does not depend on its companions in the call. An empty sequence gives
        shape (0, dim); an empty or blank text gives a row of zeros.
        """
        ...


@runtime_checkable
class Asker(Protocol):
    """An encoder that reads a question sooner than a text that is kept."""

    def ask(self, text: str) -> Vectors:
        """The unit vector (dim,) of a text that is searched by: `encode`'s within a cosine of .999.

        Never kept: another processor may round otherwise.
        """
        ...


class Index(Protocol[Batch, Query]):
    """Rows that can be searched, always exactly within the rows a mask allows.

    A row is a small non-negative int of the caller's (a primary key; gaps are fine). A mask is a
    bool array indexed by row; rows past its end are not allowed. What is masked out, was removed
    or was never put has no influence on any bit of an answer, nor has the order of puts. Every
    method may be called from several threads at once.
    """

    def __len__(self) -> int:
        """How many rows it holds."""
        ...

    def put(self, rows: Rows, items: Batch) -> None:
        """Insert or replace; when it returns, every later search sees the new items."""
        ...

    def remove(self, rows: Rows) -> None:
        """Forget `rows`; unknown ones are passed over."""
        ...

    def has(self, rows: Rows) -> Mask:
        """Tell for each of `rows` whether it is held; shape (n,)."""
        ...

    def search(self, query: Query, allowed: Mask | None, k: int) -> tuple[Rows, Scores]:
        """Give the at most `k` best allowed rows, best first, ties by row; None allows all."""
        ...

    def scores(self, query: Query, rows: Rows) -> Scores:
        """Score `rows` as `search` would, shape (n,); 0 for rows that are not held."""
        ...

    def save(self, folder: Path, stamp: str = "") -> None:
        """Write to `folder` in one atomic step; `stamp` says of what state of the store."""
        ...
