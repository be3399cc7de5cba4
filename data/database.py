"""One database: how it is opened, migrated, and how a transaction gets its number.

In: a URL. Out: connections to read with, and `writing()`, the one owner of a transaction.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import local
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.pool import ConnectionPoolEntry

from .atwork import Precedence
from .errors import StoreError
from .logfile import Log
from .server import Standby, is_server, open_server, sentence_of, standby_of
from .transaction import Transaction
from .watch import Watch

HEAD = "0009"
"""The newest migration; a database that stands there needs no look at the scripts."""

EXAMPLES = "write for example sqlite:///whoknows.db or postgresql://user@host/name"

BUSY_TIMEOUT_MS = 60_000
"""How long a writer waits for another process's transaction before it gives up."""

LOG_BYTES = 4_194_304
"""What SQLite's log is cut to when it begins anew: after an import it would keep its length, and
what stood there. To this length it grows between two checkpoints, so single writes do not pay."""


class Database:
    """An open, migrated database.

    Raises
    ------
    StoreError : the URL is malformed, the database cannot be reached, is not ours, or is of a
        later version of the program.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            known = self.is_sqlite or is_server(self.url)
        except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
            raise StoreError(f"WHOKNOWS_DATABASE_URL is not a database URL; {EXAMPLES}") from error
        if not known:
            raise StoreError(
                f"WHOKNOWS_DATABASE_URL: {self.url.drivername} is neither SQLite nor PostgreSQL;"
                f" {EXAMPLES}"
            )
        self.path: Path | None = None
        self._held = local()
        if self.is_sqlite:
            self.engine = self._glances = self._open_file()
            self._read_options: dict[str, Any] = {}
        else:
            try:
                self.engine = open_server(self.url, BUSY_TIMEOUT_MS)
                self._glances = open_server(self.url, BUSY_TIMEOUT_MS, glances=True)
            except ImportError as error:
                raise StoreError(
                    f"PostgreSQL needs its driver ({error}); pip install 'psycopg[binary]'"
                ) from error
            # One state for all statements, as a transaction on SQLite has.
            self._read_options = {"isolation_level": "REPEATABLE READ"}
        self._watch = Watch(self.engine) if self.path is not None else None
        self._log = Log(self.engine) if self.path is not None else None
        self.precedence = Precedence(self.path)
        self._migrate(self.url.render_as_string(hide_password=True))

    def _open_file(self) -> Engine:
        if self.url.database and self.url.database != ":memory:":
            self.path = Path(self.url.database).absolute()
            if not self.path.parent.is_dir():
                raise StoreError(
                    f"{self.path.parent}: no such folder for the database; create it, or set"
                    " WHOKNOWS_DATABASE_URL"
                )
        # Each connection keeps pages of its own: the same few are to be used again and again.
        lifo = {"pool_use_lifo": True} if self.path is not None else {}
        engine = create_engine(self.url, json_deserializer=_from_json, **lifo)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _migrate(self, shown: str) -> None:
        try:
            with self.engine.connect() as connection:
                if inspect(connection).has_table("alembic_version"):
                    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
                    if version == HEAD:
                        return
            self._upgrade()
        except DBAPIError as error:
            if not self.is_sqlite and (told := sentence_of(error, self.url)) is not None:
                raise told from error
            said = " ".join(str(error.orig).split())
            raise StoreError(f"{shown}: cannot be used as a database ({said})") from error
        except SQLAlchemyError as error:
            raise StoreError(f"{shown}: cannot be used as a database ({error})") from error

    def _upgrade(self) -> None:
        # Alembic takes a while to import, and most starts find the database at its head.
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.writing_connection() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise StoreError(
                    f"the database was written by a later version of whoknows ({error});"
                    " upgrade the program"
                ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose statements see one state of the database.

        Raises
        ------
        StoreError : the server does not answer.
        """
        held: Connection | None = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with self._telling(), self.engine.connect() as connection:
            yield connection.execution_options(**self._read_options)

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Within it, all that this thread reads is of one state, by one server.

        Where a URL names several, the next connection may lead to one that is behind.
        """
        with self.reading() as connection:
            self._held.connection = connection
            try:
                yield
            finally:
                del self._held.connection

    @contextmanager
    def writing_connection(self) -> Iterator[Connection]:
        """A transaction that holds the one write lock of the database from its start.

        Two writers that both read first would otherwise fail each other at commit, and on
        PostgreSQL a later number of the change sequence could be seen before an earlier one.

        Raises
        ------
        StoreError : the lock cannot be had, or the database does not take or answer it.
        """
        with (
            self._telling(),
            self.precedence.turn(),
            self.engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def unhurried(self) -> Iterator[Connection]:
        """A connection of which each statement sees what is committed by then; for claims."""
        with self._telling(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """A connection for statements that need no other beside them: of each its own moment.

        Every request looks at the store's number first; on a server, half the journeys of
        `reading` are enough for that.
        """
        held: Connection | None = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with self._telling(), self._glances.connect() as connection:
            yield connection

    def unwritten(self) -> int | None:
        """A number that is another after every commit, of whatever process; None: nobody can tell.

        Only an SQLite file can, and not within `one_moment`, which may be of before a commit.
        """
        if self._watch is None or getattr(self._held, "connection", None) is not None:
            return None
        return self._watch.version()

    def standby(self) -> Standby | None:
        """How a standby follows its primary; None of whatever takes writes itself."""
        if self.is_sqlite:
            return None
        with self.glancing() as connection:
            return standby_of(connection)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors that a person can mend, as sentences."""
        try:
            yield
        except NoConnectionLeft as error:
            raise StoreError("too many requests wait for the database; try again") from error
        except DBAPIError as error:
            told = _sentence(error) if self.is_sqlite else sentence_of(error, self.url)
            if told is None:
                raise
            raise told from error

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction with its number. It commits at the end, or leaves nothing."""
        with self.writing_connection() as connection:
            transaction = Transaction(connection)
            yield transaction
        if transaction.erases and self._log is not None:
            self._log.erased()
        noted: list[int] | None = getattr(self._held, "noted", None)
        if noted is not None:
            noted.append(transaction.seq)

    @contextmanager
    def noting(self) -> Iterator[list[int]]:
        """The numbers of the transactions that this thread commits meanwhile, in their order."""
        self._held.noted = []
        try:
            yield self._held.noted
        finally:
            self._held.noted = None

    def empty_log(self) -> None:
        """Take what was deleted out of the log as well, if others' reading kept it there."""
        if self._log is not None:
            self._log.empty()

    def close(self) -> None:
        """Let go of every connection."""
        if self._watch is not None:
            self._watch.close()
        self.empty_log()
        self.engine.dispose()
        self._glances.dispose()


def _from_json(told: str) -> Any:
    """What a JSON column holds: most hold nothing, and parsers take as long over that."""
    return [] if told == "[]" else json.loads(told)


def _sentence(error: DBAPIError) -> StoreError | None:
    """What an error of SQLite's says to a person; None where it is a fault of this program."""
    said = str(error.orig)
    if error.connection_invalidated or "locked" in said:
        return StoreError("the database is held by another process; try again in a moment")
    if "readonly" in said or "full" in said:
        return StoreError(f"the database cannot be written ({said})")
    return None


def _configure_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # The driver's own implicit BEGIN comes too late; `_begin_sqlite` issues ours.
    connection.isolation_level = None
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: an acknowledged write survives a power cut too, not the process's end alone.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
