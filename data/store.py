"""The store: everything that the program knows, behind one face; all SQL stays on this floor.

Every write is one transaction and one step of the change sequence (`seq`); when a call returns,
it is durable. Reading calls may run in any thread.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from secrets import randbits

from sqlalchemy import bindparam, delete, func, insert, select

from .choices import Choosing
from .claims import Claiming
from .database import Database
from .deleting import Eraser
from .errors import InvalidRecord
from .history import Marked
from .impressions import Impressing
from .models import Person, Post, Record, Space
from .provenance import Completion, Deletion, Provenance, Verdict, Withdrawal
from .reading import Reading
from .roots import chunks, roots_before
from .rows import person_from, post_from, space_from, to_us
from .runs import ImportRuns
from .tables import (
    counters,
    interactions,
    learned,
    links,
    people,
    posts,
    spaces,
)
from .transaction import Transaction
from .vectors import VectorKeeping
from .withdrawing import withdraw
from .wording import Wording
from .writing import Writer

__all__ = ["Deletion", "Store", "Withdrawal"]

API = "api"


_POSTS = (
    select(posts, people.c.id.label("author_id"), spaces.c.id.label("space_id"))
    .outerjoin(people, people.c.pk == posts.c.author)
    .outerjoin(spaces, spaces.c.pk == posts.c.space)
)
_POSTS_BY_KEY = _POSTS.where(posts.c.pk.in_(bindparam("keys", expanding=True)))


class Store(Reading, Wording, Claiming, VectorKeeping, Choosing, Impressing, ImportRuns, Marked):
    """One community's database. See `data.database.Database` for what opening raises."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open the database at `url`, bringing it to the newest migration first."""
        return cls(Database(url))

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()

    def seq(self) -> int:
        """The number of the newest transaction; 0 before the first."""
        with self.database.glancing() as connection:
            row = counters.c.name == "seq"
            return connection.scalar(select(counters.c.value).where(row)) or 0

    def uid(self) -> str:
        """A number that tells this database from every other, drawn when first asked for."""
        row = counters.c.name == "uid"
        with self.database.reading() as connection:
            value = connection.scalar(select(counters.c.value).where(row))
        if value is None:
            with self.database.writing_connection() as connection:
                value = connection.scalar(select(counters.c.value).where(row))
                if value is None:
                    value = randbits(62)
                    connection.execute(insert(counters).values(name="uid", value=value))
        return f"{value:x}"

    # Writing ------------------------------------------------------------------------------

    def apply(
        self,
        records: Sequence[Record | Deletion | Withdrawal],
        *,
        revive: bool = False,
        received: datetime | None = None,
    ) -> list[Verdict]:
        """Write `records` in order, in one transaction; None for each that went in, or why not.

        `revive` opens graves (PUT). `received`: when the caller took them in, the time of an
        undated edit; now, if not given.
        """
        provenance = self.provenance(API, 0, received=received, revive=revive)
        return self.write(records, provenance)

    def provenance(
        self,
        origin: str,
        run: int,
        *,
        received: datetime | None = None,
        revive: bool = False,
    ) -> Provenance:
        """What a batch, or all batches of one import, bear as their source."""
        moment = to_us(received or datetime.now(UTC))
        return Provenance(origin, run, moment, Counter(), revive)

    def write(
        self,
        records: Sequence[Record | Completion | Deletion | Withdrawal],
        provenance: Provenance,
    ) -> list[Verdict]:
        """As `apply`, with a stated provenance."""
        if not records:
            return []
        with self.database.writing() as transaction:
            return _write(transaction, records, provenance)

    def put(self, record: Record) -> bool:
        """Write `record`, reviving a deleted one; False where one of its id was known.

        Both in one transaction: of two who put the same new record at once, one made it.

        Raises
        ------
        InvalidRecord : it was refused.
        """
        provenance = self.provenance(API, 0, revive=True)
        with self.database.writing() as transaction:
            new = not _knows(transaction, record)
            verdict = _write(transaction, [record], provenance)[0]
            if verdict is not None:
                # Within the transaction: what is refused opens no grave.
                field, _, reason = verdict.partition(": ")
                raise InvalidRecord(field, reason)
        return new

    def put_person(self, person: Person) -> bool:
        """Create or replace a person, reviving a deleted one; True if new."""
        return self.put(replace(person, implicit=False))

    def put_post(self, post: Post) -> bool:
        """Create or replace a post, reviving a deleted one; True if new.

        Raises
        ------
        InvalidRecord : its author was deleted.
        """
        return self.put(post)

    def put_space(self, space: Space) -> bool:
        """Create or replace a space; True if new."""
        return self.put(space)

    def delete_person(self, person_id: str) -> None:
        """Delete a person with all their texts, for good; nothing happens if there is none."""
        self.apply([Deletion("person", person_id)])

    def delete_post(self, post_id: str) -> None:
        """Delete a post, a root with its thread, for good; nothing happens if there is none."""
        self.apply([Deletion("post", post_id)])

    def withdraw(self, person_id: str, post_id: str, kind: str) -> None:
        """Take back all that a person did of one kind with a post, for good, if anything."""
        self.apply([Withdrawal(person_id, post_id, kind)])

    # Single records -----------------------------------------------------------------------

    def get_person(self, person_id: str) -> Person | None:
        """The person as stored."""
        with self.database.reading() as connection:
            row = connection.execute(select(people).where(people.c.id == person_id)).first()
        return None if row is None else person_from(row._asdict())

    def get_space(self, space_id: str) -> Space | None:
        """The space as stored."""
        with self.database.reading() as connection:
            row = connection.execute(select(spaces).where(spaces.c.id == space_id)).first()
        return None if row is None else space_from(row._asdict())

    def get_post(self, post_id: str) -> Post | None:
        """The post as stored; its author reads "deleted" where the author is gone."""
        with self.database.reading() as connection:
            row = connection.execute(_POSTS.where(posts.c.id == post_id)).first()
        return None if row is None else post_from(row._asdict())

    def posts(self, keys: Iterable[int]) -> dict[int, Post]:
        """Posts by primary key; those that are not there are left out."""
        found: dict[int, Post] = {}
        with self.database.reading() as connection:
            for chunk in chunks(list(dict.fromkeys(keys))):
                for row in connection.execute(_POSTS_BY_KEY, {"keys": chunk}):
                    found[row.pk] = post_from(row._asdict())
        return found

    def roots_before(self, roots: Iterable[int], moment: int) -> dict[int, int]:
        """Where the posts of the threads `roots` hung then; see `data.roots.roots_before`."""
        with self.database.reading() as connection:
            return roots_before(connection, roots, moment)

    def post_key(self, post_id: str) -> int | None:
        """The primary key of a post."""
        with self.database.reading() as connection:
            return connection.scalar(select(posts.c.pk).where(posts.c.id == post_id))

    def counts(self) -> dict[str, int]:
        """How many people, posts, roots, interactions, links and spaces there are."""
        with self.database.reading() as connection:
            counted = {
                # A plain string, which SQLAlchemy's name of a table is not.
                str(table.name): connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (people, posts, interactions, links, spaces)
            }
            roots = select(func.count()).select_from(posts).where(posts.c.root == posts.c.pk)
            counted["roots"] = connection.scalar(roots) or 0
        return counted

    # What was learned ---------------------------------------------------------------------

    def keep_learned(self, values: Mapping[str, bytes]) -> None:
        """Replace what `learn` fitted, all of it at once."""
        with self.database.writing() as transaction:
            transaction.connection.execute(delete(learned))
            for name, value in values.items():
                transaction.connection.execute(
                    insert(learned).values(name=name, value=value, seq=transaction.seq)
                )

    def learned(self) -> dict[str, bytes]:
        """What `learn` fitted, by name; empty before the first time."""
        with self.database.reading() as connection:
            rows = connection.execute(select(learned.c.name, learned.c.value))
            return {row.name: row.value for row in rows}


