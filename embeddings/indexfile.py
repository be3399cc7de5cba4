"""One file that holds named arrays and a few facts: written atomically, memory-mapped to read.

Layout: 8 bytes of magic with the version, 8 bytes header length, 4 bytes CRC of the header, the
header (JSON), then each array at a multiple of 64 bytes. Every array but those named `bulk` is
checked against its CRC on reading; bulk arrays are checked for length alone, since reading them
through would cost what mapping them saves, and a wrong bit there can spoil a score but no bound.
"""

import json
import mmap
import os
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .errors import IndexCorrupt

_MAGIC = b"WKINDX01"
_ALIGN = 64
_LEAD = len(_MAGIC) + 8 + 4

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Streamed:
    """An array to be written that is never whole in memory: a bulk one.

    `parts` gives it anew at each call, in pieces along its first axis.
    """

    dtype: str
    shape: tuple[int, ...]
    parts: Callable[[], Iterable[Array]]


def let_go(array: Array) -> None:
    """Give the memory of the file that `array` maps back; it is read again where it is needed."""
    held: Any = array
    while isinstance(held, np.ndarray):
        held = held.base
    if isinstance(held, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        held.madvise(mmap.MADV_DONTNEED)


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGN) * _ALIGN


def write(
    path: Path,
    facts: Mapping[str, Any],
    arrays: Mapping[str, Array | Streamed],
    bulk: tuple[str, ...] = (),
) -> None:
    """Write `arrays` and `facts` (JSON values) to `path`; a reader sees the old file or the new.

    OSError when the folder cannot be written; ValueError when the parts of a streamed array do
    not make up its shape.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    offset = 0
    table: dict[str, tuple[str, list[int], int, int | None]] = {}
    contiguous: dict[str, Array | Streamed] = {}
    for name, array in arrays.items():
        if isinstance(array, Streamed):
            contiguous[name] = array
            table[name] = (array.dtype, list(array.shape), offset, None)
            offset = _aligned(offset + _nbytes(array.dtype, array.shape))
            continue
        data = np.ascontiguousarray(array)
        contiguous[name] = data
        crc = None if name in bulk else zlib.crc32(data.data.cast("B") if data.size else b"")
        table[name] = (data.dtype.str, list(data.shape), offset, crc)
        offset = _aligned(offset + data.nbytes)
    header = json.dumps({"facts": dict(facts), "arrays": table, "bytes": offset}).encode()
    start = _aligned(_LEAD + len(header))
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            file.write(_MAGIC + len(header).to_bytes(8, "little"))
            file.write(zlib.crc32(header).to_bytes(4, "little") + header)
            for name, (_, _, place, _) in table.items():
                file.seek(start + place)
                _put(file, contiguous[name])
            file.truncate(start + offset)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _nbytes(dtype: str, shape: Iterable[int]) -> int:
    return int(np.prod(list(shape), dtype=np.int64)) * np.dtype(dtype).itemsize


def _put(file: BinaryIO, array: Array | Streamed) -> None:
    if not isinstance(array, Streamed):
        array.tofile(file)
        return
    begun = file.tell()
    for part in array.parts():
        np.ascontiguousarray(part, dtype=array.dtype).tofile(file)
    if file.tell() - begun != _nbytes(array.dtype, array.shape):
        raise ValueError(f"its parts are not an array of shape {array.shape}")


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the facts and the arrays, memory-mapped read-only.

    IndexCorrupt when the file is missing, cut short, damaged or of another version.
    """
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise IndexCorrupt(
            f"the saved index {path.name} cannot be read ({reason}); rebuild it from the store"
        ) from reason


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    with path.open("rb") as file:
        lead = file.read(_LEAD)
        if lead[: len(_MAGIC)] != _MAGIC or len(lead) < _LEAD:
            raise ValueError("not an index of this version")
        length = int.from_bytes(lead[len(_MAGIC) : len(_MAGIC) + 8], "little")
        size = path.stat().st_size
        header = file.read(min(length, size))
    if zlib.crc32(header) != int.from_bytes(lead[-4:], "little"):
        raise ValueError("its header is damaged")
    content = json.loads(header)
    start = _aligned(_LEAD + length)
    if size != start + content["bytes"]:
        raise ValueError("it is cut short")
    # An empty file cannot be mapped; this one holds at least its header.
    mapped = np.memmap(path, dtype=np.uint8, mode="r")
    arrays: dict[str, Array] = {}
    for name, (dtype, shape, place, crc) in content["arrays"].items():
        nbytes = _nbytes(dtype, shape)
        raw = np.asarray(mapped[start + place : start + place + nbytes])
        if crc is not None and zlib.crc32(raw.data) != crc:
            raise ValueError(f"its array {name} is damaged")
        arrays[name] = raw.view(np.dtype(dtype)).reshape(shape)
    return content["facts"], arrays
