"""Interactions taken back: gone from the tables, and kept out of what is imported again.

The mark that stays is a digest, which tells nobody what was taken back, and a time: what is dated
later was done anew.
"""

import hashlib
from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import and_, insert, select, update

from .models import Interaction
from .provenance import Withdrawal
from .roots import chunks
from .rows import to_us
from .tables import interactions, people, posts, withdrawals
from .transaction import Transaction


def withdraw(transaction: Transaction, wish: Withdrawal, now: int) -> None:
    """Delete every interaction of `wish`'s kind by its person on its post, whatever its date.

    `now`: in microseconds. What is dated until then, or not at all, no import brings again; nor
    what is dated as far ahead as something that goes here, as by a clock that is fast.
    """
    transaction.erases = True
    connection = transaction.connection
    of_person = select(people.c.pk).where(people.c.id == wish.person).scalar_subquery()
    of_post = select(posts.c.pk).where(posts.c.id == wish.post).scalar_subquery()
    meant = and_(
        interactions.c.post == of_post,
        interactions.c.person == of_person,
        interactions.c.kind == wish.kind,
    )
    dates = connection.scalars(select(interactions.c.at).where(meant)).all()
    until = max([now, *(at for at in dates if at is not None)])
    transaction.remove("interaction", interactions, meant)
    key = _key(wish.person, wish.post, wish.kind)
    before = _graves(transaction, [key]).get(key)
    if before is None:
        connection.execute(insert(withdrawals).values(key=key, until=until))
    elif before < until:
        grave = withdrawals.c.key == key
        connection.execute(update(withdrawals).where(grave).values(until=until))


def taken_back(transaction: Transaction, batch: Sequence[Interaction]) -> list[bool]:
    """Which of `batch` somebody took back, or are dated no later than what they took back."""
    keys = [_key(i.person, i.post, i.kind) if i.person else None for i in batch]
    graves = _graves(transaction, {key for key in keys if key is not None})
    return [
        key is not None and key in graves and (item.at is None or to_us(item.at) <= graves[key])
        for item, key in zip(batch, keys, strict=True)
    ]


def _graves(transaction: Transaction, keys: Iterable[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for chunk in chunks(sorted(keys)):
        rows = transaction.connection.execute(
            select(withdrawals).where(withdrawals.c.key.in_(chunk))
        )
        found.update((row.key, row.until) for row in rows)
    return found


def _key(person: str, post: str, kind: str) -> bytes:
    return hashlib.sha256(orjson.dumps([person, post, kind])).digest()
