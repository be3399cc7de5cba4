"""Records of foreign exports made by the rules of the community format."""

from collections.abc import Iterator, Mapping

from data.errors import InvalidRecord
from data.fields import clean_text
from data.records import parse_post, parse_record

from .archives import Unpacked
from .face import Item, Rejection


def make_item(kind: str, obj: Mapping[str, object], file: str, line: int) -> Item:
    """Make a record of a person, space, post, interaction or link; a broken one is a rejection.

    A post may be without author here: exports drop deleted accounts.
    """
    try:
        record = parse_post(obj, authorless=True) if kind == "post" else parse_record(kind, obj)
    except InvalidRecord as error:
        given = obj.get("id")
        return reject(file, line, given if isinstance(given, str | int) else None, str(error))
    return Item(record, file, line)


def reject(file: str, line: int, id_: str | int | None, reason: str) -> Item:
    """Say why one record does not go in; both in words that a database takes."""
    shown = None if id_ is None else clean_text(str(id_)[:100])
    return Item(Rejection(file, line, shown, clean_text(reason)), file, line)


def problems(export: Unpacked) -> Iterator[Item]:
    """Turn what could not be unpacked into rejections, each once."""
    while export.problems:
        name, reason = export.problems.pop(0)
        yield reject(name, 0, None, reason)
