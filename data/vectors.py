"""Vectors beside the texts, kept by (encoder's fingerprint, sha256 of the text)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from .database import Database
from .roots import chunks
from .rows import person_from
from .tables import people, posts, vectors, versions
from .text import digest, profile_text


@dataclass(frozen=True, slots=True)
class Pending:
    """A text that is not embedded yet: its version's key, and whether its post is a root.

    What hangs on a later post counts as one: until that came, it was.
    """

    version: int
    is_root: bool


@dataclass(frozen=True, slots=True)
class Embedded:
    """What became of a pending text: its digest, and the encoders used, commas between."""

    version: int
    digest: bytes
    lanes: str


CLAIM_LOCKS = 0x77686F6B
"""The class of advisory locks by which texts are claimed, one a text."""

MOST_CLAIMED = 256
"""Texts a claim: every lock has a place in the server's shared memory, some 6,000 by default."""

CLAIMANTS = 8
"""How many processes at once are sure to find something to claim."""

_CLAIM = text(
    "SELECT pk FROM unnest(CAST(:keys AS bigint[])) AS pk"
    f" WHERE pg_try_advisory_xact_lock({CLAIM_LOCKS}, CAST(pk % 2147483647 AS int)) LIMIT :most"
)
_AWAIT = text(
    f"SELECT pg_advisory_xact_lock({CLAIM_LOCKS}, CAST(CAST(:key AS bigint) % 2147483647 AS int))"
)


def _stale(scheme: str) -> tuple[ColumnElement[bool], ...]:
    """Of which texts `scheme` is not the scheme, in parts that the index on it answers at once.

    "Another or none" in one condition reads the whole table, however few there are.
    """
    c = versions.c.scheme
    return c.is_(None), c < scheme, c > scheme


def _pending(connection: Connection, scheme: str, limit: int, since: int) -> list[Pending]:
    c = versions.c
    is_root = or_(posts.c.root == posts.c.pk, posts.c.attached.is_not(None))
    columns = select(c.pk, is_root).join(posts, posts.c.pk == c.post)
    if since:
        # By the index on `seq`: a condition on the bare scheme would let its index be taken, and
        # the whole table be read. What has been read since bears a later number.
        unread = func.coalesce(c.scheme, "") != scheme
        newer = columns.where(c.seq > since, unread).order_by(c.seq, c.pk).limit(limit)
        return [Pending(pk, bool(root)) for pk, root in connection.execute(newer)]
    for stale in _stale(scheme):
        rows = connection.execute(columns.where(stale).order_by(c.scheme, c.pk).limit(limit))
        found = [Pending(pk, bool(root)) for pk, root in rows]
        if found:
            return found
    return []


