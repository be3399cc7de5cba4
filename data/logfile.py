"""SQLite's log beside the file: what was deleted is taken out of it as well.

A page that is written goes to the log and stays there until the log begins anew, which may take
days where little is written. Deleting zeroes what a page of the file held, not what the log did.
"""

import sqlite3
from contextlib import closing, suppress

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

WAIT_MS = 250
"""How long it is waited for answers that still read in the log; what lasts longer is left to the
next time."""


class Log:
    """The log of one file. Safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._due = False

    def erased(self) -> None:
        """Something was deleted, and stands in the log."""
        self._due = True
        self.empty()

    def empty(self) -> None:
        """Cut the log off if something deleted stands in it, and nobody reads there."""
        if not self._due:
            return
        # Before it is done: what is deleted meanwhile is due again.
        self._due = False
        done = False
        with (
            suppress(sqlite3.Error, SQLAlchemyError),
            closing(self._engine.raw_connection()) as lent,
        ):
            cursor = lent.cursor()
            (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute(f"PRAGMA busy_timeout={WAIT_MS}")
            try:
                busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                done = not busy
            finally:
                cursor.execute(f"PRAGMA busy_timeout={patience}")
        self._due |= not done
