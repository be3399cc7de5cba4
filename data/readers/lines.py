"""Lines of a stream, numbered, in bounded memory, up to where a damaged file can be read."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from .streams import TRUNCATED, open_text

MAX_LINE = 64 * 2**20
"""Bytes of the longest line that is read; a whole Discourse topic may be one."""
_CHUNK = 1 << 18
_MEND = "convert the file, as by iconv -f WINDOWS-1252 -t UTF-8, and import it again"


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
    with open_text(path) as stream:
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
    """Yield (line number, its JSON object or why it is none); blank lines are left out.

    A file that is written in another encoding than UTF-8, -16 or -32 is one fault.
    """
    if foreign := _foreign_line(path):
        yield foreign, Fault(f"the file is not in UTF-8, and none of it is read; {_MEND}")
        return
    for number, line in numbered_lines(path):
        if isinstance(line, Fault):
            yield number, line
        elif line.strip():
            yield number, json_object(line.removeprefix(b"\xef\xbb\xbf"))


def _foreign_line(path: Path) -> int:
    """The first line that is not UTF-8 where none is that could tell, in a file's head; or 0.

    Of a file in UTF-8 with a few broken lines, those alone are faults.
    """
    head = b""
    with open_text(path) as stream, suppress(*TRUNCATED, OSError):
        while len(head) < _CHUNK and (chunk := stream.read(_CHUNK)):
            head += chunk
    # The last may be cut within a letter.
    lines = head.split(b"\n")[:-1]
    telling = [n for n, line in enumerate(lines, 1) if not line.isascii()]
    wrong = [n for n in telling if not _is_utf8(lines[n - 1])]
    return wrong[0] if len(wrong) > 1 and len(wrong) == len(telling) else 0


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def json_object(line: bytes) -> dict[str, object] | Fault:
    """Read one JSON object, or say why it is none."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if not _is_utf8(line):
            return Fault(f"is not in UTF-8; {_MEND}")
        return Fault(f"is no JSON ({error.msg} at column {error.colno})")
    return found if isinstance(found, dict) else Fault("is no JSON object")


def json_file(path: Path) -> dict[str, object] | Fault:
    """Read a whole file as one JSON object, or say why it is none."""
    content = bytearray()
    with open_text(path) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                content += chunk
                if len(content) > MAX_LINE:
                    return Fault(f"is longer than {MAX_LINE:,} bytes")
        except (*TRUNCATED, OSError) as error:
            return Fault(f"the file is damaged or cut short ({error})")
    return json_object(bytes(content).removeprefix(b"\xef\xbb\xbf"))
