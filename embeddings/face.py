"""The faces of this floor: what an encoder is, and what an index answers with."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


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
