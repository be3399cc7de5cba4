"""The mapping file of a CSV import: which column means which field of the community format.

    [posts]                      # also [people], [spaces], [interactions], [links]
    file = "posts.csv"           # left out: the file imported, or posts.csv in the folder
    delimiter = ";"              # left out, like the encoding: found out
    encoding = "cp1252"
    dates = "%d.%m.%Y %H:%M"     # as strptime reads it, "epoch" or "epoch_ms"; left out: ISO 8601
    zone = "Europe/Stockholm"    # of dates that state none; left out: UTC

    [posts.columns]              # field = the column's heading, or a table:
    author = "Written by"
    created = "Date"
    body = "Text"
    tags = { column = "Labels", split = ";" }
    kind = { column = "Type", values = { Q = "question", Idea = "idea" } }
    language = { value = "sv" }  # the same for every row

Without `id` a post's id is made of its author, time, space, title and text.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from data.errors import UnreadableSource

FIELDS: dict[str, tuple[str, ...]] = {
    "spaces": ("id", "name", "description", "visibility", "members", "site", "language"),
    "people": (
        *("id", "name", "email", "title", "about", "department", "site", "location", "timezone"),
        *("languages", "manager", "bot", "active", "joined", "left", "consent"),
        *("weekly_capacity", "away_until"),
    ),
    "posts": (
        *("id", "author", "created", "body", "kind", "title", "body_format", "parent", "thread"),
        *("space", "tags", "language", "updated", "valid_until", "anonymous", "attachments"),
        *("visibility", "score", "accepted"),
    ),
    "interactions": ("person", "post", "kind", "at", "value", "site", "day_only"),
    "links": ("from", "to", "kind", "at"),
}
"""The tables in the order of reading, and the fields of each."""
REQUIRED: dict[str, tuple[str, ...]] = {
    "spaces": ("id",),
    "people": ("id",),
    "posts": ("author", "created", "body"),
    "interactions": ("person", "post", "kind"),
    "links": ("from", "to", "kind"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's value comes from: a column, or a `value` for all rows.

    `values`: what stands in the column -> what it means; what is not in it means itself.
    """

    heading: str | None = None
    value: str | None = None
    split: str | None = None
    values: Mapping[str, str] | None = None
    dates: str | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of record: its file and its columns by field."""

    kind: str
    file: str | None
    encoding: str | None
    delimiter: str | None
    columns: Mapping[str, Column]

    def headings(self) -> list[str]:
        """List the headings that the file must have."""
        return list(dict.fromkeys(c.heading for c in self.columns.values() if c.heading))


def plain_table(kind: str, headings: list[str]) -> Table:
    """Give the table of a file whose headings are the format's own fields."""
    columns = {field: Column(heading=field) for field in FIELDS[kind] if field in headings}
    return Table(kind, None, None, None, columns)


def read_mapping(path: Path) -> list[Table]:
    """Read a mapping file into tables, in the order of reading.

    Raises
    ------
    UnreadableSource : no such file, no TOML, or a key that means nothing; with its name.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableSource(f"{path}: not a readable mapping file ({error})") from error
    return _Checked(path.name).tables(content)


class _Checked:
    """Reads a mapping's values and names the one at fault."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _error(self, where: str, reason: str) -> UnreadableSource:
        return UnreadableSource(f"{self._name}: {where}: {reason}")

    def tables(self, content: Mapping[str, object]) -> list[Table]:
        for key in content:
            if key not in FIELDS:
                raise self._error(f"[{key}]", f"is none of {', '.join(FIELDS)}")
        if "posts" not in content and "people" not in content:
            raise self._error("[posts]", "is missing; it says which column of the CSV means what")
        return [self._table(kind, content[kind]) for kind in FIELDS if kind in content]

    def _table(self, kind: str, found: object) -> Table:
        if not isinstance(found, Mapping) or not isinstance(found.get("columns"), Mapping):
            raise self._error(f"[{kind}.columns]", "is missing")
        known = ("file", "encoding", "delimiter", "dates", "zone", "columns")
        for key in found:
            if key not in known:
                raise self._error(f"[{kind}] {key}", f"is none of {', '.join(known)}")
        dates, zone = self._text(kind, found, "dates"), self._zone(kind, found)
        delimiter = self._text(kind, found, "delimiter")
        if delimiter is not None and len(delimiter) != 1:
            raise self._error(f"[{kind}] delimiter", "must be one character")
        encoding = self._text(kind, found, "encoding")
        try:
            "".encode(encoding or "utf-8")
        except LookupError:
            raise self._error(f"[{kind}] encoding", f"{encoding!r} is unknown here") from None
        columns: dict[str, Column] = {}
        for field, told in found["columns"].items():
            if field not in FIELDS[kind]:
                reason = f"is no field of {kind}; they are {', '.join(FIELDS[kind])}"
                raise self._error(f"[{kind}.columns] {field}", reason)
            columns[field] = self._column(f"{kind}.columns.{field}", told, dates, zone)
        for field in REQUIRED[kind]:
            if field not in columns:
                raise self._error(f"[{kind}.columns]", f"must say which column is {field!r}")
        file = self._text(kind, found, "file")
        return Table(kind, file, encoding, delimiter, columns)

    def _column(self, where: str, told: object, dates: str | None, zone: ZoneInfo | None) -> Column:
        if isinstance(told, str):
            return Column(heading=told.strip(), dates=dates, zone=zone)
        known = ("column", "value", "split", "values", "dates", "zone")
        if not isinstance(told, Mapping) or not ("column" in told or "value" in told):
            raise self._error(where, 'must be a heading, or a table such as { column = "Text" }')
        for key in told:
            if key not in known:
                raise self._error(f"{where}.{key}", f"is none of {', '.join(known)}")
        values = told.get("values")
        if values is not None and not (
            isinstance(values, Mapping) and all(isinstance(one, str) for one in values.values())
        ):
            raise self._error(f"{where}.values", 'must be a table such as { yes = "true" }')
        heading = self._text(where, told, "column")
        return Column(
            heading=heading.strip() if heading else None,
            value=self._text(where, told, "value"),
            split=self._text(where, told, "split"),
            values=values,
            dates=self._text(where, told, "dates") or dates,
            zone=self._zone(where, told) or zone,
        )

    def _text(self, where: str, found: Mapping[str, object], key: str) -> str | None:
        value = found.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            raise self._error(f"[{where}] {key}", "must be text")
        return value

    def _zone(self, where: str, found: Mapping[str, object]) -> ZoneInfo | None:
        name = self._text(where, found, "zone")
        try:
            return ZoneInfo(name) if name else None
        except (KeyError, ValueError, OSError):
            reason = f"{name!r} is no time zone such as Europe/Stockholm"
            raise self._error(f"[{where}] zone", reason) from None
