"""Vectors beside the texts, kept by (encoder's fingerprint, sha256 of the text)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .database import Database
from .tables import posts, vectors, versions
from .threads import chunks


@dataclass(frozen=True, slots=True)
class Pending:
    """A text that is not embedded yet: its version's key, and whether its post is a root."""

    version: int
    is_root: bool


@dataclass(frozen=True, slots=True)
class Embedded:
    """What became of a pending text: its digest, and the encoders used, commas between."""

    version: int
    digest: bytes
    lanes: str


class VectorKeeping:
    """The part of the store that keeps vectors."""

    database: Database

    def pending(self, scheme: str, limit: int) -> list[Pending]:
        """The first `limit` texts, by key, that were not embedded by `scheme`."""
        statement = (
            select(versions.c.pk, posts.c.root == posts.c.pk)
            .join(posts, posts.c.pk == versions.c.post)
            .where(or_(versions.c.scheme.is_(None), versions.c.scheme != scheme))
            .order_by(versions.c.pk)
            .limit(limit)
        )
        with self.database.reading() as connection:
            return [Pending(pk, bool(root)) for pk, root in connection.execute(statement)]

    def count_pending(self, scheme: str) -> int:
        """How many texts `pending` would give without a limit."""
        stale = or_(versions.c.scheme.is_(None), versions.c.scheme != scheme)
        with self.database.reading() as connection:
            statement = select(func.count()).select_from(versions).where(stale)
            return connection.scalar(statement) or 0

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
                found.update((digest, vector) for digest, vector in rows)
        return found

    def keep_vectors(
        self,
        scheme: str,
        new: Mapping[str, Mapping[bytes, bytes]],
        embedded: Sequence[Embedded],
    ) -> None:
        """Keep vectors by encoder and digest, and mark texts as embedded, in one transaction.

        A text that was deleted or replaced meanwhile is passed over; so is its vector.
        """
        with self.database.writing() as transaction:
            connection = transaction.connection
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            rows = [
                {"encoder": encoder, "digest": digest, "vector": vector}
                for encoder, by_digest in new.items()
                for digest, vector in by_digest.items()
            ]
            there: set[int] = set()
            for chunk in chunks([item.version for item in embedded]):
                statement = select(versions.c.pk).where(versions.c.pk.in_(chunk))
                there.update(connection.scalars(statement))
            lost = {e.digest for e in embedded if e.version not in there}
            lost -= {e.digest for e in embedded if e.version in there}
            rows = [row for row in rows if row["digest"] not in lost]
            if rows:
                connection.execute(dialect.insert(vectors).on_conflict_do_nothing(), rows)
            marks = [
                {"key": e.version, "new_digest": e.digest, "new_lanes": e.lanes}
                for e in embedded
                if e.version in there
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
