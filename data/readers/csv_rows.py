"""Rows of CSV files as programs and offices write them: encoding and delimiter found out.

In: a file of any size. Out: cells by heading, numbered by the line on which a row begins. A row
that cannot be read is a fault; the next one is read all the same.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path

from .lines import Fault
from .streams import TRUNCATED, open_stream, utf_encoding

MAX_ROW = 4 * 2**20
"""Characters of the longest row: a quote that is never closed would take in the whole file."""
DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 18

# The module's own limit of 131,072 characters a cell would refuse a long post.
csv.field_size_limit(MAX_ROW)

Cells = dict[str, str]


class _Unclosed(Exception):
    """A quote is not closed before the row's limit or the file's end."""


def text_encoding(path: Path) -> str:
    """Tell a text file's encoding: by its first bytes, or UTF-8 where all of it is, or Windows'.

    Raises
    ------
    UnreadableSource : the file cannot be opened, or unpacks like a bomb.
    """
    check = codecs.getincrementaldecoder("utf-8")("strict")
    with open_stream(path) as stream:
        try:
            first = stream.read(_CHUNK)
            if marked := utf_encoding(first):
                return marked
            if first.startswith(codecs.BOM_UTF8):
                return "utf-8-sig"
            while first:
                check.decode(first)
                first = stream.read(_CHUNK)
        except UnicodeDecodeError:
            return "cp1252"
        except (*TRUNCATED, OSError):
            # Told when the rows are read.
            return "utf-8"
    return "utf-8"


def guessed_delimiter(heading: str, expected: Collection[str] = ()) -> str:
    """Give the delimiter by which most of the expected headings, else most cells, are found."""

    def found(delimiter: str) -> tuple[int, int]:
        cells = _first_row(heading, delimiter)
        return sum(cell in expected for cell in cells), len(cells)

    # Of equals the first one of DELIMITERS.
    return max(DELIMITERS, key=found)


def _first_row(line: str, delimiter: str) -> list[str]:
    """Give the headings of a line; [] where it is no row."""
    try:
        return _heading(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return []


def _heading(cells: list[str]) -> list[str]:
    return [cell.strip().strip("\ufeff").strip() for cell in cells]


class _Unreadable(Exception):
    """A line that cannot be read stands between two rows."""

    def __init__(self, line: int, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.line = line
        self.fault = fault


class _Lines:
    """Lines of a text for csv.reader; knows on which line the row under way began."""

    def __init__(self, lines: Iterator[tuple[int, str | Fault]]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str | Fault]] = deque()
        self._row: list[tuple[int, str]] = []
        self._size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        entry = self._again.popleft() if self._again else next(self._lines, None)
        if entry is None:
            if self._row:
                raise _Unclosed
            raise StopIteration
        number, line = entry
        if isinstance(line, Fault):
            if self._row:
                self._again.appendleft(entry)
                raise _Unclosed
            raise _Unreadable(number, line)
        self._row.append((number, line))
        self._size += len(line)
        if self._size > MAX_ROW and len(self._row) > 1:
            raise _Unclosed
        return line

    def row_begins(self) -> int:
        """Give the line of the row that was just read, and begin the next one."""
        begun = self._row[0][0] if self._row else 1
        self._row, self._size = [], 0
        return begun

    def rewind(self) -> None:
        """Give back all lines of the row under way."""
        self._again.extendleft(reversed(self._row))
        self.row_begins()

    def give_back(self) -> int:
        """Give back all lines of the row but its first, whose number is answered."""
        self._again.extendleft(reversed(self._row[1:]))
        return self.row_begins()


def _decoded(path: Path, encoding: str) -> Iterator[tuple[int, str | Fault]]:
    """Yield (number, line with its end); a fault in the place of what cannot be read."""
    # An old Mac's line ends, too, become plain ones.
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    decode = io.IncrementalNewlineDecoder(decoder, translate=True).decode
    too_long = Fault(f"is longer than {MAX_ROW:,} characters")
    number, left, skipping = 1, "", False
    with open_stream(path) as stream:
        whole = False
        while not whole:
            try:
                chunk = stream.read(_CHUNK)
            except (*TRUNCATED, OSError) as error:
                yield number, Fault(f"the file is damaged or cut short here ({error})")
                return
            whole = not chunk
            *lines, left = (left + decode(chunk, whole).replace("\x00", "")).split("\n")
            for line in lines:
                yield number, too_long if skipping else line + "\n"
                skipping = False
                number += 1
            if len(left) > MAX_ROW:
                left, skipping = "", True
    if left or skipping:
        yield number, too_long if skipping else left


def csv_rows(
    path: Path,
    expected: Collection[str] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Iterator[tuple[int, Cells | Fault]]:
    """Yield (line, cells by heading) below the heading of a CSV file; empty rows are left out.

    Parameters
    ----------
    expected : headings that the delimiter is told by; white space around a heading is no part
        of it.
    encoding, delimiter : found out where None.

    Raises
    ------
    UnreadableSource : the file cannot be opened, or unpacks like a bomb.
    """
    lines = _Lines(_decoded(path, encoding or text_encoding(path)))
    try:
        first = next(lines, None)
    except _Unreadable as error:
        yield error.line, error.fault
        return
    if first is not None:
        delimiter = delimiter or guessed_delimiter(first, expected)
        # The heading may go on over several lines, so it is read again, as a row.
        lines.rewind()
        headings: list[str] = []
        for line, cells in _parsed(lines, delimiter):
            if isinstance(cells, Fault):
                yield line, cells
            elif not headings:
                headings = _heading(cells)
            elif len(cells) > len(headings) and any(cells[len(headings) :]):
                reason = f"has {len(cells)} cells where the heading has {len(headings)}"
                yield line, Fault(reason)
            elif any(cell.strip() for cell in cells):
                yield line, dict(zip(headings, cells, strict=False))


def _parsed(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | Fault]]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _Unreadable as error:
            yield error.line, error.fault
            reader = csv.reader(lines, delimiter=delimiter)
            continue
        except _Unclosed:
            yield lines.give_back(), Fault("opens a quote that is not closed")
            reader = csv.reader(lines, delimiter=delimiter)
            continue
        except csv.Error as error:
            yield lines.row_begins(), Fault(f"is no row of CSV ({error})")
            reader = csv.reader(lines, delimiter=delimiter)
            continue
        yield lines.row_begins(), cells


def csv_headings(
    head: bytes,
    encoding: str | None = None,
    delimiter: str | None = None,
    expected: Collection[str] = (),
) -> list[str]:
    """Give the headings of a CSV file by its first bytes; [] where they are no text."""
    stated = encoding or utf_encoding(head) or "utf-8"
    text = codecs.getincrementaldecoder(stated)("replace").decode(head)
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or "\x00" in lines[0]:
        return []
    return _first_row(lines[0], delimiter or guessed_delimiter(lines[0], expected))
