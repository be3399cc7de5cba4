"""Vectors beside the texts, kept by (encoder's fingerprint, sha256 of the text)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from .database import Database
from .roots import chunks
from .rows import person_from
from .tables import people, vectors, versions
from .text import digest, profile_text


@dataclass(frozen=True, slots=True)
class Embedded:
    """What became of a pending text: its digest, and the encoders used, commas between."""

    version: int
    digest: bytes
    lanes: str


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


def insert_new(connection: Connection, encoder: str, new: Mapping[bytes, bytes]) -> None:
    """Keep vectors by digest, but for those that are kept."""
    rows = [{"encoder": encoder, "digest": key, "vector": new[key]} for key in sorted(new)]
    if rows:
        connection.execute(_insert(connection)(vectors).on_conflict_do_nothing(), rows)


def forget_profile(connection: Connection, row: Mapping[str, Any]) -> None:
    """Delete the vector of what a row of `people` says of its person.

    Somebody who says the same word for word is read again at the next start.
    """
    forget_vectors(connection, [digest(profile_text(person_from(row)))])


class VectorKeeping:
    """The part of the store that keeps vectors."""

    database: Database

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
            insert_new(connection, encoder, {key: new[key] for key in new.keys() & there})


def _present(connection: Connection, encoder: str, keys: Iterable[bytes]) -> set[bytes]:
    """Which digests have a vector by `encoder`."""
    found: set[bytes] = set()
    for chunk in chunks(list(dict.fromkeys(keys))):
        there = vectors.c.encoder == encoder, vectors.c.digest.in_(chunk)
        found.update(connection.scalars(select(vectors.c.digest).where(*there)))
    return found
