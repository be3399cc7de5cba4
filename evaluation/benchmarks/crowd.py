"""Real communities as a benchmark's data: vectors and texts of posts, in a random order.

In: databases that an import left (copied, and left as they are), or community folders, which are
imported and embedded first. Out: one crowd, of which any beginning is a random sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.copies import copy_file
from data.errors import UnreadableSource
from data.importing import import_path
from data.store import Store
from embeddings.face import Vectors
from embeddings.registry import MINILM, open_encoder
from recommender.embedding import unpacked
from recommender.engine import Engine

DATABASE = ".db"
SEED = 7
_CHUNK = 4_096


@dataclass(frozen=True, slots=True)
class Crowd:
    """Posts of all communities together.

    Attributes
    ----------
    names : of the communities.
    vectors : (n, 384) unit vectors by MiniLM, as kept: of posts in English.
    texts : what all posts say, in their own order.
    """

    names: tuple[str, ...]
    vectors: Vectors
    texts: list[str]


def copied(source: Path, scratch: Path) -> Path:
    """A database of our own in `scratch`: a copy, or what importing a folder gives.

    Raises
    ------
    UnreadableSource, StoreError : as importing and copying raise them.
    """
    if not source.exists():
        raise UnreadableSource(f"{source}: there is no such database or folder")
    target = scratch / f"{source.stem}{DATABASE}"
    if target.exists():
        return target
    if source.suffix == DATABASE:
        # As a file: opening an older one would migrate it.
        copy_file(source, target)
        return target
    store = Store.open(f"sqlite:///{target}")
    try:
        engine = Engine.open(store)
        import_path(store, source, embed=engine.sync)
        engine.close()
    finally:
        store.close()
    return target


def crowd_of(sources: Sequence[Path], scratch: Path, most: int) -> Crowd:
    """The crowd of `sources`, at most `most` vectors and texts of each, evenly taken."""
    fingerprint = open_encoder(MINILM).fingerprint
    vectors: list[Vectors] = []
    texts: list[str] = []
    for source in sources:
        store = Store.open(f"sqlite:///{copied(source, scratch)}")
        try:
            embedded = store.changes(0).embedded
            step = max(1, -(-len(embedded) // most))
            chosen = embedded[::step]
            for start in range(0, len(chosen), _CHUNK):
                part = chosen[start : start + _CHUNK]
                kept = store.kept_vectors(fingerprint, [digest for _, digest, _ in part])
                found = [kept[digest] for _, digest, _ in part if digest in kept]
                if found:
                    vectors.append(np.stack([unpacked(vector) for vector in found]))
                said = store.indexed_texts([row for row, _, _ in part])
                texts.extend(said[row].text for row, _, _ in part if row in said)
        finally:
            store.close()
    random = np.random.default_rng(SEED)
    rows = np.concatenate(vectors) if vectors else np.zeros((0, 384), dtype=np.float32)
    rows = rows[random.permutation(len(rows))]
    order = random.permutation(len(texts)).tolist()
    return Crowd(tuple(source.stem for source in sources), rows, [texts[place] for place in order])
