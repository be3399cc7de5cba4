"""JSON files of lists, row by row in bounded memory: of many tables, `{"name": [row, ...], ...}`,
or of a single list.

What is written out as JSON is one line or one value of any size; only a row is held here.
"""

import codecs
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from .lines import MAX_LINE, Fault
from .streams import TRUNCATED, open_text

_CHUNK = 1 << 18
_SPACE = " \t\r\n\ufeff"


class _Broken(Exception):
    """The text cannot be read any further."""


class _Scanner:
    """Text of a stream with a place in it; what lies behind the place is let go."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._values = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._whole = False
        self._reason = "is cut short"
        self.line = 1

    def _grow(self) -> bool:
        """Read on, at least as much as is held; False at the end."""
        self._text, self._at = self._text[self._at :], 0
        aim = 2 * len(self._text) + _CHUNK
        while len(self._text) < aim and not self._whole:
            try:
                chunk = self._stream.read(_CHUNK)
            except (*TRUNCATED, OSError) as error:
                self._reason = f"is damaged or cut short ({error})"
                chunk = b""
            self._whole = not chunk
            self._text += self._decode(chunk, not chunk)
        return self._at < len(self._text)

    def _pass(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def peek(self) -> str:
        """Give the next character that is no white space, "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._pass(self._at + 1)
            if self._at < len(self._text):
                return self._text[self._at]
            if self._whole or not self._grow():
                return ""

    def take(self, expected: str) -> None:
        """Step over one character.

        Raises
        ------
        _Broken : another one stands there.
        """
        if (found := self.peek()) != expected:
            raise _Broken(f"has {found!r} for {expected!r}" if found else self._reason)
        self._at += 1

    def end(self) -> None:
        """Be at the end.

        Raises
        ------
        _Broken : something stands there.
        """
        if found := self.peek():
            raise _Broken(f"has {found!r} behind its end")

    def value(self) -> object:
        """Read one whole JSON value.

        Raises
        ------
        _Broken : there is none, it is cut short, nested too deep or longer than `MAX_LINE`.
        """
        self.peek()
        while True:
            try:
                found, end = self._values.raw_decode(self._text, self._at)
            except RecursionError:
                raise _Broken("is nested too deep") from None
            except ValueError as error:
                if self._whole:
                    raise _Broken(f"is no JSON ({getattr(error, 'msg', error)})") from None
                end = -1
            # A number that ends where the text does may go on.
            if end >= 0 and (end < len(self._text) or self._whole):
                self._pass(end)
                return found
            if len(self._text) - self._at > MAX_LINE:
                raise _Broken("is no JSON, or a value is too long")
            self._grow()


Row = Mapping[str, object]


def table_rows(path: Path, tables: Collection[str]) -> Iterator[tuple[str, int, Row | Fault]]:
    """Yield (table, line, row) of the named tables, in the order of the file.

    A row that is no object is a fault; where the text breaks off or is none, a last fault of the
    table "" ends it.

    Raises
    ------
    UnreadableSource : the file cannot be opened, or unpacks like a bomb.
    """
    with open_text(path) as stream:
        text = _Scanner(stream)
        try:
            yield from _tables(text, tables)
        except _Broken as error:
            yield "", text.line, Fault(f"{error} here")


def list_rows(path: Path) -> Iterator[tuple[int, object | Fault]]:
    """Yield (line on which it begins, value) of a file that is one list.

    Where the text breaks off, or is no list, a last fault ends it.

    Raises
    ------
    UnreadableSource : the file cannot be opened, or unpacks like a bomb.
    """
    with open_text(path) as stream:
        text = _Scanner(stream)
        if text.peek() not in ("[", ""):
            yield text.line, Fault("is no JSON list")
            return
        try:
            yield from _rows(text)
            text.end()
        except _Broken as error:
            yield text.line, Fault(f"{error} here")


def _tables(text: _Scanner, tables: Collection[str]) -> Iterator[tuple[str, int, Row | Fault]]:
    text.take("{")
    if text.peek() == "}":
        return
    while True:
        name = text.value()
        text.take(":")
        if text.peek() == "[":
            for line, row in _rows(text):
                if name in tables and isinstance(name, str):
                    yield name, line, row if isinstance(row, dict) else Fault("is no JSON object")
        else:
            text.value()
        if text.peek() == "}":
            return
        text.take(",")


def _rows(text: _Scanner) -> Iterator[tuple[int, object]]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        text.peek()
        line = text.line
        yield line, text.value()
        if text.peek() == "]":
            text.take("]")
            return
        text.take(",")
