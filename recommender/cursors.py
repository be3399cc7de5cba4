"""Where a reader of a feed is, as a string that a client hands back."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

import numpy as np

from data.errors import InvalidCursor
from data.rows import from_us, to_us

from .columns import Ints
from .view import View

MOST_CURSOR_BYTES = 8 * 20_000
"""What a cursor may unfold to: far more than a feed holds."""


def encode_cursor(view: View, shown: Ints) -> str:
    """Where a reader is: when they began, whether in the past, and what they were shown, in that
    order: what comes next depends on what came last."""
    steps = np.diff(shown, prepend=0)
    raw = np.concatenate([[view.moment, int(view.past)], steps]).astype("<i8").tobytes()
    return urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def decode_cursor(cursor: str, latest: datetime) -> tuple[datetime, bool, Ints]:
    """Inverse of `encode_cursor`: the moment, at most `latest`; past or not; posts by key.

    Raises
    ------
    InvalidCursor : anything else.
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        inflater = zlib.decompressobj()
        plain = inflater.decompress(raw, MOST_CURSOR_BYTES)
        values = np.frombuffer(plain, dtype="<i8")
    except (ValueError, zlib.error) as error:
        raise InvalidCursor() from error
    whole = inflater.eof and not inflater.unused_data
    if len(values) < 3 or not whole or not 0 <= int(values[0]) <= to_us(latest):
        raise InvalidCursor()
    return from_us(int(values[0])), bool(values[1]), np.cumsum(values[2:])
