"""CSV files by a mapping, or with headings that are the community format's own fields."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from data.errors import InvalidRecord, UnreadableSource
from data.times import is_date_alone, parse_time

from .archives import Unpacked, archive_kind, unpacked
from .clock import since_epoch
from .csv_rows import Cells, csv_headings, csv_rows, text_encoding
from .face import Item, ReadOptions
from .items import make_item, problems, reject
from .lines import Fault
from .mapping import FIELDS, REQUIRED, Column, Table, plain_table, read_mapping
from .peek import Sample, peek
from .streams import bare_name, open_stream

_SUFFIXES = (".csv", ".tsv", ".txt")
_KINDS = {"people": "person", "posts": "post", "spaces": "space"} | {
    "interactions": "interaction", "links": "link",
}  # fmt: skip
_LISTS = frozenset({"tags", "languages", "members", "attachments"})
_FLAGS = frozenset({"bot", "active", "anonymous", "accepted", "day_only"})
_NUMBERS = frozenset({"weekly_capacity", "score"})
_TIMES = frozenset(
    {"created", "updated", "valid_until", "at", "joined", "left", "away_until"}
)  # fmt: skip
_TRUE = frozenset({"true", "yes", "y", "1", "t", "x", "ja", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "f", "nej", "nein", "off"})
_MADE_OF = ("author", "created", "space", "title", "body", "parent")
_HEAD = 1 << 16


def _wanted(name: str) -> bool:
    return bare_name(name).lower().endswith(_SUFFIXES)


def _is_posts(sample: Sample) -> bool:
    return _wanted(sample.name) and {"id", *REQUIRED["posts"]} <= set(csv_headings(sample.head))


class CsvReader:
    """Reads the tables that a mapping names, or those of the format's own headings."""

    name = "csv"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a CSV file has the headings id, author, created and body.

        Any other needs a mapping, and is then of this format because of it.
        """
        return _is_posts(sample)

    def size(self, path: Path) -> int | None:
        """Rows are not counted beforehand: a row may be many lines."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield spaces, people, posts in the order of the file, interactions and links."""
        with unpacked(path, _wanted) as export:
            yield from problems(export)
            files = [(name, inside) for name, inside in export.files() if _wanted(name)]
            if path.is_file() and archive_kind(path) == "":
                files = export.files()
            if options.mapping is None:
                tables = _plain(path, files)
            else:
                mapping = read_mapping(options.mapping)
                tables = [(table, _find(table, export, files)) for table in mapping]
            for table, (name, file) in tables:
                _check(table, name, file)
            for table, (name, file) in tables:
                yield from _records(table, name, file)


Located = tuple[Table, tuple[str, Path]]


def _plain(path: Path, files: list[tuple[str, Path]]) -> list[Located]:
    """Find the files whose headings are the format's own, by their names.

    Raises
    ------
    UnreadableSource : there is none of posts.
    """
    posts = [
        (name, file) for name, file in files if any(_is_posts(sample) for sample in peek(file))
    ]
    if not posts:
        raise UnreadableSource(
            f"{path} has no file with the headings id, author, created and body; name with --map a "
            'TOML file that says which column means what: [posts.columns] with author = ".." and on'
        )
    beside = PurePosixPath(posts[0][0]).parent
    found: list[Located] = []
    for kind in FIELDS:
        for name, file in files:
            bare = PurePosixPath(bare_name(name))
            is_kind = bare.stem.lower() == kind and bare.parent == beside
            if (name, file) == posts[0] if kind == "posts" else is_kind:
                found.append((plain_table(kind, _headings(file)), (name, file)))
                break
    return found


def _find(table: Table, export: Unpacked, files: list[tuple[str, Path]]) -> tuple[str, Path]:
    """Find the file of a table: the only one there is, or the one that it names.

    Raises
    ------
    UnreadableSource : it is not there.
    """
    if export.root.is_file():
        return files[0]
    wanted = table.file or f"{table.kind}.csv"
    for name, file in files:
        if bare_name(name) == bare_name(wanted):
            return name, file
    there = ", ".join(name for name, _ in files[:10]) or "no CSV file"
    raise UnreadableSource(f"[{table.kind}] file: {wanted} is not there; there is {there}")


def _headings(file: Path, table: Table | None = None) -> list[str]:
    with open_stream(file) as stream:
        head = stream.read(_HEAD)
    if table is None:
        return csv_headings(head, text_encoding(file))
    encoding = table.encoding or text_encoding(file)
    return csv_headings(head, encoding, table.delimiter, table.headings())


