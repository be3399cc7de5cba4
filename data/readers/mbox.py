"""Mailing lists: mbox files and Pipermail's monthly texts, alone, in folders or archives."""

import calendar
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from data.errors import UnreadableSource

from .archives import unpacked
from .face import Item, ReadOptions, Rejection
from .items import make_item, problems, reject
from .lines import Fault, numbered_lines
from .mail import Mail, parse_mail, subject_tag
from .peek import Sample
from .streams import bare_name

_SUFFIXES = (".mbox", ".mbx", ".txt", ".mail", "")
_SEPARATOR = re.compile(
    rb"From .{1,300}?\b\w{3}\s+\w{3}\s+\d{1,2}\s+\d\d:\d\d(?::\d\d)?\s+(?:\S+\s+)?\d{4}"
)
_HEADER = re.compile(rb"(?:From|Date|Subject|Message-ID|Received|Return-Path|X-[\w-]+): ?", re.I)
_QUOTED_FROM = re.compile(rb">+From ")
_MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
_ARCHIVE_NAME = re.compile(r"(\d{4})[-_]?(?:q([1-4])|(\d\d)|([A-Za-z]+))?$")
_MAX_MAIL = 32 * 2**20
_TAG_SAMPLE = 200


def _wanted(name: str) -> bool:
    pure = PurePosixPath(bare_name(name))
    return pure.suffix in _SUFFIXES and not pure.name.startswith(".")


def _is_mbox(head: bytes) -> bool:
    lines = head.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", 2)
    return len(lines) > 1 and bool(_SEPARATOR.match(lines[0]) and _HEADER.match(lines[1]))


class MboxReader:
    """Reads one mail at a time; people are keyed by their name in lower case."""

    name = "mbox"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a file begins with mbox's separator and a mail's header."""
        return _wanted(sample.name) and _is_mbox(sample.head)

    def size(self, path: Path) -> int | None:
        """Mails are not counted beforehand."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield lists, people and mails as they come, oldest file first."""
        state = _State()
        with unpacked(path, _wanted) as export:
            files = [(name, inside) for name, inside in export.files() if _wanted(name)]
            yield from problems(export)
            for name, inside in sorted(files, key=lambda file: _file_order(file[0])):
                yield from state.file(name, inside, path)
        if not state.found:
            raise UnreadableSource(f"{path} holds no mbox: no mail begins with a From line")


def _file_order(name: str) -> tuple[str, int, int, str]:
    """Order files by list, year and month, since Pipermail names months by words."""
    pure = PurePosixPath(bare_name(name))
    found = _ARCHIVE_NAME.match(pure.stem)
    if found is None:
        return str(pure.parent), 0, 0, name
    year, quarter, month, word = found.groups()
    number = int(quarter) * 3 if quarter else int(month or 0)
    if word and word.lower() in _MONTHS:
        number = _MONTHS.index(word.lower()) + 1
    return str(pure.parent), int(year), number, name