def _insert(connection: Connection) -> Any:
    """The database's own INSERT, which can pass over what is there."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert


def forget_vectors(connection: Connection, digests: Iterable[bytes]) -> None:
    """Delete the vectors of texts that no post has or had any more."""
    for part in chunks(sorted(set(digests))):
        used = select(versions.c.digest).where(versions.c.digest.in_(part))
        kept = set(connection.scalars(used))
        lost = [key for key in part if key not in kept]
        connection.execute(delete(vectors).where(vectors.c.digest.in_(lost)))


def forget_profile(connection: Connection, row: Mapping[str, Any]) -> None:
    """Delete the vector of what a row of `people` says of its person.

    Somebody who says the same word for word is read again at the next start.
    """
    forget_vectors(connection, [digest(profile_text(person_from(row)))])


class VectorKeeping:
    """The part of the store that keeps vectors."""

    database: Database

    def pending(self, scheme: str, limit: int, since: int = 0) -> list[Pending]:
        """The first `limit` texts that were not embedded by `scheme`: first those by none, by key.

        `since`: only those that were written after that transaction.
        """
        with self.database.reading() as connection:
            return _pending(connection, scheme, limit, since)

    def count_pending(self, scheme: str) -> int:
        """How many texts `pending` would give without a limit."""
        with self.database.reading() as connection:
            statement = select(func.count()).select_from(versions).where(or_(*_stale(scheme)))
            return connection.scalar(statement) or 0

    @contextmanager
    def claimed(self, scheme: str, limit: int, since: int = 0) -> Iterator[list[Pending]]:
        """As `pending`, but of what no other process reads meanwhile: nothing is read twice.

        On PostgreSQL each text is held by an advisory lock on its key. The rows themselves stay
        free, so whoever edits or deletes a post never waits for an encoder; and the locks of a
        process that ends, however it ends, are free at once. SQLite has one server as a rule,
        and there two processes may do the same work.
        """
        if self.database.is_sqlite:
            yield self.pending(scheme, limit, since)
            return
        with self.database.unhurried() as connection:
            # More than are wanted, as others may hold the first ones.
            seen = _pending(connection, scheme, limit * CLAIMANTS, since)
            rows = connection.execute(
                _CLAIM, {"keys": [p.version for p in seen], "most": min(limit, MOST_CLAIMED)}
            )
            mine = [pk for (pk,) in rows]
            # Another process may have read them between the two statements.
            of = select(versions.c.pk, versions.c.scheme).where(versions.c.pk.in_(mine))
            left = {pk for pk, read_by in connection.execute(of) if read_by != scheme}
            yield [p for p in seen if p.version in left]

    def held_elsewhere(self, scheme: str, since: int = 0) -> bool:
        """Wait for one text that another process has claimed; False where none is pending."""
        if self.database.is_sqlite:
            return False
        with self.database.unhurried() as connection:
            first = _pending(connection, scheme, 1, since)
            for item in first:
                connection.execute(_AWAIT, {"key": item.version})
        return bool(first)

    def kept_vectors(self, encoder: str, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        """Those vectors of `digests` that are kept, in the encoding of whoever kept them."""
        found: dict[bytes, bytes] = {}
        with self.database.reading() as connection:
            for chunk in chunks(list(dict.fromkeys(digests))):
                rows = connection.execute(
                    select(vectors.c.digest, vectors.c.vector).where(
                        vectors.c.encoder == encoder, vectors.c.digest.in_(chunk)
                    )
                )
                found.update((key, vector) for key, vector in rows)
        return found

    def keep_vectors(
        self,
        scheme: str,
        encoders: Mapping[str, str],
        new: Mapping[str, Mapping[bytes, bytes]],
        embedded: Sequence[Embedded],
    ) -> None:
        """Keep vectors by encoder and digest, and mark texts as embedded, in one transaction.

        `encoders`: fingerprint by lane. A text that was deleted or replaced meanwhile is passed
        over; so is its vector. One whose vector was deleted meanwhile, with another post of the
        same words, stays pending.
        """
        with self.database.writing() as transaction:
            connection = transaction.connection
            rows = [
                {"encoder": encoder, "digest": key, "vector": vector}
                for encoder, by_digest in new.items()
                for key, vector in by_digest.items()
            ]
            there: set[int] = set()
            for chunk in chunks([item.version for item in embedded]):
                statement = select(versions.c.pk).where(versions.c.pk.in_(chunk))
                there.update(connection.scalars(statement))
            lost = {e.digest for e in embedded if e.version not in there}
            lost -= {e.digest for e in embedded if e.version in there}
            rows = [row for row in rows if row["digest"] not in lost]
            if rows:
                connection.execute(_insert(connection)(vectors).on_conflict_do_nothing(), rows)
            kept = {
                lane: _present(connection, encoder, (e.digest for e in embedded))
                for lane, encoder in encoders.items()
            }
            marks = [
                {"key": e.version, "new_digest": e.digest, "new_lanes": e.lanes}
                for e in embedded
                if e.version in there and all(e.digest in kept[lane] for lane in e.lanes.split(","))
            ]
            if marks:
                connection.execute(
                    update(versions)
                    .where(versions.c.pk == bindparam("key"))
                    .values(
                        digest=bindparam("new_digest"),
                        lanes=bindparam("new_lanes"),
                        scheme=scheme,
                        seq=transaction.seq,
                    ),
                    marks,
                )

    def keep_profiles(self, encoder: str, new: Mapping[bytes, bytes], keys: Sequence[int]) -> None:
        """Keep vectors by digest of what the people `keys` say of themselves.

        A profile that was deleted or replaced meanwhile is passed over.
        """
        with self.database.writing() as transaction:
            connection = transaction.connection
            there: set[bytes] = set()
            for chunk in chunks(list(keys)):
                for row in connection.execute(select(people).where(people.c.pk.in_(chunk))):
                    there.add(digest(profile_text(person_from(row._asdict()))))
            rows = [
                {"encoder": encoder, "digest": key, "vector": vector}
                for key, vector in new.items()
                if key in there
            ]
            if rows:
                connection.execute(_insert(connection)(vectors).on_conflict_do_nothing(), rows)


def _present(connection: Connection, encoder: str, keys: Iterable[bytes]) -> set[bytes]:
    """Which digests have a vector by `encoder`."""
    found: set[bytes] = set()
    for chunk in chunks(list(dict.fromkeys(keys))):
        there = vectors.c.encoder == encoder, vectors.c.digest.in_(chunk)
        found.update(connection.scalars(select(vectors.c.digest).where(*there)))
    return found
