"""Speaking to a terminal: results on stdout, everything else on stderr."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from api.stopping import STOPPING

if TYPE_CHECKING:
    from rich.console import Console

MOST_WIDE = 100
"""Columns of a terminal that are written on: longer lines are hard to read."""

UNWRAPPED = 100_000
"""Columns where no terminal is: whatever reads a file or a pipe breaks lines itself."""


class _Unpadded:
    """A stream without the spaces that a table puts behind its lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        return self._stream.write(re.sub(r" +(?=\n)", "", text))

    def flush(self) -> None:
        self._stream.flush()


def open_console() -> "Console":
    """What results are printed on: in lines on a terminal, else one line a line."""
    from rich.console import Console

    plain: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
    if sys.stdout.isatty():
        console = Console(**plain)
        console.width = min(console.width, MOST_WIDE)
        return console
    return Console(**plain, file=cast("TextIO", _Unpadded(sys.stdout)), width=UNWRAPPED)


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    sys.stderr.write(sentence.encode("utf-8", "replace").decode("utf-8").strip() + "\n")


def print_json(content: Any) -> None:
    """`content` on stdout as JSON and nothing else, in UTF-8 whatever the locale."""
    import orjson

    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


@contextmanager
def progress(title: str, until_then: str | None = None) -> Iterator[Callable[..., None]]:
    """A bar on stderr while it is a terminal, else silence.

    Called with (done, total or None), and where work has stages with the name of the present one.
    `until_then`: what is said before the first call, where there may be nothing to do.
    """
    if not sys.stderr.isatty():
        yield lambda done, total, stage=None: STOPPING.check()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Counted(MofNCompleteColumn):
        def render(self, task: Task) -> Text:
            # "0/?" says nothing.
            known = task.completed or task.total is not None
            return super().render(task) if known else Text("")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        Counted(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(until_then or title, total=None)

        def advance(done: int, total: int | None, stage: str | None = None) -> None:
            STOPPING.check()
            shown = title if stage is None else f"{title}: {stage}"
            bar.update(task, completed=done, total=total, description=shown)

        yield advance


@contextmanager
def waiting(title: str) -> Iterator[None]:
    """A spinner on stderr while it is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(title):
        yield
