"""Whose ids are whose: prefixes of sources, and people who are one in several sources."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from .errors import UnreadableSource
from .models import Interaction, Link, Person, Post, Record, Space

HEADINGS = {"source id", "source_id", "source", "id", "from"}
"""First cells that make the first line of a mapping file a heading."""


def read_people_map(path: Path) -> dict[str, str]:
    """Read `source id, person id` lines.

    Raises
    ------
    UnreadableSource : no such file, or a line without two ids.
    """
    mapping: dict[str, str] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for number, line in enumerate(csv.reader(file), start=1):
                cells = [cell.strip() for cell in line]
                if not any(cells) or (number == 1 and cells[0].casefold() in HEADINGS):
                    continue
                if len(cells) < 2 or not cells[0] or not cells[1]:
                    raise UnreadableSource(
                        f"{path}:{number}: expected two ids with a comma between them,"
                        " the source's and the person's"
                    )
                mapping[cells[0]] = cells[1]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSource(f"{path}: not a readable mapping file ({error})") from error
    return mapping


class Identities:
    """Gives every id of a source its name in the store.

    Parameters
    ----------
    source : prefix `source:` for every id, or None for none.
    mapping : source's id of a person -> id in the store.
    by_email : e-mail, case folded -> id in the store; empty where nobody asked to match.
    """

    def __init__(
        self, source: str | None, mapping: Mapping[str, str], by_email: Mapping[str, str]
    ) -> None:
        self.prefix = f"{source}:" if source else ""
        self.mapping = dict(mapping)
        self.by_email = by_email
        self.joined: set[str] = set(mapping)

    def of(self, id_: str | None) -> str | None:
        """The name of a post or space."""
        return None if id_ is None else self.prefix + id_

    def person(self, id_: str | None) -> str | None:
        """The name of a person, who may be known from elsewhere."""
        if id_ is None:
            return None
        return self.mapping.get(id_) or self.prefix + id_

    def rename(self, record: Record) -> Record:
        """`record` with the store's ids throughout."""
        if isinstance(record, Person):
            return replace(record, id=self._person(record.id), manager=self.person(record.manager))
        if isinstance(record, Space):
            members = tuple(self._person(member) for member in record.members)
            return replace(record, id=self._name(record.id), members=members)
        if isinstance(record, Post):
            return replace(
                record,
                id=self._name(record.id),
                author=self.person(record.author),
                parent=self.of(record.parent),
                thread=self.of(record.thread),
                space=self.of(record.space),
            )
        if isinstance(record, Interaction):
            return replace(record, person=self.person(record.person), post=self._name(record.post))
        return _rename_link(record, self)

    def _name(self, id_: str) -> str:
        return self.prefix + id_

    def _person(self, id_: str) -> str:
        return self.mapping.get(id_) or self.prefix + id_

    def match(self, person: Person) -> None:
        """Note who is known here by the e-mail of `person`."""
        if person.email is None or person.id in self.mapping:
            return
        known = self.by_email.get(person.email.casefold())
        if known is not None and known != self.prefix + person.id:
            self.mapping[person.id] = known
            self.joined.add(person.id)


def _rename_link(link: Link, identities: Identities) -> Link:
    return replace(
        link,
        source=identities.prefix + link.source,
        target=identities.prefix + link.target,
    )
