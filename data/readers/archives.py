"""Archives unpacked safely into a folder; folders and single files given as they are.

In: a path from the user. Out: a folder that holds nothing from outside the export, no links or
devices, and never more than a stated size.
"""

import errno
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from data.errors import UnreadableSource

from .salvage import salvaged
from .streams import TRUNCATED, compression, open_stream, output_limit

MAX_ENTRIES = 500_000
"""Most entries of one archive: a Slack export of ten years has a file a channel and day."""
_CHUNK = 1 << 16
_INDEX = ".index"
"""Ends the name of our own folder of indexes, which may lie in the export with the database."""


@dataclass(slots=True)
class Unpacked:
    """An export as a folder, and what went wrong while it was unpacked.

    `problems` are pairs of the entry's name and the reason why it, or what follows it, is not
    there.
    """

    root: Path
    problems: list[tuple[str, str]] = field(default_factory=list)

    def files(self) -> list[tuple[str, Path]]:
        """List the regular files, sorted by name: pairs of the name inside the export and path.

        Our own indexes are left out. A link that leads out of the folder becomes a problem.
        """
        if self.root.is_file():
            return [(self.root.name, self.root)]
        found = []
        inside = self.root.resolve()
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if any(map(_is_index, takewhile(lambda folder: folder != self.root, path.parents))):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                self.problems.append((name, "is a link that leads out of the export"))
            elif path.is_file():
                found.append((name, path))
        return found


def _is_index(folder: Path) -> bool:
    if not folder.name.endswith(_INDEX):
        return False
    database = folder.with_name(folder.name.removesuffix(_INDEX))
    return folder.name.startswith("whoknows-") or database.is_file()


@contextmanager
def unpacked(path: Path, wanted: Callable[[str], bool]) -> Iterator[Unpacked]:
    """Give a folder, a zip or a tar (plain, gz, xz, bz2) as a folder of regular files.

    A folder and a single file are given as they are. An archive is unpacked into a temporary
    folder that goes when the block ends; entries that `wanted` refuses by name are not written.

    Raises
    ------
    UnreadableSource : nothing there, no readable archive, or one beyond the limits.
    """
    kind = archive_kind(path)
    if kind == "":
        yield Unpacked(path)
        return
    if kind == "7z":
        raise UnreadableSource(f"{path.name} is a 7z archive; unpack it and name the folder")
    with TemporaryDirectory(prefix="whoknows-") as folder:
        result = Unpacked(Path(folder))
        try:
            if kind == "zip":
                _unzip(path, result, wanted)
            else:
                _untar(path, result, wanted)
        except OSError as error:
            raise UnreadableSource(
                f"{path.name} cannot be unpacked: {error.strerror or error}"
            ) from error
        yield result


def archive_kind(path: Path) -> str:
    """Tell whether a path is a "zip", "tar" or "7z" archive, or "" for anything else.

    Raises
    ------
    UnreadableSource : there is no such file or folder, or it may not be read.
    """
    if path.is_dir():
        return ""
    if not path.is_file():
        raise UnreadableSource(f"there is no file or folder {path}; check the path")
    try:
        kind = compression(path)
        if kind in ("zip", "7z"):
            return kind
        with open_stream(path) as stream:
            head = b""
            while len(head) < 512 and (chunk := stream.read(512 - len(head))):
                head += chunk
    except TRUNCATED:
        return ""
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror or error}") from error
    return "tar" if head[257:262] == b"ustar" else ""


def safe_name(name: str) -> str | None:
    """Give an entry's name as a relative path inside the export; None where it leads outside."""
    if "\x00" in name or "\\" in name or ":" in name.split("/")[0][:3]:
        return None
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or len(name) > 1000:
        return None
    return str(pure)


_REGULAR = 8
"""The upper four bits of a Unix mode that mean a regular file."""


class _Budget:
    """Counts entries and bytes of one archive against the limits."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._limit = output_limit(path.stat().st_size)
        self._entries = 0
        self._bytes = 0

    def entry(self) -> None:
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise UnreadableSource(
                f"{self._name} holds more than {MAX_ENTRIES:,} entries; unpack it yourself"
            )

    def spend(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._limit:
            raise UnreadableSource(
                f"{self._name} unpacks to more than {self._limit:,} bytes, which looks like a "
                "decompression bomb; unpack it yourself if you trust it"
            )


def _write(source: IO[bytes], result: Unpacked, name: str, budget: _Budget) -> None:
    """Write one entry; one whose name the file system or another entry forbids is a problem."""
    target = result.root / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("wb")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        result.problems.append((name, f"cannot be written here ({error.strerror})"))
        return
    with file:
        while chunk := source.read(_CHUNK):
            budget.spend(len(chunk))
            file.write(chunk)


def _untar(path: Path, result: Unpacked, wanted: Callable[[str], bool]) -> None:
    budget = _Budget(path)
    name = path.name
    try:
        with open_stream(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                budget.entry()
                name = member.name
                safe = safe_name(name)
                if member.isdir():
                    continue
                if safe is None:
                    result.problems.append((name, "leads out of the archive"))
                elif not member.isreg():
                    result.problems.append((name, "is a link or a device"))
                elif wanted(safe) and (source := archive.extractfile(member)) is not None:
                    _write(source, result, safe, budget)
    except (*TRUNCATED, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            # The machine's own trouble; bz2 and gzip raise without a number for bad data.
            raise
        result.problems.append((name, f"the archive is damaged or cut short here ({error})"))


def _unzip(path: Path, result: Unpacked, wanted: Callable[[str], bool]) -> None:
    budget = _Budget(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError):
        _salvage(path, result, wanted, budget)
        return
    with archive:
        for member in archive.infolist():
            budget.entry()
            safe = safe_name(member.filename)
            if member.is_dir():
                continue
            if safe is None:
                result.problems.append((member.filename, "leads out of the archive"))
            elif (member.external_attr >> 28) not in (0, _REGULAR):
                result.problems.append((member.filename, "is a link or a device"))
            elif wanted(safe):
                try:
                    with archive.open(member) as source:
                        _write(source, result, safe, budget)
                except (*TRUNCATED, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
                    # RuntimeError is an encrypted entry, NotImplementedError a strange method.
                    result.problems.append((safe, f"cannot be unpacked ({error})"))


def _salvage(path: Path, result: Unpacked, wanted: Callable[[str], bool], budget: _Budget) -> None:
    """Unpack what stands before the place where a zip was cut."""
    last = path.name
    broken: set[str] = set()
    for name, piece in salvaged(path):
        safe = safe_name(name)
        if name != last:
            budget.entry()
        last = name
        budget.spend(len(piece))
        if safe is not None and wanted(safe) and name not in broken:
            try:
                target = result.root / safe
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("ab") as file:
                    file.write(piece)
            except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                broken.add(name)
                result.problems.append((safe, f"cannot be written here ({error.strerror})"))
    result.problems.append((last, "the zip archive is damaged or cut short here"))
