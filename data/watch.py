"""Whether anybody wrote to an SQLite file since one last looked, at a hundredth of a query's cost.

SQLite keeps a number for each connection that changes with every commit of another one, in whatever
process. The connection that is asked here writes nothing and does nothing else.
"""

import sqlite3
from threading import Lock

from sqlalchemy import Engine


class Watch:
    """One connection of its own, opened when first needed. Safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    def version(self) -> int | None:
        """A number that is another after every commit; None where the file cannot be asked."""
        with self._lock:
            if self._closed:
                # Another connection would count anew, and might come to a number of before.
                return None
            try:
                if self._connection is None:
                    self._connection = self._opened()
                row = self._connection.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:
                # Whoever then reads the file itself is told what is the matter.
                return None
        return int(row[0])

    def _opened(self) -> sqlite3.Connection:
        lent = self._engine.raw_connection()
        connection = lent.driver_connection
        lent.detach()
        assert isinstance(connection, sqlite3.Connection)
        return connection

    def close(self) -> None:
        """Let go of the connection, for good."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None
