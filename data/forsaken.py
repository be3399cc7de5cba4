"""People of whom nothing but the id is left: they go with the last thing that named them.

Who was never described is known by what they wrote or did, or by records that name them. In: the
people whom a deletion has touched, by which alone it costs. Withdrawing is none: who takes back a
like is there, and what they do next finds them.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from .impressions import forget_impressions
from .roots import chunks
from .tables import choices, impressions, interactions, people, posts, spaces, versions
from .transaction import Transaction
from .vectors import forget_profile


def forget_forsaken(transaction: Transaction, keys: Iterable[int], ids: Iterable[str]) -> int:
    """Delete those of the people with these `keys` or `ids` whom nothing names any more; answer
    how many."""
    left: dict[str, int] = {}
    for numbers in chunks(sorted(set(keys))):
        left.update(_without_acts(transaction, people.c.pk.in_(numbers)))
    for names in chunks(sorted(set(ids))):
        left.update(_without_acts(transaction, people.c.id.in_(names)))
    left = _unnamed(transaction, left)
    for chunk in chunks(sorted(left.values())):
        for row in transaction.connection.execute(select(people).where(people.c.pk.in_(chunk))):
            forget_profile(transaction.connection, row._asdict())
        # Having been shown something keeps nobody.
        forget_impressions(transaction.connection, impressions.c.person.in_(chunk))
        transaction.remove("person", people, people.c.pk.in_(chunk))
    return len(left)


def _without_acts(transaction: Transaction, which: ColumnElement[bool]) -> dict[str, int]:
    """Keys by id of those who have no record, no text, and did and chose nothing."""
    wrote = select(posts.c.pk).where(posts.c.author == people.c.pk).exists()
    did = select(interactions.c.pk).where(interactions.c.person == people.c.pk).exists()
    chose = select(choices.c.pk).where(choices.c.pk == people.c.pk).exists()
    bare = select(people.c.id, people.c.pk).where(which, people.c.implicit, ~wrote, ~did, ~chose)
    return {row.id: row.pk for row in transaction.connection.execute(bare)}


def _unnamed(transaction: Transaction, bare: dict[str, int]) -> dict[str, int]:
    """Those of `bare` whom no space, no report and no earlier version of a post names."""
    if not bare:
        return bare
    connection = transaction.connection
    named = {member for row in connection.scalars(select(spaces.c.members)) for member in row}
    once: set[int] = set()
    for chunk in chunks(list(bare)):
        managers = select(people.c.manager).where(people.c.manager.in_(chunk))
        named.update(found for found in connection.scalars(managers.distinct()) if found)
    for numbers in chunks(list(bare.values())):
        # Of texts that were given to somebody else since.
        authors = select(versions.c.author).where(versions.c.author.in_(numbers))
        once.update(connection.scalars(authors.distinct()))
    return {id_: pk for id_, pk in bare.items() if id_ not in named and pk not in once}
