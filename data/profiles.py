"""People into rows: their own records, and what records of other sources add to them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .models import Person
from .provenance import Completion, Verdict, stays_deleted
from .rows import Row, person_row
from .tables import people

if TYPE_CHECKING:
    from .writing import Writer


def write_people(writer: "Writer", batch: Sequence[Person]) -> list[Verdict]:
    """Insert or replace people. What others added where they say nothing stays, but for a PUT."""
    buried = writer.buried("person", [person.id for person in batch], own=True)
    known = {} if writer.provenance.revive else writer.rows(people, [p.id for p in batch])
    rows = []
    for person in _of_who_is_left(writer, batch):
        if person.id not in buried:
            row = person_row(person)
            before = known[person.id]["added"] if person.id in known else {}
            added = {name: value for name, value in before.items() if _says_nothing(row[name])}
            rows.append(row | added | {"added": added})
    writer.upsert(people, rows)
    return _verdicts([person.id for person in batch], buried)


def complete_people(writer: "Writer", batch: Sequence[Completion]) -> list[Verdict]:
    """Add to people what their own records lack; of somebody unknown it is the own record."""
    ids = [item.person.id for item in batch]
    buried = writer.buried("person", ids)
    known = writer.rows(people, ids)
    rows = []
    for person in _of_who_is_left(writer, [item.person for item in batch]):
        if person.id in buried:
            continue
        row: Row = person_row(person) | {"added": {}}
        old = known.get(person.id)
        if old is not None and not old["implicit"]:
            added = {
                name: value
                for name, value in row.items()
                if _says_nothing(old[name]) and not _says_nothing(value)
            }
            row = {name: old[name] for name in row} | added | {"added": old["added"] | added}
        # Two records of one source may be the same person.
        known[person.id] = row
        rows.append(row)
    writer.upsert(people, rows)
    return _verdicts(ids, buried)


def _of_who_is_left(writer: "Writer", batch: Sequence[Person]) -> list[Person]:
    """People without a manager who was deleted for good."""
    gone = writer.buried("person", [person.manager for person in batch if person.manager])
    return [replace(p, manager=None) if p.manager in gone else p for p in batch]


def _says_nothing(value: object) -> bool:
    return value is None or value == []


def _verdicts(ids: Sequence[str], buried: set[str]) -> list[Verdict]:
    return [stays_deleted("person") if id_ in buried else None for id_ in ids]
