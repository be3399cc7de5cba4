"""Vectors of texts, kept on disk between replays.

In: an encoder and a folder outside the repository. Out: an `Encoder` that computes a text once
for each fingerprint. Texts are never stored, only their sha256.
"""

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.face import Encoder, Vectors

# SQLite's default limit on the variables of a statement is 32,766; a look-up stays far below.
_AT_ONCE = 1000


def cache_folder() -> Path:
    """`WHOKNOWS_CACHE_DIR`, or ~/.cache/whoknows."""
    named = os.environ.get("WHOKNOWS_CACHE_DIR")
    return Path(named) if named else Path.home() / ".cache" / "whoknows"


class CachedEncoder:
    """An `Encoder` that looks its vectors up before it computes them."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self.fingerprint = encoder.fingerprint
        self.dim = encoder.dim
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(encoder.fingerprint.encode()).hexdigest()[:16]
        self._database = sqlite3.connect(folder / f"vectors-{name}.sqlite")
        self._database.execute(
            "create table if not exists vectors (sha256 blob primary key, vector blob not null)"
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the encoder's own `encode`; what was computed is on disk when it returns."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        known = self._known(keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            computed = self._encoder.encode(list(new.values()))
            known.update(zip(new, computed, strict=True))
            with self._database:
                self._database.executemany(
                    "insert or ignore into vectors values (?, ?)",
                    [(key, known[key].tobytes()) for key in new],
                )
        vectors = np.zeros((len(keys), self.dim), dtype=np.float32)
        for row, key in enumerate(keys):
            vectors[row] = known[key]
        return vectors

    def close(self) -> None:
        """Let go of the file; the encoder cannot be used afterwards."""
        self._database.close()

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._database.execute(
                f"select sha256, vector from vectors where sha256 in ({marks})", part
            )
            found.update((key, np.frombuffer(blob, dtype=np.float32)) for key, blob in rows)
        return found
