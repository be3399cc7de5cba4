"""Whether what was read belongs to the history of the database: each transaction leaves a mark.

A primary that is lost may take acknowledged writes along, where commits do not wait for its
standby; a backup that is put back does so always. The numbers of the lost transactions are then
given to others. Whoever holds what a number stood for can tell by its mark, drawn at random.
"""

from secrets import randbits
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from .tables import counters

if TYPE_CHECKING:
    from .database import Database

IMPRESSIONS = "impressions"
"""The counter of what feeds have shown (`data.impressions`), which is no part of the sequence."""

MARKS = 4096
"""Marks that are kept, of the newest transactions; who is further behind reads all anew."""


_STATE = select(counters.c.name, counters.c.value).where(
    or_(counters.c.name.in_(("seq", IMPRESSIONS)), counters.c.name == bindparam("mark"))
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


class State(NamedTuple):
    """How far a database has come: the number of the newest transaction; the mark of another, None
    before the first and of one from before marks were left; the number of the newest impressions.
    """

    seq: int
    mark: int | None
    impressions: int


class Marked:
    """The part of the store that tells one history from another."""

    database: "Database"
    _last_state: tuple[int, int, State] | None = None

    def state(self, seen: int) -> State:
        """How far it has come now, with the mark of the transaction `seen`."""
        # Asked before the state is read: what is committed in between is noticed the next time.
        version, last = self.database.unwritten(), self._last_state
        if version is not None and last is not None and last[:2] == (version, seen):
            return last[2]
        with self.database.glancing() as connection:
            rows = connection.execute(_STATE, {"mark": _name(seen)})
            found = dict(tuple(row) for row in rows)
        mark = found.get(_name(seen)) if seen else None
        state = State(found.get("seq", 0), mark, found.get(IMPRESSIONS, 0))
        if version is not None:
            self._last_state = version, seen, state
        return state
