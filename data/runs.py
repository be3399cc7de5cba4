"""How far each import came, so that an interrupted one goes on where it stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update

from .database import Database
from .deleting import Eraser
from .readers.face import Rejection
from .roots import chunks
from .tables import people, posts, rejections, runs


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import of one export: its number, how many items it took in, and the counts so far."""

    number: int
    position: int
    counts: Mapping[str, int]


class ImportRuns:
    """The part of the store that keeps track of imports."""

    database: Database

    def begin_run(self, fingerprint: str) -> ImportRun:
        """Take up the unfinished import of exactly this export, or begin a new one."""
        with self.database.writing() as transaction:
            connection = transaction.connection
            row = connection.execute(
                select(runs)
                .where(runs.c.fingerprint == fingerprint, ~runs.c.done)
                .order_by(runs.c.pk.desc())
            ).first()
            if row is not None:
                return ImportRun(row.pk, row.position, row.counts)
            number = (connection.scalar(select(func.max(runs.c.pk))) or 0) + 1
            connection.execute(
                insert(runs).values(
                    pk=number, fingerprint=fingerprint, position=0, done=False, counts={}
                )
            )
            return ImportRun(number, 0, {})

    def save_run(
        self, run: ImportRun, refused: Sequence[Rejection] = (), *, done: bool = False
    ) -> None:
        """Note how far an import came and what it refused since the last note."""
        with self.database.writing() as transaction:
            connection = transaction.connection
            connection.execute(
                update(runs)
                .where(runs.c.pk == run.number)
                .values(position=run.position, counts=dict(run.counts), done=done)
            )
            if refused:
                there = select(func.count()).where(rejections.c.run == run.number)
                first = connection.scalar(there) or 0
                connection.execute(
                    insert(rejections),
                    [
                        {
                            "run": run.number,
                            "number": first + i,
                            "file": r.file,
                            "line": r.line,
                            "id": r.id,
                            "reason": r.reason,
                        }
                        for i, r in enumerate(refused)
                    ],
                )

    def rejections(self, run: int) -> list[Rejection]:
        """What an import refused, in the order of the export."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(rejections).where(rejections.c.run == run).order_by(rejections.c.number)
            )
            return [Rejection(r.file, r.line, r.id, r.reason) for r in rows]

    def sweep(self, origin: str, run: int, spared: Sequence[str]) -> dict[str, int]:
        """Delete what `origin` once brought and its snapshot numbered `run` no longer holds.

        `spared` are ids of people and posts which it holds, but malformed.
        """
        with self.database.writing() as transaction:
            for table in (posts, people):
                for chunk in chunks(list(spared)):
                    transaction.connection.execute(
                        update(table).where(table.c.id.in_(chunk)).values(run=run)
                    )
            return Eraser(transaction, bury=False).sweep(origin, run)

    def people_by_email(self) -> dict[str, str]:
        """Ids of people by their e-mail address, case folded."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(people.c.email, people.c.id)
                .where(people.c.email.is_not(None))
                .order_by(people.c.pk.desc())
            )
            return {row.email.casefold(): row.id for row in rows}
