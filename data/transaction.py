"""A transaction that writes: it has a number, and hands out keys."""

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from .history import leave_mark
from .roots import chunks
from .tables import counters, removals


class Transaction:
    """A writer's connection, its `seq`, and the keys that it hands out; whether it `erases`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.erases = False
        self.seq = take(connection, "seq", 1)
        leave_mark(connection, self.seq)

    def keys(self, table: str, count: int) -> range:
        """`count` new primary keys for `table`, never handed out before."""
        last = take(self.connection, table, count)
        return range(last - count + 1, last + 1)

    def remove(self, kind: str, table: Table, condition: ColumnElement[bool]) -> None:
        """Delete rows and write down their keys for whoever follows."""
        keys = list(self.connection.scalars(select(table.c.pk).where(condition)))
        for chunk in chunks(keys):
            self.connection.execute(
                insert(removals),
                [{"seq": self.seq, "kind": kind, "pk": pk} for pk in chunk],
            )
            self.connection.execute(delete(table).where(table.c.pk.in_(chunk)))


def take(connection: Connection, name: str, count: int) -> int:
    """Raise the counter `name` by `count`; its new value."""
    row = counters.c.name == name
    taken = update(counters).where(row).values(value=counters.c.value + count)
    value: int | None = connection.scalar(taken.returning(counters.c.value))
    if value is None:
        connection.execute(insert(counters).values(name=name, value=count))
        return count
    return int(value)
