"""The first bytes of an export's files, for readers that ask whether a path is theirs."""

import tarfile
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, cast

from data.errors import UnreadableSource

from .archives import archive_kind
from .salvage import salvaged
from .streams import TRUNCATED, bare_name, open_stream

_HEAD = 32_768
"""Enough to find a topic's post_stream behind its other keys."""
_ENTRIES = 200
_BYTES = 64 * 2**20
_PASSED_ENTRIES = 20_000
"""Files of no format at all, such as pictures, that are stepped over in search of the others."""
_MEDIA = frozenset(
    {
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico", ".original", ".pdf", ".mp4",
        ".mov", ".mp3", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".html", ".md",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One file inside an export: its name, the compression's suffix removed, and its head."""

    name: str
    head: bytes


def peek(path: Path) -> tuple[Sample, ...]:
    """Look at up to 200 files of a folder or archive, or at one file; () where unreadable.

    Never raises for a strange file: that is the reader's to say when it reads.
    """
    try:
        stat = path.stat()
        return _peek(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, UnreadableSource, *TRUNCATED, zipfile.BadZipFile, RuntimeError):
        return ()


# Every reader asks about the same path in turn; time and size say when it has changed.
@lru_cache(maxsize=1)
def _peek(path: Path, changed: int, size: int) -> tuple[Sample, ...]:
    kind = archive_kind(path)
    if kind == "zip":
        return _peek_zip(path)
    if kind == "tar":
        return _peek_tar(path)
    if not path.is_dir():
        with open_stream(path) as stream:
            return (Sample(bare_name(path.name), _head(stream)),)
    found = []
    for inside in islice(_walk(path), _ENTRIES):
        with open_stream(inside) as stream:
            name = inside.relative_to(path).as_posix()
            found.append(Sample(bare_name(name), _head(stream)))
    return tuple(found)


def _walk(folder: Path) -> list[Path]:
    """List files, the folder's own before those of its folders."""
    top = sorted(path for path in folder.iterdir() if path.is_file())
    # A hidden folder, such as a clone's history, is no part of the export.
    inner = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")
    deeper = (path for below in inner for path in sorted(islice(below.rglob("*"), _ENTRIES)))
    return top + [path for path in islice(deeper, _ENTRIES) if path.is_file()]


def _is_media(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _MEDIA


def _name(entry: str) -> str:
    """Give an archive entry's name without a leading "./" and its compression's suffix."""
    return bare_name(str(PurePosixPath(entry)))


def _head(stream: IO[bytes]) -> bytes:
    head = b""
    try:
        while len(head) < _HEAD and (chunk := stream.read(_HEAD - len(head))):
            head += chunk
    except TRUNCATED:
        return head
    return head


def _peek_zip(path: Path) -> tuple[Sample, ...]:
    found = []
    if not zipfile.is_zipfile(path):
        return _peek_cut_zip(path)
    with zipfile.ZipFile(path) as archive:
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not _is_media(member.filename)
        ]
        # The files that tell a format lie at the top; a channel's days may come first.
        members.sort(key=lambda member: (member.filename.count("/"), member.filename))
        for member in members[:_ENTRIES]:
            with archive.open(member) as source:
                found.append(Sample(_name(member.filename), _head(source)))
    return tuple(found)


def _peek_cut_zip(path: Path) -> tuple[Sample, ...]:
    heads: dict[str, bytes] = {}
    passed = 0
    for entry, piece in salvaged(path):
        heads.setdefault(_name(entry), piece[:_HEAD])
        passed += len(piece)
        if len(heads) > _ENTRIES or passed > _BYTES:
            break
    return tuple(Sample(name, head) for name, head in heads.items())


def _peek_tar(path: Path) -> tuple[Sample, ...]:
    found: list[Sample] = []
    passed = entries = 0
    with open_stream(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        try:
            for member in archive:
                entries += 1
                if member.isreg() and _is_media(member.name):
                    passed += member.size
                elif member.isreg():
                    source = cast(IO[bytes], archive.extractfile(member))
                    found.append(Sample(_name(member.name), _head(source)))
                    passed += member.size
                if len(found) >= _ENTRIES or entries > _PASSED_ENTRIES or passed > _BYTES:
                    break
        except TRUNCATED:
            return tuple(found)
    return tuple(found)
