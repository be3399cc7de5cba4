"""Which threads a feed has put before whom, as clients tell it: kept for days, and only to spread
ideas by.

Not an interaction: nobody did anything, nothing is learned from it, and no answer shows it. Nor a
step of the change sequence: feeds are opened all the time, and at a million posts each step costs
the next answer as much as itself.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select

from .database import Database
from .errors import UnknownPerson
from .history import IMPRESSIONS
from .roots import chunks
from .rows import DAY_US, to_us
from .tables import impressions, people, posts
from .transaction import take

KEPT_US = 3 * DAY_US
"""No idea spreads for longer than two days (`recommender.spreading`); what is older goes with the
next that comes."""

Ints = npt.NDArray[np.int64]

_NEWER = (
    select(impressions.c.post, impressions.c.person, impressions.c.at)
    .where(impressions.c.number > bindparam("since"))
    .order_by(impressions.c.number, impressions.c.post)
)


def forget_impressions(connection: Connection, which: ColumnElement[bool]) -> None:
    """Delete them. Who follows the change sequence drops those of a person or a post that goes."""
    connection.execute(delete(impressions).where(which))


class Impressing:
    """The part of the store that keeps what feeds have shown."""

    database: Database

    def note_impressions(self, person_id: str, post_ids: Sequence[str], at: datetime) -> int:
        """Keep that threads were before a person's eyes at `at`; answer how many are new.

        A reply stands for its thread; what there is no post for is passed over, as it may have
        been deleted since. Only the first time counts.

        Raises
        ------
        UnknownPerson
        """
        moment = to_us(at)
        with self.database.reading() as connection:
            person = connection.scalar(select(people.c.pk).where(people.c.id == person_id))
            if person is None:
                raise UnknownPerson(person_id)
            new = _missing(connection, person, _roots(connection, post_ids))
        if not new:
            # A page that is loaded again costs no transaction.
            return 0
        with self.database.writing_connection() as connection:
            # Either may have been deleted meanwhile.
            person = connection.scalar(select(people.c.pk).where(people.c.id == person_id))
            if person is None:
                raise UnknownPerson(person_id)
            new = _missing(connection, person, _roots(connection, post_ids))
            forget_impressions(connection, impressions.c.at < moment - KEPT_US)
            number = take(connection, IMPRESSIONS, 1)
            rows = [
                {"post": post, "person": person, "at": moment, "number": number} for post in new
            ]
            if rows:
                connection.execute(insert(impressions), rows)
            return len(rows)

    def impressions(self, since: int) -> Ints:
        """All with a number above `since`: (n, 3) thread, person and time (us), in their order."""
        with self.database.reading() as connection:
            rows = connection.execute(_NEWER, {"since": since}).all()
        return np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 3)


def _roots(connection: Connection, post_ids: Sequence[str]) -> list[int]:
    found: set[int] = set()
    for chunk in chunks(list(dict.fromkeys(post_ids))):
        found.update(connection.scalars(select(posts.c.root).where(posts.c.id.in_(chunk))))
    return sorted(found)


def _missing(connection: Connection, person: int, roots: Sequence[int]) -> list[int]:
    known: set[int] = set()
    for chunk in chunks(list(roots)):
        kept = impressions.c.person == person, impressions.c.post.in_(chunk)
        known.update(connection.scalars(select(impressions.c.post).where(*kept)))
    return [root for root in roots if root not in known]
