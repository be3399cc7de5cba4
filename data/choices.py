"""What people say concerns them: topics in their own words, each with when it was chosen.

Beside their records, not in them: a record that is put in another's place leaves the choices, and
choosing leaves the record. What is taken back is gone, of the past too, like what is deleted.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from .database import Database
from .errors import UnknownPerson
from .models import Choice
from .roots import chunks
from .rows import from_us, to_us
from .tables import choices, people
from .text import digest
from .vectors import forget_vectors, insert_new

Told = list[tuple[str, int] | tuple[str, int, str]]
"""As the table holds them: words, time (microseconds), and the id of a topic that was found, in the
person's order."""


def choices_from(told: Told) -> tuple[Choice, ...]:
    """What the table says of one person as models."""
    return tuple(Choice(topic, from_us(at), *id_) for topic, at, *id_ in told)


def forget_choices(connection: Connection, person: int) -> None:
    """Delete what the person with that key chose, and its vectors."""
    told: Told = connection.scalar(select(choices.c.topics).where(choices.c.pk == person)) or []
    connection.execute(delete(choices).where(choices.c.pk == person))
    _forget_topics(connection, (entry[0] for entry in told))


def _forget_topics(connection: Connection, topics: Iterable[str]) -> None:
    """Delete their vectors. Where somebody else chose the same words, they are read again at the
    next start, as equal profiles are."""
    forget_vectors(connection, [digest(topic) for topic in topics])


class Choosing:
    """The part of the store that keeps what people chose."""

    database: Database

    def choose(
        self,
        person_id: str,
        topics: Sequence[str],
        at: datetime,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        """Put `topics`, each once, in the place of what a person chose before.

        What was chosen before keeps its time; what is new bears `at`. `ids`: of topics that were
        found, by their words; who leaves one out keeps what was said before.

        Raises
        ------
        UnknownPerson
        """
        with self.database.writing() as transaction:
            connection = transaction.connection
            pk = connection.scalar(select(people.c.pk).where(people.c.id == person_id))
            if pk is None:
                raise UnknownPerson(person_id)
            mine = choices.c.pk == pk
            row = connection.execute(select(choices.c.topics).where(mine)).first()
            known = {topic: said for topic, *said in row.topics} if row is not None else {}
            told = []
            for topic in dict.fromkeys(topics):
                since, *id_ = known.get(topic, [to_us(at)])
                told.append([topic, since, *([ids[topic]] if ids and topic in ids else id_)])
            values = {"topics": told, "seq": transaction.seq}
            if row is None:
                connection.execute(insert(choices).values(pk=pk, **values))
            elif row.topics != told:
                connection.execute(update(choices).where(mine).values(**values))
            lost = known.keys() - set(topics)
            if lost:
                transaction.erases = True
                _forget_topics(connection, lost)

    def keep_topics(self, encoder: str, new: Mapping[bytes, bytes], keys: Sequence[int]) -> None:
        """Keep vectors by digest of what the people `keys` chose.

        What was taken back meanwhile is passed over.
        """
        with self.database.writing() as transaction:
            connection = transaction.connection
            there: set[bytes] = set()
            for chunk in chunks(list(keys)):
                mine = select(choices.c.topics).where(choices.c.pk.in_(chunk))
                for told in connection.scalars(mine):
                    there.update(digest(entry[0]) for entry in told)
            insert_new(connection, encoder, {key: new[key] for key in new.keys() & there})
