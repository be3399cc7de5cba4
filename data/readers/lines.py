"""Lines of a stream, numbered, in bounded memory, up to where a damaged file can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from .streams import TRUNCATED, open_stream

MAX_LINE = 64 * 2**20
"""Bytes of the longest line that is read; a whole Discourse topic may be one."""
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line, or the rest of a file, could not be read."""

    reason: str


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes | Fault]]:
    """Yield (line number from 1, line without its end or the fault of it).

    Compressed files are unpacked on the way. A line beyond `MAX_LINE` is skipped with a fault;
    a file that is cut short or damaged ends with one.

    Raises
    ------
    UnreadableSource : the file cannot be opened, or unpacks like a bomb.
    """
    number, left, skipping = 1, b"", False
    with open_stream(path) as stream:
        while True:
            try:
                chunk = stream.read(_CHUNK)
            except (*TRUNCATED, OSError) as error:
                yield number, Fault(f"the file is damaged or cut short here ({error})")
                return
            if not chunk:
                break
            *whole, left = (left + chunk).split(b"\n")
            for line in whole:
                yield number, Fault(f"is longer than {MAX_LINE:,} bytes") if skipping else line
                skipping = False
                number += 1
            if len(left) > MAX_LINE:
                left, skipping = b"", True
    if left or skipping:
        yield number, Fault(f"is longer than {MAX_LINE:,} bytes") if skipping else left


def numbered_objects(path: Path) -> Iterator[tuple[int, dict[str, object] | Fault]]:
    """Yield (line number, its JSON object or why it is none); blank lines are left out."""
    for number, line in numbered_lines(path):
        if isinstance(line, Fault):
            yield number, line
        elif line.strip():
            yield number, json_object(line.removeprefix(b"\xef\xbb\xbf"))


def json_object(line: bytes) -> dict[str, object] | Fault:
    """Read one JSON object, or say why it is none."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Fault(f"is no JSON ({error.msg} at column {error.colno})")
    return found if isinstance(found, dict) else Fault("is no JSON object")


def json_file(path: Path) -> dict[str, object] | Fault:
    """Read a whole file as one JSON object, or say why it is none."""
    content = bytearray()
    with open_stream(path) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                content += chunk
                if len(content) > MAX_LINE:
                    return Fault(f"is longer than {MAX_LINE:,} bytes")
        except (*TRUNCATED, OSError) as error:
            return Fault(f"the file is damaged or cut short ({error})")
    return json_object(bytes(content).removeprefix(b"\xef\xbb\xbf"))