def _check(table: Table, name: str, file: Path) -> None:
    """Raise UnreadableSource where a mapped column is not in its file."""
    there = _headings(file, table)
    for field, column in table.columns.items():
        if column.heading is not None and column.heading not in there:
            shown = ", ".join(there[:30]) or "none"
            raise UnreadableSource(
                f"{name} has no column {column.heading!r}, which [{table.kind}.columns] gives for "
                f"{field}; its columns are {shown}"
            )


def _records(table: Table, name: str, file: Path) -> Iterator[Item]:
    kind = _KINDS[table.kind]
    people: set[object] = set()
    rows = csv_rows(file, table.headings(), table.encoding, table.delimiter)
    for line, cells in rows:
        if isinstance(cells, Fault):
            yield reject(name, line, None, cells.reason)
            continue
        try:
            obj = _object(table, cells)
        except InvalidRecord as error:
            yield reject(name, line, _id(table, cells), str(error))
            continue
        if kind == "post" and "id" not in table.columns:
            obj["id"] = _made_id(obj)
        if kind == "person":
            # Where people stand beside their posts, each comes many times.
            if obj.get("id") in people or "id" not in obj:
                continue
            people.add(obj["id"])
        yield make_item(kind, obj, name, line)


def _id(table: Table, cells: Cells) -> str | None:
    column = table.columns.get("id")
    return cells.get(column.heading or "") or None if column else None


def _made_id(obj: dict[str, object]) -> str:
    """Make an id of what a post says; the same row gives the same in every export."""
    whole = "\x1f".join(str(obj.get(field) or "") for field in _MADE_OF)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _object(table: Table, cells: Cells) -> dict[str, object]:
    """Make an object of the community format; an empty cell is no value.

    Raises
    ------
    InvalidRecord : a date, number or yes-or-no is none.
    """
    obj: dict[str, object] = {}
    for field, column in table.columns.items():
        told = column.value if column.heading is None else cells.get(column.heading, "")
        told = told if told is not None else ""
        if field == "body":
            obj[field] = told
            continue
        told = told.strip()
        if column.values is not None:
            told = column.values.get(told, told)
        if told:
            _put(obj, field, told, column)
    return obj


def _put(obj: dict[str, object], field: str, told: str, column: Column) -> None:
    if field in _LISTS:
        parts = [part.strip() for part in told.split(column.split or ",")]
        listed = [part for part in parts if part]
        obj[field] = [{"url": url} for url in listed] if field == "attachments" else listed
    elif field in _FLAGS:
        word = told.casefold()
        if word not in _TRUE | _FALSE:
            raise InvalidRecord(field, f"{told!r:.60} is neither yes nor no")
        obj[field] = word in _TRUE
    elif field in _NUMBERS:
        try:
            obj[field] = int(told)
        except ValueError:
            raise InvalidRecord(field, f"{told!r:.60} is no whole number") from None
    elif field in _TIMES:
        moment, has_clock = _moment(told, field, column)
        if field == "at" and not has_clock:
            # It counts from the next day on: of UTC, so the last of the place's day is given.
            obj["day_only"] = True
            moment += timedelta(days=1, seconds=-1)
        obj[field] = moment
    else:
        obj[field] = told


def _moment(told: str, field: str, column: Column) -> tuple[datetime, bool]:
    """Read a time in the form that was stated; also whether it has a time of day."""
    zone = column.zone or ZoneInfo("UTC")
    if column.dates in ("epoch", "epoch_ms"):
        try:
            found = since_epoch(float(told), 1000 if column.dates == "epoch_ms" else 1)
        except ValueError:
            found = None
        if found is None:
            raise InvalidRecord(field, f"{told!r:.60} is no number of seconds since 1970")
        return found, True
    if column.dates is not None:
        try:
            moment = datetime.strptime(told, column.dates)
        except (ValueError, OverflowError):
            reason = f"{told!r:.60} is no date of the form {column.dates}"
            raise InvalidRecord(field, reason) from None
        has_clock = any(mark in column.dates for mark in ("%H", "%I", "%X", "%c", "%T", "%s"))
        return _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone), field), has_clock
    moment = parse_time(told, field)
    if is_date_alone(told):
        return _in_utc(moment.replace(tzinfo=zone), field), False
    try:
        # Only a time that states no zone takes one.
        parse_time(f"{told}Z", field)
    except InvalidRecord:
        return moment, True
    return _in_utc(moment.replace(tzinfo=zone), field), True


def _in_utc(moment: datetime, field: str) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidRecord(field, "is outside the years 1 to 9999") from None
