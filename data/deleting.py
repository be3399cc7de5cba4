"""What is deleted is gone: rows, texts kept of earlier versions, vectors, and what hung on it."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from .choices import forget_choices
from .fields import MAX_ID
from .forsaken import forget_forsaken
from .husks import bare, forks
from .impressions import forget_impressions
from .models import Person
from .roots import chunks, settle, threads_of
from .rows import Row, person_row
from .tables import (
    impressions,
    interactions,
    links,
    orphans,
    people,
    posts,
    spaces,
    tombstones,
    versions,
)
from .transaction import Transaction
from .vectors import forget_profile, forget_vectors

BLANK: Row = {
    "author": None,
    "title": None,
    "body": "",
    "body_format": "text",
    "tags": [],
    "language": None,
    "attachments": [],
    "score": None,
    "accepted": None,
    "extra": {},
    "husk": True,
}
"""What is left of a post whose author was deleted, where replies of others hang on it."""


class Eraser:
    """Deletes within one transaction; `bury` leaves tombstones, so that no import revives."""

    def __init__(self, transaction: Transaction, *, bury: bool) -> None:
        self.transaction = transaction
        transaction.erases = True
        self.connection = transaction.connection
        self.bury = bury
        self._touched: set[int] = set()
        self._named: set[str] = set()
        self._gone: set[str] = set()
        self._thinned: set[int] = set()
        self._forked: dict[int, set[str]] = {}

    def finish(self) -> int:
        """Place anew what hung on what has been deleted, and take along those who were known only
        by that; answer how many."""
        self._place_anew()
        return forget_forsaken(self.transaction, self._touched, self._named)

    def delete_post(self, post_id: str) -> bool:
        """Delete a post, a root with its whole thread; False if there is none."""
        found = self.connection.execute(
            select(posts.c.pk, posts.c.root, posts.c.husk).where(posts.c.id == post_id)
        ).first()
        if found is None:
            if self.bury and _could_be(post_id):
                self._bury("post", {post_id: None})
            return False
        keys = [found.pk]
        if found.root == found.pk:
            statement = select(posts.c.pk).where(posts.c.root == found.pk)
            keys = list(self.connection.scalars(statement))
        elif found.root not in self._forked:
            self._forked[found.root] = forks(self.connection, found.root)
        self._bury_posts(keys)
        self._erase_posts(keys)
        # The rest stays in its thread, and is placed once for all deletions: that reads all of it.
        # The tombstone of a husk is of another time.
        if found.husk or post_id in self._forked.get(found.root, ()):
            self._place_anew()
        return True

    def delete_person(self, person_id: str) -> bool:
        """Delete a person with their texts and acts; the replies of others stay."""
        pk = self.connection.scalar(select(people.c.pk).where(people.c.id == person_id))
        if self.bury and (pk is not None or _could_be(person_id)):
            self._bury("person", {person_id: None})
        # Somebody may be named by others' records who has none of their own.
        self._leave_spaces(person_id)
        self.connection.execute(
            update(people)
            .where(people.c.manager == person_id)
            .values(manager=None, seq=self.transaction.seq)
        )
        if pk is None:
            return False
        written = self.connection.execute(
            select(posts.c.pk, posts.c.id, posts.c.root).where(posts.c.author == pk)
        ).all()
        own = {row.pk for row in written}
        self._bury_posts(sorted(own))
        held = self._held_by_others(pk, own)
        self._erase_posts(sorted(own - held))
        self._blank(sorted(held))
        self._place_anew()
        # Earlier texts of posts that were given to another author since.
        self._erase_versions(versions.c.author == pk)
        self._remove_acts(interactions.c.person == pk)
        row = self.connection.execute(select(people).where(people.c.pk == pk)).one()
        forget_profile(self.connection, row._asdict())
        forget_choices(self.connection, pk)
        forget_impressions(self.connection, impressions.c.person == pk)
        self._named.update([row.manager] if row.manager else [])
        self.transaction.remove("person", people, people.c.pk == pk)
        return True

    def _held_by_others(self, author: int, own: set[int]) -> set[int]:
        """Which of the posts `own` of an author others' posts hang on, as root or as parent."""
        if not own:
            return set()
        others = posts.c.author.is_distinct_from(author)
        mine = [select(posts.c[name]).where(posts.c.author == author) for name in ("id", "pk")]
        # Nothing finds a post by its parent: all are looked through, so once is enough.
        below = select(posts.c.parent, posts.c.root).where(posts.c.parent.in_(mine[0]), others)
        hang = {(row.parent, row.root) for row in self.connection.execute(below.distinct())}
        roots = select(posts.c.root).where(posts.c.root.in_(mine[1]), others)
        held = set(self.connection.scalars(roots.distinct()))
        for chunk in chunks(sorted({parent for parent, _ in hang})):
            named = select(posts.c.pk, posts.c.id, posts.c.root).where(posts.c.id.in_(chunk))
            # What hangs elsewhere by a better name needs none of it.
            held.update(r.pk for r in self.connection.execute(named) if (r.id, r.root) in hang)
        return held

    def _blank(self, keys: list[int]) -> None:
        self._erase_texts(keys)
        for chunk in chunks(keys):
            self.connection.execute(
                update(posts).where(posts.c.pk.in_(chunk)).values(**BLANK, seq=self.transaction.seq)
            )
            for column in (links.c.source, links.c.target):
                self.transaction.remove("link", links, column.in_(chunk))

    def _erase_posts(self, keys: list[int]) -> None:
        self._erase_texts(keys)
        for chunk in chunks(keys):
            found = self.connection.execute(
                select(posts.c.id, posts.c.root, posts.c.author).where(posts.c.pk.in_(chunk))
            ).all()
            self._touched.update(row.author for row in found if row.author is not None)
            self._gone.update(row.id for row in found)
            self._thinned.update(row.root for row in found)
            self._remove_acts(interactions.c.post.in_(chunk))
            touched = or_(links.c.source.in_(chunk), links.c.target.in_(chunk))
            self.transaction.remove("link", links, touched)
            self.connection.execute(delete(orphans).where(orphans.c.post.in_(chunk)))
            self.transaction.remove("post", posts, posts.c.pk.in_(chunk))

    def _place_anew(self) -> None:
        """Place what hung on the gone as it is when it comes again, and clear what is left bare."""
        while self._gone:
            gone, left = self._gone, threads_of(self.connection, self._thinned)
            self._gone, self._thinned, self._forked = set(), set(), {}
            moved = [id_ for id_, node in left.items() if gone.intersection(node.refs)]
            places, waits = settle(self.connection, self.transaction.seq, left, moved)
            if waits:
                self.connection.execute(insert(orphans), waits)
            there = {id_: replace(node, root=places[id_]["root"]) for id_, node in left.items()}
            self._erase_posts(bare(self.connection, there))

    def _erase_texts(self, keys: list[int]) -> None:
        """Delete the versions of posts, and each vector whose text nobody else wrote."""
        for chunk in chunks(keys):
            self._erase_versions(versions.c.post.in_(chunk))

    def _erase_versions(self, which: ColumnElement[bool]) -> None:
        found = self.connection.execute(select(versions.c.digest, versions.c.author).where(which))
        digests: set[bytes] = set()
        for digest, author in found:
            digests.update([digest] if digest is not None else [])
            self._touched.update([author] if author is not None else [])
        self.transaction.remove("version", versions, which)
        forget_vectors(self.connection, digests)

    def _remove_acts(self, which: ColumnElement[bool]) -> None:
        people_of = select(interactions.c.person).where(which, interactions.c.person.is_not(None))
        self._touched.update(self.connection.scalars(people_of.distinct()))
        self.transaction.remove("interaction", interactions, which)

    def _leave_spaces(self, person_id: str) -> None:
        for row in self.connection.execute(select(spaces.c.pk, spaces.c.members)).all():
            if person_id in row.members:
                left = [member for member in row.members if member != person_id]
                self.connection.execute(
                    update(spaces)
                    .where(spaces.c.pk == row.pk)
                    .values(members=left, seq=self.transaction.seq)
                )

    def _bury_posts(self, keys: list[int]) -> None:
        """Leave tombstones for posts that are there still; a reply's names its thread."""
        if not self.bury:
            return
        root = posts.alias()
        of = select(posts.c.id, root.c.id.label("root")).join(root, root.c.pk == posts.c.root)
        graves: dict[str, str | None] = {}
        for chunk in chunks(keys):
            for row in self.connection.execute(of.where(posts.c.pk.in_(chunk))):
                graves[row.id] = None if row.root == row.id else row.root
        self._bury("post", graves)

    def _bury(self, kind: str, graves: Mapping[str, str | None]) -> None:
        for chunk in chunks(list(graves)):
            grave = (tombstones.c.kind == kind, tombstones.c.id.in_(chunk))
            there = set(self.connection.scalars(select(tombstones.c.id).where(*grave)))
            rows = [
                {"kind": kind, "id": id_, "thread": graves[id_]}
                for id_ in chunk
                if id_ not in there
            ]
            if rows:
                self.connection.execute(insert(tombstones), rows)

    def sweep(self, origin: str, run: int) -> dict[str, int]:
        """Delete what the snapshot numbered `run` no longer holds; answer how many of each."""
        swept: dict[str, int] = {}
        for kind, table in (("interactions", interactions), ("links", links)):
            stale = select(table.c.pk).where(table.c.origin == origin, table.c.run < run)
            keys = list(self.connection.scalars(stale))
            swept[kind] = len(keys)
            for chunk in chunks(keys):
                if table is interactions:
                    self._remove_acts(interactions.c.pk.in_(chunk))
                else:
                    self.transaction.remove("link", links, links.c.pk.in_(chunk))
        stale = select(posts.c.pk).where(posts.c.origin == origin, posts.c.run < run, ~posts.c.husk)
        keys = list(self.connection.scalars(stale))
        self._erase_posts(keys)
        self._place_anew()
        swept["posts"] = len(keys)
        swept["people"] = self._sweep_people(origin, run)
        used = select(posts.c.pk).where(posts.c.space == spaces.c.pk).exists()
        empty = (spaces.c.origin == origin) & (spaces.c.run < run) & ~used
        members = list(self.connection.scalars(select(spaces.c.members).where(empty)))
        swept["spaces"] = len(members)
        self._named.update(member for space in members for member in space)
        self.transaction.remove("space", spaces, empty)
        swept["people"] += self.finish()
        return swept

    def _sweep_people(self, origin: str, run: int) -> int:
        """Delete the people that a snapshot no longer holds.

        Who wrote or did something that stays, as it came from elsewhere, stays as an author.
        """
        absent = select(people).where(people.c.origin == origin, people.c.run < run)
        count = 0
        for row in self.connection.execute(absent).all():
            texts = select(posts.c.pk).where(posts.c.author == row.pk).limit(1)
            acts = select(interactions.c.pk).where(interactions.c.person == row.pk).limit(1)
            if self.connection.scalar(texts) is None and self.connection.scalar(acts) is None:
                self.delete_person(row.id)
                count += 1
            elif not row.implicit:
                forget_profile(self.connection, row._asdict())
                self._named.update([row.manager] if row.manager else [])
                bare = person_row(Person(id=row.id, implicit=True)) | {"added": {}}
                self.connection.execute(
                    update(people)
                    .where(people.c.pk == row.pk)
                    .values(**bare, seq=self.transaction.seq)
                )
                count += 1
        return count


def _could_be(id_: str) -> bool:
    """Whether a record of the id could come one day: an index holds no id of any length."""
    return len(id_) <= MAX_ID
