"""Texts that wait to be read by the encoders, and who reads which: the queue of `whoknows work`.

A text waits as long as its version does not bear the scheme of those who ask. So the queue is the
data itself: what is written waits from its commit on, what is deleted waits no more, and another
encoder makes everything wait again, without a job being entered anywhere.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select, text

from .database import Database
from .tables import posts, versions


@dataclass(frozen=True, slots=True)
class Pending:
    """A text that is not embedded yet: its version's key, and whether its post is a root.

    What hangs on a later post counts as one: until that came, it was.
    """

    version: int
    is_root: bool


Span = tuple[int, int]
"""Transactions: those after the first number, up to the second."""

CLAIM_LOCKS = 0x77686F6B
"""The class of advisory locks by which texts are claimed, one a text."""

MOST_CLAIMED = 256
"""Texts a claim: every lock has a place in the server's shared memory, some 6,000 by default."""

WORKER_KEY = 2_147_483_647
"""No text's key: the lock that every worker shares while it is there."""

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


def _written(scheme: str, span: Span) -> tuple[ColumnElement[bool], ...]:
    """Which of the texts written in `span` are stale.

    By the index on `seq`: a condition on the bare scheme would let its index be taken, and the
    whole table be read. What has been read since bears a later number.
    """
    c = versions.c
    return c.seq > span[0], c.seq <= span[1], func.coalesce(c.scheme, "") != scheme


def _pending(connection: Connection, scheme: str, limit: int, span: Span | None) -> list[Pending]:
    c = versions.c
    is_root = or_(posts.c.root == posts.c.pk, posts.c.attached.is_not(None))
    columns = select(c.pk, is_root).join(posts, posts.c.pk == c.post)
    if span is not None:
        written = columns.where(*_written(scheme, span)).order_by(c.seq, c.pk).limit(limit)
        return [Pending(pk, bool(root)) for pk, root in connection.execute(written)]
    for stale in _stale(scheme):
        rows = connection.execute(columns.where(stale).order_by(c.scheme, c.pk).limit(limit))
        found = [Pending(pk, bool(root)) for pk, root in rows]
        if found:
            return found
    return []


_COME = text(f"SELECT pg_advisory_lock_shared({CLAIM_LOCKS}, {WORKER_KEY})")
_LEAVE = text(f"SELECT pg_advisory_unlock_shared({CLAIM_LOCKS}, {WORKER_KEY})")
_WORKERS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    f" AND classid = {CLAIM_LOCKS} AND objid = {WORKER_KEY}"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Claiming:
    """The part of the store that hands out texts to read."""

    database: Database

    def pending(self, scheme: str, limit: int, span: Span | None = None) -> list[Pending]:
        """The first `limit` texts that were not embedded by `scheme`: first those by none, by key.

        `span`: only those that were written in it.
        """
        with self.database.reading() as connection:
            return _pending(connection, scheme, limit, span)

    def count_pending(self, scheme: str, span: Span | None = None) -> int:
        """How many texts `pending` would give without a limit."""
        wanted = (or_(*_stale(scheme)),) if span is None else _written(scheme, span)
        with self.database.glancing() as connection:
            statement = select(func.count()).select_from(versions).where(*wanted)
            return connection.scalar(statement) or 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Be one of `workers` until the end, however it comes: the connection holds a lock.

        On SQLite others leave texts that they did not write themselves to this process meanwhile.
        """
        if self.database.is_sqlite:
            with self.database.precedence.in_bulk():
                yield
            return
        with self.database.glancing() as connection:
            connection.execute(_COME)
            try:
                yield
            finally:
                # The connection goes back to the pool, and the lock would stay with it.
                connection.execute(_LEAVE)

    def answering(self) -> AbstractContextManager[None]:
        """Around an answer that somebody waits for: work in bulk on the same file gives way.

        On PostgreSQL nobody does: who works there may be on another machine.
        """
        return self.database.precedence.waited_for()

    def somebody_waits(self) -> bool:
        """Whether any process is `answering`; never on PostgreSQL."""
        return self.database.precedence.somebody_waits()

    def left_to_others(self) -> bool:
        """Whether another process reads in bulk, and this one should not begin the same.

        Never on PostgreSQL: there the work is shared text by text (`claimed`).
        """
        return self.database.is_sqlite and self.database.precedence.bulk_elsewhere()

    def workers(self) -> int:
        """How many processes are `at_work`; always 0 on SQLite, where none can be told."""
        if self.database.is_sqlite:
            return 0
        with self.database.glancing() as connection:
            return connection.scalar(_WORKERS) or 0

    @contextmanager
    def claimed(self, scheme: str, limit: int, span: Span | None = None) -> Iterator[list[Pending]]:
        """As `pending`, but of what no other process reads meanwhile: nothing is read twice.

        On PostgreSQL each text is held by an advisory lock on its key. The rows themselves stay
        free, so whoever edits or deletes a post never waits for an encoder; and the locks of a
        process that ends, however it ends, are free at once. SQLite has one server as a rule,
        and there two processes may do the same work.
        """
        if self.database.is_sqlite:
            yield self.pending(scheme, limit, span)
            return
        with self.database.unhurried() as connection:
            # More than are wanted, as others may hold the first ones.
            seen = _pending(connection, scheme, limit * CLAIMANTS, span)
            rows = connection.execute(
                _CLAIM, {"keys": [p.version for p in seen], "most": min(limit, MOST_CLAIMED)}
            )
            mine = [pk for (pk,) in rows]
            # Another process may have read them between the two statements.
            of = select(versions.c.pk, versions.c.scheme).where(versions.c.pk.in_(mine))
            left = {pk for pk, read_by in connection.execute(of) if read_by != scheme}
            yield [p for p in seen if p.version in left]

    def held_elsewhere(self, scheme: str, span: Span | None = None) -> bool:
        """Wait for one text that another process has claimed; False where none is pending."""
        if self.database.is_sqlite:
            return False
        with self.database.unhurried() as connection:
            first = _pending(connection, scheme, 1, span)
            for item in first:
                connection.execute(_AWAIT, {"key": item.version})
        return bool(first)