class _State:
    """What was met so far, so that nobody and nothing is said twice."""

    def __init__(self) -> None:
        self.found = False
        self._spaces: set[str] = set()
        # Whether all mails of a person so far were sent by a machine.
        self._people: dict[str, bool] = {}
        self._by_address: dict[str, str] = {}
        # Message-ID -> root of its thread.
        self._roots: dict[str, str] = {}

    def file(self, name: str, path: Path, export: Path) -> Iterator[Item]:
        tag = _common_tag(path)
        space = _list_name(name, export, tag)
        for line, raw in _mails(path):
            if isinstance(raw, Fault):
                yield reject(name, line, None, raw.reason)
                continue
            self.found = True
            mail = parse_mail(raw, tag)
            if isinstance(mail, str):
                yield reject(name, line, None, mail)
            else:
                yield from self._mail(mail, mail.list_name or space, name, line)

    def _mail(self, mail: Mail, space: str, file: str, line: int) -> Iterator[Item]:
        if mail.id in self._roots:
            yield reject(file, line, mail.id, "Message-ID: stands in the export already")
            return
        if space not in self._spaces:
            self._spaces.add(space)
            yield make_item("space", {"id": space, "name": space}, file, line)
        person = self._author(mail)
        told = self._people.get(person or "")
        # A mail of their own hand takes back that who was away at first is a bot.
        if person is not None and (told is None or (told and not mail.automatic)):
            self._people[person] = mail.automatic
            name = mail.name or (mail.address or "").partition("@")[0]
            obj = {"id": person, "name": name, "email": mail.address, "bot": mail.automatic}
            yield make_item("person", obj, file, line)
        parent = next((id_ for id_ in mail.parents if id_ in self._roots), None)
        missing = mail.parents[0] if mail.parents and parent is None else None
        root = self._roots[parent] if parent else mail.id
        item = make_item(
            "post",
            {
                "id": mail.id,
                "author": person,
                "created": mail.date,
                "body": mail.body,
                "body_format": mail.body_format,
                "kind": "reply" if parent or missing else "post",
                # Where the mail answered to is missing, the subject is all that tells the topic.
                "title": None if parent else mail.subject,
                "parent": parent or missing,
                "thread": root if parent or not missing else None,
                "space": space,
            },
            file,
            line,
        )
        yield item
        if not isinstance(item.record, Rejection):
            self._roots[mail.id] = root

    def _author(self, mail: Mail) -> str | None:
        if mail.name:
            person = " ".join(mail.name.lower().split())
            if mail.address:
                self._by_address.setdefault(mail.address, person)
            return person
        if not mail.address:
            return None
        # Ids are shown to everyone, and an address must not be.
        mark = hashlib.sha256(mail.address.encode("utf-8", "replace")).hexdigest()[:8]
        return self._by_address.get(mail.address, f"{mail.address.partition('@')[0]}-{mark}")


def _mails(path: Path) -> Iterator[tuple[int, bytes | Fault]]:
    """Yield (line of its separator, bytes of a mail from there on), one in memory at a time."""
    start, size, mail = 0, 0, list[bytes]()
    after_blank = True
    last = 0
    for number, line in numbered_lines(path):
        last = number
        if isinstance(line, Fault):
            yield number, line
            continue
        line = line.removesuffix(b"\r")
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if after_blank and line.startswith(b"From ") and _SEPARATOR.match(line):
            if start:
                yield start, _whole(mail, size)
            start, size, mail = number, 0, [line]
        elif start:
            size += len(line) + 1
            if size <= _MAX_MAIL:
                mail.append(line[1:] if _QUOTED_FROM.match(line) else line)
        after_blank = not line
    if start:
        yield start, _whole(mail, size)
    else:
        yield last, Fault("the file holds no mail")


def _whole(lines: list[bytes], size: int) -> bytes | Fault:
    if size > _MAX_MAIL:
        return Fault(f"the mail is longer than {_MAX_MAIL:,} bytes")
    return b"\n".join(lines)


def _common_tag(path: Path) -> str | None:
    """Find the [tag] that the list puts before most subjects, in the first mails of a file."""
    counts: dict[str, int] = {}
    mails = 0
    for _, raw in _mails(path):
        if isinstance(raw, Fault):
            continue
        mails += 1
        tag = subject_tag(raw)
        if tag:
            counts[tag] = counts.get(tag, 0) + 1
        if mails >= _TAG_SAMPLE:
            break
    best = max(counts, key=lambda tag: counts[tag], default=None)
    return best if best is not None and counts[best] * 2 > mails else None


def _list_name(name: str, export: Path, tag: str | None) -> str:
    """Name the list: by the file, or by its folder where files are named by their dates."""
    pure = PurePosixPath(bare_name(name))
    if not _ARCHIVE_NAME.match(pure.stem):
        return pure.stem
    if pure.parent.name:
        return pure.parent.name
    if tag:
        return tag
    return export.name if export.is_dir() else export.resolve().parent.name
