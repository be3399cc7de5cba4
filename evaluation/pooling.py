"""What the commands that fit default weights on several communities have in common."""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from evaluation.journal import Progress
from evaluation.summary import say


class Group(Protocol):
    """What was collected from one community."""

    @property
    def name(self) -> str:
        """The community's name."""


G = TypeVar("G", bound=Group)


def command(prog: str, doc: str | None, defaults: Path) -> argparse.ArgumentParser:
    """The arguments of `python -m` `prog`, which fits and writes the weights in `defaults`."""
    parser = argparse.ArgumentParser(
        description=doc,
        prog=f"python -m {prog}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--keep", type=Path, help="what is kept for the next run")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    parser.add_argument("--defaults", type=Path, default=defaults, help="the ranker that is made")
    return parser


@contextmanager
def keeping(keep: Path | None) -> Iterator[Path]:
    """The folder of what is kept, made; one that goes afterwards if none was asked for."""
    with tempfile.TemporaryDirectory(prefix="whoknows-training-") as scratch:
        folder = keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def collected_groups(
    sources: Sequence[Path], keep: Path, collect: Callable[[Path, Path, Progress], G]
) -> list[G] | None:
    """What `collect` finds in each of `sources`; None where two have one name."""
    groups = [collect(source, keep, telling(source.stem)) for source in sources]
    return groups if len({group.name for group in groups}) == len(groups) else None


def write_left_out(
    groups: Sequence[G], keep: Path, suffix: str, fitted: Callable[[Sequence[G]], bytes]
) -> None:
    """Keep without-NAME`suffix` of each of several: what is `fitted` on all the others."""
    for group in groups if len(groups) > 1 else ():
        others = [other for other in groups if other is not group]
        (keep / f"without-{group.name}{suffix}").write_bytes(fitted(others) + b"\n")


def telling(name: str) -> Progress:
    """Progress on standard error, where somebody watches."""

    def tell(stage: str, done: int, total: int) -> None:
        say(f"{name}: {stage} {done} of {total}")

    return tell
