"""The first bytes of those files of an export by which its format may be told."""

import os
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, cast

from data.errors import UnreadableSource

from .archives import MAX_ENTRIES, archive_kind
from .salvage import salvaged
from .streams import TRUNCATED, bare_name, open_stream, output_limit, utf_encoding

_HEAD = 32_768
"""Enough to find a topic's post_stream behind its other keys."""
_ENTRIES = 200
_BYTES = 64 * 2**20
"""Most bytes of an archive's other files that are gone through in search of a telling one."""
_TELLING = frozenset(
    {
        "posts.jsonl", "people.jsonl", "spaces.jsonl", "posts.xml", "channels.json", "realm.json",
        "attachment.json", "messages.csv", "import.jsonl",
    }
)  # fmt: skip
"""Names that a format gives to one file: they are looked at before all others."""
_SUFFIXES = frozenset(
    {"", ".json", ".jsonl", ".ndjson", ".xml", ".csv", ".tsv", ".txt", ".mbox", ".mbx", ".mail"}
)
_UPLOADS = frozenset({"uploads", "avatars"})
"""Folders of what people sent in, which may look like any format."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One file inside an export: its name, the compression's suffix removed, and its head."""

    name: str
    head: bytes


def peek(path: Path) -> tuple[Sample, ...]:
    """Look at up to 200 files of a folder or archive, or at one file; () where unreadable.

    Telling names go first, and what lies above. Never raises for a strange file: that is the
    reader's to say when it reads.
    """
    try:
        kind = archive_kind(path)
        if kind == "zip":
            return _peek_zip(path)
        if kind == "tar":
            return _peek_tar(path)
        if not path.is_dir():
            with open_stream(path) as stream:
                return (Sample(bare_name(path.name), _head(stream)),)
        return _peek_folder(path)
    except (OSError, UnreadableSource, *TRUNCATED, zipfile.BadZipFile, RuntimeError):
        return ()


def _may_tell(name: str) -> bool:
    pure = PurePosixPath(bare_name(name))
    return pure.suffix.lower() in _SUFFIXES and _UPLOADS.isdisjoint(pure.parts[:-1])


def _is_telling(name: str) -> bool:
    return PurePosixPath(bare_name(name)).name.lower() in _TELLING


def _order(name: str) -> tuple[bool, int, str]:
    return not _is_telling(name), name.count("/"), name


def _name(entry: str) -> str:
    """Give an archive entry's name without a leading "./" and its compression's suffix."""
    return bare_name(str(PurePosixPath(entry)))


def _head(stream: IO[bytes]) -> bytes:
    head = b""
    try:
        while len(head) < _HEAD and (chunk := stream.read(_HEAD - len(head))):
            head += chunk
    except TRUNCATED:
        pass
    return _as_utf8(head)


def _as_utf8(head: bytes) -> bytes:
    encoding = utf_encoding(head)
    return head.decode(encoding, "replace").encode() if encoding else head


def _peek_folder(folder: Path) -> tuple[Sample, ...]:
    found = []
    for name in sorted(islice(_files(folder), MAX_ENTRIES), key=_order)[:_ENTRIES]:
        if (folder / name).is_file():
            with open_stream(folder / name) as stream:
                found.append(Sample(bare_name(name), _head(stream)))
    return tuple(found)


def _files(folder: Path) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        # A hidden folder, such as a clone's history, is no part of the export.
        folders[:] = [name for name in folders if name[0] != "."]
        for name in names:
            inside = (Path(place) / name).relative_to(folder).as_posix()
            if _may_tell(inside):
                yield inside


def _peek_zip(path: Path) -> tuple[Sample, ...]:
    if not zipfile.is_zipfile(path):
        return _peek_cut_zip(path)
    found = []
    with zipfile.ZipFile(path) as archive:
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and _may_tell(member.filename)
        ]
        members.sort(key=lambda member: _order(member.filename))
        for member in members[:_ENTRIES]:
            with archive.open(member) as source:
                found.append(Sample(_name(member.filename), _head(source)))
    return tuple(found)


class _Passing:
    """Samples of an archive that can only be gone through in its own order."""

    def __init__(self) -> None:
        self.heads: dict[str, bytes] = {}
        self._others = 0
        self._passed = 0

    def wants(self, entry: str) -> bool:
        """Whether to look at an entry: 200 that do not tell by their names are enough."""
        return _is_telling(entry) or (_may_tell(entry) and self._others < _ENTRIES)

    def take(self, entry: str, head: bytes, size: int) -> None:
        """Keep an entry's head; `size`: of how many bytes it is the head."""
        self._others += not _is_telling(entry) and _name(entry) not in self.heads
        self.heads.setdefault(_name(entry), head)
        self._passed += size

    def enough(self) -> bool:
        return self._passed > _BYTES or len(self.heads) > 2 * _ENTRIES

    def samples(self) -> tuple[Sample, ...]:
        return tuple(Sample(name, head) for name, head in self.heads.items())


def _peek_cut_zip(path: Path) -> tuple[Sample, ...]:
    passing = _Passing()
    left = output_limit(path.stat().st_size)
    for entry, piece in salvaged(path):
        left -= len(piece)
        if passing.wants(entry):
            passing.take(entry, _as_utf8(piece[:_HEAD]), len(piece))
        if passing.enough() or left < 0:
            break
    return passing.samples()


def _peek_tar(path: Path) -> tuple[Sample, ...]:
    passing = _Passing()
    with open_stream(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        try:
            for member in islice(archive, MAX_ENTRIES):
                if member.isreg() and passing.wants(member.name):
                    source = cast(IO[bytes], archive.extractfile(member))
                    passing.take(member.name, _head(source), member.size)
                    if passing.enough():
                        break
        except TRUNCATED:
            return passing.samples()
    return passing.samples()
