"""Records into rows: one batch, one transaction, a verdict for each record.

In: records in the order of the caller. Out: for each None (it is in) or the reason why not.
The same record twice changes nothing; a newer one replaces.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, insert, select, true, update

from .models import Interaction, Link, Person, Post, Record, Space
from .profiles import complete_people, write_people
from .provenance import STAYS_WITHDRAWN, Completion, Provenance, Verdict, stays_deleted
from .roots import chunks
from .rows import Row, interaction_row, link_row, person_row, space_row
from .tables import interactions, links, people, posts, spaces, tombstones
from .threads import write_posts
from .transaction import Transaction
from .vectors import forget_profile
from .withdrawing import taken_back

SAYING = ("source", "target", "kind", "at")
"""What tells a link from others: who says so again later does not unsay it for the time before."""


class Writer:
    """Writes batches within one transaction."""

    def __init__(self, transaction: Transaction, provenance: Provenance) -> None:
        self.transaction = transaction
        self.connection = transaction.connection
        self.provenance = provenance
        self._stamp: Row = {
            "origin": provenance.origin,
            "run": provenance.run,
            "seq": transaction.seq,
        }

    def write(self, records: Sequence[Record | Completion]) -> list[Verdict]:
        """Write `records` in order; runs of one kind go together."""
        verdicts: list[Verdict] = []
        for kind, group in groupby(records, key=type):
            batch: list[Any] = list(group)
            if kind is Person:
                verdicts += write_people(self, batch)
            elif kind is Completion:
                verdicts += complete_people(self, batch)
            elif kind is Space:
                verdicts += self._spaces(batch)
            elif kind is Post:
                verdicts += self._posts(batch)
            elif kind is Interaction:
                verdicts += self._interactions(batch)
            else:
                verdicts += self._links(batch)
        return verdicts

    # People and spaces ------------------------------------------------------------------

    def _spaces(self, batch: list[Space]) -> list[Verdict]:
        gone = self.buried("person", [member for space in batch for member in space.members])
        left = [
            replace(space, members=tuple(member for member in space.members if member not in gone))
            for space in batch
        ]
        self.upsert(spaces, [space_row(space) for space in left])
        return [None] * len(batch)

    def upsert(self, table: Table, rows: list[Row]) -> None:
        """Insert the unknown, update the changed; of two with one id the last counts."""
        latest = {row["id"]: row for row in rows}
        known = self.rows(table, latest)
        fresh = [row for id_, row in latest.items() if id_ not in known]
        keys = self.transaction.keys(table.name, len(fresh)) if fresh else ()
        if fresh:
            self.connection.execute(
                insert(table),
                [{"pk": pk, **row, **self._stamp} for pk, row in zip(keys, fresh, strict=True)],
            )
        seen: list[int] = []
        for id_, old in known.items():
            same = all(old[name] == value for name, value in latest[id_].items())
            if same:
                seen.append(old["pk"])
            else:
                if table is people:
                    forget_profile(self.connection, old)
                self.connection.execute(
                    update(table)
                    .where(table.c.pk == old["pk"])
                    .values(**latest[id_], **self.stamp_over(old))
                )
        self.touch(table, seen)

    def stamp_over(self, old: Row) -> Row:
        """What a changed row bears: an import does not make others' records its own.

        Its snapshot would delete them one day.
        """
        if self.provenance.run and old["origin"] != self.provenance.origin:
            return self._stamp if old.get("implicit") else {"seq": self.transaction.seq}
        return self._stamp

    def touch(
        self, table: Table, keys: Iterable[int], which: ColumnElement[bool] | None = None
    ) -> None:
        """Mark rows as seen by this import, so that a snapshot does not sweep them away."""
        provenance = self.provenance
        if provenance.run == 0:
            return
        for chunk in chunks(list(keys)):
            self.connection.execute(
                update(table)
                .where(table.c.pk.in_(chunk), table.c.origin == provenance.origin)
                .where(true() if which is None else which)
                .values(run=provenance.run)
            )

    # What people did, and relations -------------------------------------------------------

    def _posts(self, batch: list[Post]) -> list[Verdict]:
        buried = self.buried("post", [p.id for p in batch], own=True)
        gone = self.buried("person", {p.author for p in batch if p.author})
        verdicts: list[Verdict] = []
        for post in batch:
            if post.id in buried:
                verdicts.append(stays_deleted("post"))
            elif post.author in gone:
                verdicts.append("author: was deleted here; PUT /v1/people brings them back")
            else:
                verdicts.append(None)
        taken = [p for p, verdict in zip(batch, verdicts, strict=True) if verdict is None]
        self.ensure(people, (p.author for p in taken if p.author))
        self.ensure(spaces, (p.space for p in taken if p.space))
        # An id that comes twice is an edit of itself: each batch holds it once.
        batches: list[dict[str, Post]] = [{}]
        for post in taken:
            if post.id in batches[-1]:
                batches.append({})
            batches[-1][post.id] = post
        for part in batches:
            write_posts(self, list(part.values()), self._stamp)
        return verdicts

    def _interactions(self, batch: list[Interaction]) -> list[Verdict]:
        known = self.keys(posts, (i.post for i in batch))
        gone = self.buried("person", {i.person for i in batch if i.person})
        # Who does it anew at the door means it.
        anew = self.provenance.revive
        back = [False] * len(batch) if anew else taken_back(self.transaction, batch)
        verdicts: list[Verdict] = []
        for item, withdrawn in zip(batch, back, strict=True):
            if item.post not in known:
                verdicts.append(f"post: there is no post {item.post!r}")
            elif item.person in gone:
                verdicts.append(stays_deleted("person"))
            else:
                verdicts.append(STAYS_WITHDRAWN if withdrawn else None)
        taken = [i for i, verdict in zip(batch, verdicts, strict=True) if verdict is None]
        self.ensure(people, (i.person for i in taken if i.person))
        persons = self.keys(people, (i.person for i in taken if i.person))
        rows: dict[bytes, Row] = {}
        for item in taken:
            occurrence = 0
            if item.person is None:
                twin = interaction_row(item, 0)["key"]
                occurrence = self.provenance.occurrences[twin]
                self.provenance.occurrences[twin] += 1
            row = interaction_row(item, occurrence)
            row["person"] = persons[item.person] if item.person else None
            row["post"] = known[item.post]
            rows[row["key"]] = row
        self._merge(interactions, ("key",), list(rows.values()))
        return verdicts

    def _links(self, batch: list[Link]) -> list[Verdict]:
        known = self.keys(posts, [p for link in batch for p in (link.source, link.target)])
        verdicts: list[Verdict] = []
        rows: dict[tuple[Any, ...], Row] = {}
        for link in batch:
            missing = [
                f"{field}: there is no post {post!r}"
                for field, post in (("from", link.source), ("to", link.target))
                if post not in known
            ]
            verdicts.append(missing[0] if missing else None)
            if not missing:
                row = link_row(link)
                row["source"], row["target"] = known[link.source], known[link.target]
                rows[tuple(row[name] for name in SAYING)] = row
        self._merge(links, SAYING, list(rows.values()))
        return verdicts

    def _merge(self, table: Table, identity: tuple[str, ...], rows: list[Row]) -> None:
        """Insert rows; those whose identity is there take over what changed.

        A row that is there unchanged keeps its `seq`, so that nobody follows a non-event.
        """
        if not rows:
            return
        first = identity[0]
        known: dict[tuple[Any, ...], Row] = {}
        for chunk in chunks([row[first] for row in rows]):
            for found in self.connection.execute(select(table).where(table.c[first].in_(chunk))):
                row = dict(found._mapping)
                known[tuple(row[name] for name in identity)] = row
        fresh, seen = [], []
        for row in rows:
            old = known.get(tuple(row[name] for name in identity))
            if old is None:
                fresh.append(row)
            elif all(old[name] == value for name, value in row.items()):
                seen.append(old["pk"])
            else:
                self.connection.execute(
                    update(table)
                    .where(table.c.pk == old["pk"])
                    .values(**row, **self.stamp_over(old))
                )
        if fresh:
            keys = self.transaction.keys(table.name, len(fresh))
            self.connection.execute(
                insert(table),
                [{"pk": pk, **row, **self._stamp} for pk, row in zip(keys, fresh, strict=True)],
            )
        self.touch(table, seen)

    # Look-ups -----------------------------------------------------------------------------

    def ensure(self, table: Table, ids: Iterable[str]) -> None:
        """Create the people or spaces that posts name and nobody described."""
        wanted = dict.fromkeys(ids)
        known = self.keys(table, wanted)
        rows = []
        for id_ in wanted:
            if id_ in known:
                continue
            if table is people:
                rows.append(person_row(Person(id=id_, implicit=True)))
            else:
                rows.append(space_row(Space(id=id_)))
        if rows:
            keys = self.transaction.keys(table.name, len(rows))
            self.connection.execute(
                insert(table),
                [{"pk": pk, **row, **self._stamp} for pk, row in zip(keys, rows, strict=True)],
            )
        # A snapshot that only names somebody no longer holds what it once said of them. What it
        # said of a space stays, lest a members' space fall open.
        self.touch(table, known.values(), people.c.implicit if table is people else None)

    def keys(self, table: Table, ids: Iterable[str]) -> dict[str, int]:
        """The primary keys of those ids that are there."""
        found: dict[str, int] = {}
        for chunk in chunks(list(dict.fromkeys(ids))):
            statement = select(table.c.id, table.c.pk).where(table.c.id.in_(chunk))
            found.update((id_, pk) for id_, pk in self.connection.execute(statement))
        return found

    def rows(self, table: Table, ids: Iterable[str]) -> dict[str, Row]:
        """The rows of those ids that are there."""
        found: dict[str, Row] = {}
        for chunk in chunks(list(dict.fromkeys(ids))):
            statement = select(table).where(table.c.id.in_(chunk))
            for row in self.connection.execute(statement):
                found[row.id] = dict(row._mapping)
        return found

    def buried(self, kind: str, ids: Iterable[str], own: bool = False) -> set[str]:
        """Which ids were deleted for good. A PUT opens the grave of its `own` record alone."""
        found: set[str] = set()
        for chunk in chunks(list(dict.fromkeys(ids))):
            grave = (tombstones.c.kind == kind, tombstones.c.id.in_(chunk))
            if own and self.provenance.revive:
                self.connection.execute(delete(tombstones).where(*grave))
            found.update(self.connection.scalars(select(tombstones.c.id).where(*grave)))
        return found
