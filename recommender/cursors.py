"""Where a reader of a feed is, as a string that a client hands back.

It names threads by what the reader was told of them. A key would tell how many posts there are
besides, of which they may read none.
"""

import hashlib
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
import numpy.typing as npt

from data.errors import InvalidCursor
from data.models import Post
from data.rows import from_us, to_us

from .columns import Ints
from .drawing import Ids
from .view import View

SECOND_US = 1_000_000

MOST_CURSOR_BYTES = 12 * 20_000
"""What a cursor may unfold to: far more than a feed holds."""

_MAGIC = b"WKF2"
"""Cursors without it are from when keys stood in them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Threads that a reader was shown, in that order: `seconds` (n,) since 1970 when each was
    written, and `marks` (n,), of its id, which tell those of one second apart."""

    seconds: Ints
    marks: npt.NDArray[np.uint32]

    @classmethod
    def none(cls) -> Self:
        """Nothing was shown yet."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.uint32))

    def and_(self, posts: Mapping[int, Post], keys: Ints) -> "Shown":
        """These, and then `keys`, as far as they are among `posts`."""
        more = [posts[key] for key in keys.tolist() if key in posts]
        seconds = np.array([to_us(post.created) for post in more], dtype=np.int64) // SECOND_US
        marks = np.array([_mark(post.id) for post in more], dtype=np.uint32)
        return Shown(np.concatenate([self.seconds, seconds]), np.concatenate([self.marks, marks]))

    def keys(self, view: View, ids: Ids) -> Ints:
        """The key of each (n,); 0 of those that are gone, or that the viewer may not read."""
        community = view.community
        roots = community.by_time
        created = community.posts["created"][roots] // SECOND_US
        first, last = (np.searchsorted(created, self.seconds, side) for side in ("left", "right"))
        ranges = {(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)}
        near = np.concatenate([np.zeros(0, np.int64), *(np.arange(a, b) for a, b in ranges)])
        near = near[view.posts[roots[near]]]
        names = ids(roots[near].tolist())
        known = {
            (second, _mark(names.get(key, ""))): key
            for key, second in zip(roots[near].tolist(), created[near].tolist(), strict=True)
        }
        told = zip(self.seconds.tolist(), self.marks.tolist(), strict=True)
        return np.array([known.get(one, 0) for one in told], dtype=np.int64)


def _mark(post_id: str) -> int:
    raw = post_id.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=4).digest(), "little")


def encode_cursor(view: View, shown: Shown) -> str:
    """Where a reader is: when they began, whether in the past, and what they were shown, in that
    order: what comes next depends on what came last."""
    steps = np.diff(shown.seconds, prepend=0)
    told = np.concatenate([[view.moment, int(view.past)], steps]).astype("<i8").tobytes()
    raw = _MAGIC + told + shown.marks.astype("<u4").tobytes()
    return urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def decode_cursor(cursor: str, latest: datetime) -> tuple[datetime, bool, Shown]:
    """Inverse of `encode_cursor`: the moment, at most `latest`; past or not; what was shown.

    Raises
    ------
    InvalidCursor : anything else.
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        inflater = zlib.decompressobj()
        plain = inflater.decompress(raw, MOST_CURSOR_BYTES)
    except (ValueError, zlib.error) as error:
        raise InvalidCursor() from error
    told = plain.removeprefix(_MAGIC)
    count, rest = divmod(len(told) - 16, 12)
    whole = inflater.eof and not inflater.unused_data and plain.startswith(_MAGIC)
    if not whole or count < 0 or rest:
        raise InvalidCursor()
    values = np.frombuffer(told[: 16 + 8 * count], dtype="<i8")
    marks = np.frombuffer(told[16 + 8 * count :], dtype="<u4")
    if not 0 <= int(values[0]) <= to_us(latest):
        raise InvalidCursor()
    return from_us(int(values[0])), bool(values[1]), Shown(np.cumsum(values[2:]), marks)
