"""The databases that store tests run on: SQLite's file, and a PostgreSQL server made here."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import delete, inspect, text

from data.store import Store
from data.tables import metadata
from evaluation.benchmarks.pgserver import FOR_TESTS, Server

TEMPLATE = "migrated"
MOST_KEPT = 12
"""Databases that one test needs at a time, at the most; older ones are used again."""


def url_of(store: Store) -> str:
    """By what another process opens the database of `store`."""
    return store.database.url.render_as_string(hide_password=False)


@dataclass
class Postgres:
    """A running server, and empty migrated databases on it."""

    server: Server
    _stores: deque[Store] = field(default_factory=deque)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        Store.open(self.server.url(TEMPLATE)).close()

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement outside of any transaction."""
        self.server.sql(statement, database)

    def new_url(self, template: str = TEMPLATE) -> str:
        """The URL of a new database, empty and migrated."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.server.url(name)

    def new_store(self) -> Store:
        """A store on an empty database: a new one, or that of the store made long before."""
        if len(self._stores) < MOST_KEPT:
            store = Store.open(self.new_url())
        else:
            store = Store(self._stores.popleft().database)
            with store.database.writing_connection() as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(delete(table))
                for name in inspect(connection).get_table_names():
                    if name.startswith("index_"):
                        connection.execute(text(f"DROP TABLE {name}"))
        self._stores.append(store)
        # Of those that are kept, few hold connections.
        for old in list(self._stores)[:-3]:
            old.close()
        return store


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server for the time of the tests. NoServer where it cannot run."""
    server = Server(FOR_TESTS)
    try:
        server.create()
        server.start()
        yield Postgres(server)
    finally:
        server.dispose()
