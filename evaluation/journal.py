"""What was measured, a line a query, written as it comes: the next run goes on where one ended.

In: one line of plain values a query. Out: the same lines, in whatever run they were measured.
Ids in them are hashed.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

import orjson

Line = dict[str, Any]
"""The values of one query: `query` is its hashed id."""

Progress = Callable[[str, int, int], None]


class Asked(Protocol):
    """Anything with an id that a line can be measured for."""

    @property
    def id(self) -> str:
        """What it is called in the community."""
        ...


Query = TypeVar("Query", bound=Asked)


def hashed(id_: str) -> str:
    """What stands for an id in files: the first 16 digits of its sha256."""
    return hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Journal:
    """The lines of one task, in memory and, where a folder is given, in a file.

    Parameters
    ----------
    path : a file of JSON lines; None keeps nothing.
    key : of data, code and settings. Lines of another key are thrown away: they would mix what
        does not compare.
    """

    def __init__(self, path: Path | None, key: str) -> None:
        self.lines: dict[str, Line] = {}
        self._file: BinaryIO | None = None
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        note = path.with_suffix(".key")
        if path.exists() and note.exists() and note.read_text() == key:
            self._resume(path)
        else:
            path.write_bytes(b"")
            note.write_text(key)
        self._file = path.open("ab")

    def _resume(self, path: Path) -> None:
        whole = 0
        with path.open("rb") as file:
            for raw in file:
                # A process that was ended while it wrote leaves half a line at the end.
                if not raw.endswith(b"\n"):
                    break
                line = orjson.loads(raw)
                self.lines[line["query"]] = line
                whole += len(raw)
        with path.open("r+b") as file:
            file.truncate(whole)

    def add(self, line: Line) -> None:
        """Take in a line; it is with the operating system when this returns."""
        # What is read back must be what was measured, so all runs see it through JSON.
        raw = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)
        self.lines[line["query"]] = orjson.loads(raw)
        if self._file is not None:
            self._file.write(raw)
            self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def measured(
    queries: Sequence[Query],
    prepare: Callable[[], Callable[[Query], Line]],
    journal: Journal,
    stage: str,
    tell: Progress,
) -> list[Line]:
    """The line of each of `queries`, in order; those that `journal` lacks are measured now.

    `prepare` makes what measures: it is called only if something is lacking.
    """
    missing = [query for query in queries if hashed(query.id) not in journal.lines]
    done = len(queries) - len(missing)
    if missing:
        tell(f"{stage}: preparing", 0, len(queries))
        measure = prepare()
        for query in missing:
            journal.add(measure(query))
            done += 1
            tell(stage, done, len(queries))
    return [journal.lines[hashed(query.id)] for query in queries]
