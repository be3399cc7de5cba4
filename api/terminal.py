"""Speaking to a terminal: results on stdout, everything else on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


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
def progress(title: str) -> Iterator[Callable[..., None]]:
    """A bar on stderr while it is a terminal, else silence.

    Called with (done, total or None), and where work has stages with the name of the present one.
    """
    if not sys.stderr.isatty():
        yield lambda done, total, stage=None: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int | None, stage: str | None = None) -> None:
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
