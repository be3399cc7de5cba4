"""Whether what was read belongs to the history of the database: each transaction leaves a mark.

A primary that is lost may take acknowledged writes along, where commits do not wait for its
standby; a backup that is put back does so always. The numbers of the lost transactions are then
given to others. Whoever holds what a number stood for can tell by its mark, drawn at random.
"""

from secrets import randbits
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from .tables import counters

if TYPE_CHECKING:
    from .database import Database

MARKS = 4096
"""Marks that are kept, of the newest transactions; who is further behind reads all anew."""


_STATE = select(counters.c.name, counters.c.value).where(
    or_(counters.c.name == "seq", counters.c.name == bindparam("mark"))
)
"""Made once: each answer begins with it."""


def leave_mark(connection: Connection, seq: int) -> None:
    """Write the mark of the transaction `seq`."""
    name, value = _name(seq), (seq & 0x7FFFFFFF) << 32 | randbits(32)
    changed = connection.execute(
        update(counters).where(counters.c.name == name).values(value=value)
    )
    if changed.rowcount == 0:
        connection.execute(insert(counters).values(name=name, value=value))


def _name(seq: int) -> str:
    return f"mark{seq % MARKS}"


State = tuple[int, int | None]


class Marked:
    """The part of the store that tells one history from another."""

    database: "Database"
    _last_state: tuple[int, int, State] | None = None

    def state(self, seen: int) -> State:
        """The number of the newest transaction, and the mark of the transaction `seen`.

        None: before the first transaction, and of one from before marks were left.
        """
        # Asked before the state is read: what is committed in between is noticed the next time.
        version, last = self.database.unwritten(), self._last_state
        if version is not None and last is not None and last[:2] == (version, seen):
            return last[2]
        with self.database.glancing() as connection:
            rows = connection.execute(_STATE, {"mark": _name(seen)})
            found = dict(tuple(row) for row in rows)
        state = found.get("seq", 0), found.get(_name(seen)) if seen else None
        if version is not None:
            self._last_state = version, seen, state
        return state
