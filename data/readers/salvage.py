"""What can still be read of a zip whose table of contents was cut off.

A zip's directory stands at its end, so a download that broke off has none; but each entry
begins with a header of its own.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_LOCAL = struct.Struct("<4s5H3L2H")
_MAGIC = b"PK\x03\x04"
_STREAMED = 0x08
"""Flag: sizes stand behind the data."""
_ENCRYPTED = 0x01
_UTF8 = 0x800
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 16


def salvaged(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (entry's name, next piece of its content) from a zip's front up to where it breaks.

    Entries that are encrypted or packed by a rare method are passed over.
    """
    with path.open("rb") as file:
        while True:
            head = file.read(_LOCAL.size)
            if len(head) < _LOCAL.size or not head.startswith(_MAGIC):
                return
            _, _, flags, method, _, _, _, packed, _, name_size, more_size = _LOCAL.unpack(head)
            name = file.read(name_size).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
            file.seek(more_size, 1)
            start = file.tell()
            readable = method in (_STORED, _DEFLATED) and not flags & _ENCRYPTED
            if flags & _STREAMED:
                if method != _DEFLATED or not readable:
                    # Only a deflated stream says itself where it ends.
                    return
                yield from ((name, piece) for piece in _inflated(file, None))
                _skip_descriptor(file)
                continue
            if readable:
                pieces = _inflated(file, packed) if method == _DEFLATED else _pieces(file, packed)
                yield from ((name, piece) for piece in pieces)
            file.seek(start + packed)


def _pieces(file: BinaryIO, size: int | None) -> Iterator[bytes]:
    """Yield the next `size` bytes, or all, in pieces, as far as the file has them."""
    left = size
    while left != 0:
        piece = file.read(_CHUNK if left is None else min(_CHUNK, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


def _inflated(file: BinaryIO, packed: int | None) -> Iterator[bytes]:
    """Yield the inflated content and leave the file where the deflated one ends."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in _pieces(file, packed):
        while piece and not inflater.eof:
            try:
                # Bounded, so that a bomb is seen before it is whole in memory.
                yield inflater.decompress(piece, _CHUNK)
            except zlib.error:
                return
            piece = inflater.unconsumed_tail
        if inflater.eof:
            file.seek(-len(inflater.unused_data), 1)
            return


def _skip_descriptor(file: BinaryIO) -> None:
    """Step over the sizes behind a streamed entry: 12 or 20 bytes, a signature maybe before."""
    at = file.tell()
    window = file.read(24 + len(_MAGIC))
    following = window.find(_MAGIC)
    file.seek(at + (following if following >= 0 else len(window)))
