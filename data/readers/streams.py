"""Compressed files as bounded streams: no bomb unpacks, no cut file takes along what came before.

In: a path from the user. Out: bytes.
"""

import bz2
import codecs
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from data.errors import UnreadableSource

MAX_BYTES = 64 * 2**30
"""Most bytes that one compressed file or archive may unpack to."""
MAX_RATIO = 200
"""Most bytes out for a byte in; text of real exports stays below 40."""
FREE_BYTES = 64 * 2**20
"""Below this much output no ratio is asked: a small file cannot fill a machine."""
_CHUNK = 1 << 16

TRUNCATED = (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, tarfile.TarError)
"""What the standard library raises when a compressed file ends early or is damaged."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gz"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bz2"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)
_OPENERS: dict[str, Callable[[Path], IO[bytes]]] = {
    "gz": lambda path: cast(IO[bytes], gzip.GzipFile(path)),
    "xz": lambda path: cast(IO[bytes], lzma.LZMAFile(path)),  # noqa: SIM115 - the caller closes
    "bz2": lambda path: cast(IO[bytes], bz2.BZ2File(path)),
}


def compression(path: Path) -> str:
    """Tell gz, xz, bz2, zip, 7z or "" (none known) by a file's first bytes, never its name."""
    with path.open("rb") as file:
        head = file.read(8)
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


def output_limit(packed: int) -> int:
    """Give the most bytes that `packed` bytes of a compressed file or archive may become."""
    return min(MAX_BYTES, max(FREE_BYTES, packed * MAX_RATIO))


class BoundedStream(io.RawIOBase):
    """A decompressing stream that stops with a sentence when it grows like a bomb."""

    def __init__(self, inner: IO[bytes], name: str, packed: int) -> None:
        self._inner = inner
        self._name = name
        self._limit = output_limit(packed)
        self._given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        # One inner read at a time: a later part that is damaged never takes an earlier along.
        chunk = self._inner.read1(_CHUNK if size < 0 else size)  # type: ignore[attr-defined]
        self._given += len(chunk)
        if self._given > self._limit:
            raise UnreadableSource(
                f"{self._name} unpacks to more than {self._limit:,} bytes, which looks like a "
                "decompression bomb; unpack it yourself if you trust it"
            )
        return bytes(chunk)

    def close(self) -> None:
        self._inner.close()
        super().close()


def open_stream(path: Path) -> BinaryIO:
    """Open a plain, .gz, .xz or .bz2 file as bytes; `read` gives what is at hand, "" at the end.

    Raises
    ------
    UnreadableSource : the file cannot be opened; while reading, when it unpacks like a bomb.
    """
    try:
        opener = _OPENERS.get(compression(path))
        if opener is None:
            return path.open("rb")
        return cast(BinaryIO, BoundedStream(opener(path), path.name, path.stat().st_size))
    except OSError as error:
        raise UnreadableSource(
            f"{path.name} cannot be opened: {error.strerror or error}; check the path"
        ) from error


def utf_encoding(head: bytes) -> str:
    """Tell UTF-16 and UTF-32 by a text's first bytes; "" for all else, UTF-8 among it.

    Without a mark they are told by where the zeros of two ASCII characters stand, with which every
    format of text begins that we read (JSON: RFC 4627, section 3).
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = [byte == 0 for byte in head[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else ""


class _Recoded(io.RawIOBase):
    """A stream of text as UTF-8; what is no text, such as half a character, becomes U+FFFD."""

    def __init__(self, inner: BinaryIO, encoding: str) -> None:
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while True:
            chunk = self._inner.read(_CHUNK)
            text = self._decoder.decode(chunk, final=not chunk)
            if text or not chunk:
                return text.encode()

    def close(self) -> None:
        self._inner.close()
        super().close()


def open_text(path: Path) -> BinaryIO:
    """As `open_stream`, of a text: where it is UTF-16 or UTF-32, as UTF-8."""
    head = b""
    # What is damaged is told when it is read.
    with open_stream(path) as stream, suppress(*TRUNCATED, OSError):
        while len(head) < 4 and (chunk := stream.read(4 - len(head))):
            head += chunk
    encoding = utf_encoding(head)
    whole = open_stream(path)
    return cast(BinaryIO, _Recoded(whole, encoding)) if encoding else whole


def bare_name(name: str) -> str:
    """Give a file's name without the suffix of its compression."""
    for suffix in (".gz", ".xz", ".bz2"):
        name = name.removesuffix(suffix)
    return name
