"""What BM25 needs to know of a corpus: in how many documents each term stands, and their length."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .errors import IndexCorrupt

_MAGIC = b"WKSTAT01"
_HEADER = 3 * 8


@dataclass(frozen=True, slots=True)
class Statistics:
    """Frozen statistics of the documents that were counted when they were fitted.

    `numbers` (t,) int64 ascending, the term numbers; `frequencies` (t,) int32, in how many
    documents each stands, at least 1; `documents` how many there were; `length` their terms in
    all, repeats counted.
    """

    numbers: npt.NDArray[np.int64]
    frequencies: npt.NDArray[np.int32]
    documents: int
    length: int

    @property
    def mean_length(self) -> float:
        """Terms a document; 1 where no document was counted."""
        return self.length / self.documents if self.length else 1.0

    def idf(self, frequency: int) -> float:
        """Weigh a term that stands in `frequency` documents.

        Robertson and Zaragoza 2009, with 1 added inside the logarithm so that a term of most
        documents still weighs something and never less than nothing. `frequency` may exceed
        `documents` no more than by what was put since the fit.
        """
        seen = min(frequency, self.documents)
        return math.log1p((self.documents - seen + 0.5) / (seen + 0.5))

    def frequencies_of(self, numbers: npt.NDArray[np.int64]) -> list[int]:
        """Return in how many documents each of `numbers` stands; 0 for one never counted."""
        if not self.numbers.size:
            return [0] * numbers.size
        places = np.searchsorted(self.numbers, numbers)
        places[places == self.numbers.size] = 0
        found = self.numbers[places] == numbers
        return [int(f) for f in np.where(found, self.frequencies[places], 0)]

    def to_bytes(self) -> bytes:
        """Serialise; equal statistics give equal bytes."""
        header = np.array([self.documents, self.length, self.numbers.size], dtype="<i8")
        return b"".join(
            [
                _MAGIC,
                header.tobytes(),
                self.numbers.astype("<i8").tobytes(),
                self.frequencies.astype("<i4").tobytes(),
            ]
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Statistics":
        """Read what `to_bytes` gave; IndexCorrupt when it is anything else."""
        start = len(_MAGIC) + _HEADER
        if data[: len(_MAGIC)] != _MAGIC or len(data) < start:
            raise IndexCorrupt("the corpus statistics are of another version; run learn again")
        documents, length, size = np.frombuffer(data, "<i8", 3, len(_MAGIC)).tolist()
        if size < 0 or len(data) != start + 12 * size:
            raise IndexCorrupt("the corpus statistics are cut short; run learn again")
        numbers = np.frombuffer(data, "<i8", size, start).astype(np.int64)
        frequencies = np.frombuffer(data, "<i4", size, start + 8 * size).astype(np.int32)
        return cls(numbers, frequencies, documents, length)
