"""PostgreSQL, where it differs from a file: connecting, the write lock, and what its errors say.

In: the URL of a server, errors of its driver. Out: an engine, and sentences for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from .errors import StoreError

DRIVER = "postgresql+psycopg"

WRITE_LOCK = 0x77686F6B6E6F7773
"""The advisory lock that a writing transaction holds from its start to its commit."""

CONNECT_SECONDS = 5
"""How long a connection may take; longer means that nobody is there."""

RECYCLE_SECONDS = 30
"""How old a connection grows: who prefers a standby finds its way back to one when there is one."""

# A machine that vanished closes no connection: after some 25 s without a sign it counts as gone.
_WATCHED: Mapping[str, int] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}

UNICODE = ("UTF8", "SQL_ASCII")
"""Encodings of a database that hold every text; the second keeps whatever bytes it is given."""

NO_CONNECTION_LEFT = "53300"

# SQLSTATE: what it means for whoever waits. Errors in connecting have none.
_MEANINGS: Mapping[str, str] = {
    "40001": "the standby gave up this reading to follow its primary; ask again",
    "40P01": "the standby gave up this reading to follow its primary; ask again",
    "25P03": "the database server ended a transaction that had to wait; raise its"
    " idle_in_transaction_session_timeout",
    "25006": "the database is a standby, which takes no writes; write through the primary",
    "42501": "the user of WHOKNOWS_DATABASE_URL may not do this; grant it the rights",
    "53100": "the disk of the database server is full; make room",
    NO_CONNECTION_LEFT: "the database server has no connection left; raise its max_connections",
    "55P03": "the database is held by another process; try again in a moment",
    "57014": "the database server cut off what took too long; raise its statement_timeout",
}

# What servers that speak English say who refuse a connection for want of another.
_CROWDED = ("too many clients", "too many connections", "connection slots are reserved")


@dataclass(frozen=True, slots=True)
class Standby:
    """How a standby follows its primary.

    `streaming`: whether it is connected. `behind_s`: the age of the newest write that it shows,
    in seconds, where it has received more than that or is not connected: so old it may be at the
    most. 0 where it is connected and shows all that it received.
    """

    streaming: bool
    behind_s: float


_STANDBY = text(
    "SELECT streaming,"
    " CASE WHEN streaming AND pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN 0"
    " ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END"
    " FROM (SELECT EXISTS (SELECT 1 FROM pg_stat_wal_receiver) AS streaming) AS receiver"
    " WHERE pg_is_in_recovery()"
)


def standby_of(connection: Connection) -> Standby | None:
    """What the server says of itself as a standby; None of a primary."""
    found = connection.execute(_STANDBY).first()
    return None if found is None else Standby(bool(found[0]), round(float(found[1] or 0.0), 3))


def is_server(url: URL) -> bool:
    """Whether `url` names a PostgreSQL server."""
    return url.drivername.split("+")[0] in ("postgresql", "postgres")


def open_server(url: URL, write_wait_ms: int, *, glances: bool = False) -> Engine:
    """An engine on a PostgreSQL server; nothing is connected yet.

    `write_wait_ms`: how long a writer waits for another's transaction. `glances`: each statement
    is a transaction of its own, which spares the two journeys that begin and end one.

    Raises
    ------
    ImportError : the driver is not installed.
    """
    watched = {key: value for key, value in _WATCHED.items() if key not in url.query}
    # Not what PGCLIENTENCODING or the database's own encoding says: texts are of all languages.
    spoken = {"client_encoding": "UTF8"}
    engine = create_engine(
        url.set(drivername=DRIVER),
        # A server that was restarted is not noticed by the connections that were open.
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        isolation_level="AUTOCOMMIT" if glances else "READ COMMITTED",
        pool_size=1 if glances else 5,
        connect_args=watched | spoken,
    )
    event.listen(engine, "connect", _refuse_encoding)
    if glances:
        return engine
    event.listen(engine, "begin", _locking(write_wait_ms))
    return engine


def _refuse_encoding(connection: Any, _record: ConnectionPoolEntry) -> None:
    """Refuse a database that lacks most letters; as some are made where no locale is set."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in UNICODE:
        connection.close()
        raise StoreError(
            f"the database is encoded in {encoding}, which lacks most letters; make one with"
            " ENCODING 'UTF8'"
        )


def _locking(write_wait_ms: int) -> Any:
    """What begins a transaction: a writer takes the write lock before it reads anything.

    Numbers of the change sequence are taken under it, and it is let go of after the commit is
    visible, so whoever sees number n sees all that came before: no smaller one commits later.
    """
    take = f"SET LOCAL lock_timeout = {write_wait_ms}; SELECT pg_advisory_xact_lock({WRITE_LOCK})"

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("immediate", False):
            connection.exec_driver_sql(take)

    return begin


def _first_reason(said: str) -> str:
    """What the driver says in its first line, in brackets, less what repeats the address.

    Behind it stand half sentences, indented, of what one might look at.
    """
    first = next((line.strip() for line in said.splitlines() if line.strip()), "")
    reason = first.rpartition(": ")[2].strip().rstrip(".")
    return f" ({reason})" if reason else ""


def sentence_of(error: DBAPIError, url: URL) -> StoreError | None:
    """What an error of the server says to a person; None where it is a fault of this program."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None and any(sign in str(error.orig) for sign in _CROWDED):
        state = NO_CONNECTION_LEFT
    if state is not None and state in _MEANINGS:
        return StoreError(_MEANINGS[state])
    # 08: the connection broke; 57P: the server shuts down, starts, or ended this connection.
    silent = state is None and isinstance(error, OperationalError | InterfaceError)
    if silent or error.connection_invalidated or str(state).startswith(("08", "57P")):
        said = _first_reason(str(error.orig))
        where = url.render_as_string(hide_password=True)
        return StoreError(
            f"{where}: the database server does not answer{said};"
            " start it, or mend WHOKNOWS_DATABASE_URL"
        )
    return None
