"""What benchmarks have in common: records of a community folder, conditions, times, rows."""

import gzip
import json
import lzma
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

_OPENERS: tuple[tuple[str, Callable[..., Any]], ...] = (
    (".xz", lzma.open),
    (".gz", gzip.open),
    ("", open),
)


def records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of `name`.jsonl, plain, .gz or .xz; FileNotFoundError without one."""
    for ending, opener in _OPENERS:
        path = folder / f"{name}.jsonl{ending}"
        if path.exists():
            with opener(path, "rt", encoding="utf-8") as lines:
                yield from map(json.loads, lines)
            return
    raise FileNotFoundError(f"{folder} holds no {name}.jsonl")


def text_of(post: dict[str, Any]) -> str:
    """Title and body, as one text."""
    return f"{post.get('title') or ''}\n{post.get('body') or ''}".strip()


def conditions(folder: Path, packages: Sequence[str]) -> str:
    """Say on what, on which machine and with which versions the figures were made."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} absent")
    return (
        f"data {folder.name}; {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}; {', '.join(found)}; one thread unless said"
    )


def timed(ask: Callable[[T], object], asked: Sequence[T]) -> tuple[float, float]:
    """Return the median and the 95th percentile of `ask`'s wall time, in milliseconds."""
    ask(asked[0])
    spent = []
    for one in asked:
        start = time.perf_counter()
        ask(one)
        spent.append(time.perf_counter() - start)
    return 1e3 * float(np.median(spent)), 1e3 * float(np.quantile(spent, 0.95))


def row(*cells: object) -> None:
    """Print one line of a Markdown table."""
    print("|", " | ".join(f"{c:.3g}" if isinstance(c, float) else str(c) for c in cells), "|")
