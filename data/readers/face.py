"""The face that every reader of an export shows.

In: a path. Out: a stream of `Item`s in bounded memory, in an order that depends on the export
alone, so that an interrupted import can skip what it already took.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from data.models import Record

from .peek import Sample

DELETED = "was deleted"
"""The reason of what the export itself says is gone: a snapshot deletes it here as well."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One record that did not go in, and why.

    `file` is the name inside the export, `line` counts from 1 (0 where the format has no lines:
    then `id` says which record).
    """

    file: str
    line: int
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """A record with the place it came from, or the rejection of one."""

    record: Record | Rejection
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller asked a reader for.

    `include_private`: names of private channels or groups to take in; "direct" admits direct
    messages. Everything private stays out otherwise. `mapping`: the file that says which column
    of a CSV means what.
    """

    include_private: tuple[str, ...] = ()
    mapping: Path | None = None


class Reader(Protocol):
    """One export format."""

    name: str
    """The word that `--format` takes."""

    def wants(self, name: str) -> bool:
        """Whether `read` looks into a file of this name inside an export."""
        ...

    def tells(self, sample: Sample) -> bool:
        """Whether one file's name and head show this format; never raises for a strange one."""
        ...

    def size(self, path: Path) -> int | None:
        """How many units of work `read` will take, for a progress bar; None if unknown cheaply."""
        ...

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield spaces and people before the posts that name them, parents before replies where
        the export allows, interactions and links last.

        Raises
        ------
        UnreadableSource : the file cannot be opened safely, or is not of this format at all.
        """
        ...