def _knows(transaction: Transaction, record: Record) -> bool:
    """Whether there is a record of its id; interactions and links have none."""
    if isinstance(record, Person):
        wanted = select(people.c.pk).where(people.c.id == record.id)
    elif isinstance(record, Post):
        wanted = select(posts.c.pk).where(posts.c.id == record.id)
    elif isinstance(record, Space):
        wanted = select(spaces.c.pk).where(spaces.c.id == record.id)
    else:
        return False
    return transaction.connection.scalar(wanted) is not None


def _write(
    transaction: Transaction,
    records: Sequence[Record | Completion | Deletion | Withdrawal],
    provenance: Provenance,
) -> list[Verdict]:
    """Write `records` in order; None for each that went in, or why not."""
    verdicts: list[Verdict] = []
    for wishes, group in groupby(records, key=lambda r: isinstance(r, Deletion | Withdrawal)):
        if not wishes:
            batch = [r for r in group if not isinstance(r, Deletion | Withdrawal)]
            verdicts += Writer(transaction, provenance).write(batch)
            continue
        eraser = Eraser(transaction, bury=True)
        for wish in group:
            if isinstance(wish, Withdrawal):
                withdraw(transaction, wish, provenance.received)
            elif isinstance(wish, Deletion):
                _erase(eraser, wish)
            verdicts.append(None)
        eraser.finish()
    return verdicts


def _erase(eraser: Eraser, wish: Deletion) -> None:
    if wish.kind == "person":
        eraser.delete_person(wish.id)
    else:
        eraser.delete_post(wish.id)
