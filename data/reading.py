"""What a follower of the change sequence asks: everything that is newer than a number.

Out: `Changes`, columns rather than objects for what comes in hundreds of thousands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BindParameter, Connection, Select, Table, bindparam, func, select

from .choices import choices_from
from .database import Database
from .models import (
    INTERACTION_KINDS,
    LINK_KINDS,
    POST_KINDS,
    Choice,
    Person,
    Space,
)
from .roots import chunks
from .rows import DAY_US, person_from, space_from
from .tables import (
    choices,
    counters,
    interactions,
    learned,
    links,
    people,
    posts,
    removals,
    spaces,
    versions,
)

Ints = npt.NDArray[np.int64]

NEVER = np.iinfo(np.int64).max
"""A time that does not come: `until` of a current text, `valid_until` of what does not expire."""

FETCH = 20_000

POST_FIELDS = ("pk", "author", "created", "root", "space", "valid_until", "flags", "rank")
"""`rank` follows from a post's id alone and is another one for each: by it goes what is equal in
all else, where keys would tell which was imported first."""

VERSION_FIELDS = ("pk", "post", "since", "until", "kind", "author", "space", "valid_until")
INTERACTION_FIELDS = ("pk", "person", "post", "kind", "at", "value")
LINK_FIELDS = ("pk", "source", "target", "kind", "at")

COMMENT, ANONYMOUS, HUSK, MEMBERS = 1, 2, 4, 8
"""Bits of a post's `flags`: a comment; its author is not to be known; its text is gone; read by
the members of its space alone."""

KIND_SHIFT = 4
KIND_CODES = {kind: i for i, kind in enumerate(POST_KINDS)}
OUTCOMES = ("worked", "adapted", "did not work")


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed after `since` and up to `seq`.

    Each array is (rows, fields) int64, its columns in the order of the FIELDS constants; keys
    of what is absent are 0, times that are absent `NEVER` (of an interaction or link: -1). The
    state that a version keeps is of replaced ones alone; else `kind` is -1. `attached`: (post,
    when what it hangs on was written), where that is later than the post.
    `tags`: (version, its text's tags), where it has any. `embedded`: (version, digest, lanes) of
    texts whose vectors are kept. `sites`: where an interaction took place, by key, if it says so.
    `choices`: what people chose, by their key; nothing, if they took all of it back.
    """

    seq: int
    learned: bool
    people: list[tuple[int, Person]]
    choices: list[tuple[int, tuple[Choice, ...]]]
    spaces: list[tuple[int, Space]]
    posts: Ints
    attached: list[tuple[int, int]]
    tags: "Tagged"
    versions: Ints
    embedded: list[tuple[int, bytes, str]]
    interactions: Ints
    sites: list[tuple[int, str]]
    links: Ints
    removed: dict[str, list[int]]


class Reading:
    """The part of the store that followers read."""

    database: Database

    def changes(self, since: int, everybody: bool = False) -> Changes:
        """Everything newer than transaction number `since`, as of one moment.

        Rows in the order in which they were last written: the same on every database.
        `everybody`: people, spaces and choices of all times, for who keeps the rest alone.
        """
        known = 0 if everybody else since
        with self.database.reading() as connection:
            seq = connection.scalar(_NEWEST) or 0
            gone: dict[str, list[int]] = {}
            if since:
                # Who starts from nothing has nothing to remove.
                for kind, pk in connection.execute(_REMOVED, {"since": since}):
                    gone.setdefault(kind, []).append(pk)
            acts, sites = _interactions(connection, since)
            found_posts, attached = _posts(connection, since)
            found_versions, embedded, tags = _versions(connection, since)
            return Changes(
                seq=seq,
                learned=bool(connection.scalar(_LEARNED, {"since": since})),
                people=[(r.pk, person_from(r._asdict())) for r in _rows(connection, people, known)],
                choices=[
                    (row.pk, choices_from(row.topics)) for row in _rows(connection, choices, known)
                ],
                spaces=[(r.pk, space_from(r._asdict())) for r in _rows(connection, spaces, known)],
                posts=found_posts,
                attached=attached,
                tags=tags,
                versions=found_versions,
                embedded=embedded,
                interactions=acts,
                sites=sites,
                links=_links(connection, since),
                removed=gone,
            )

    def post_ids(self, keys: Sequence[int]) -> dict[int, str]:
        """The ids of posts by primary key."""
        found: dict[int, str] = {}
        with self.database.reading() as connection:
            for chunk in chunks(list(keys)):
                rows = connection.execute(
                    select(posts.c.pk, posts.c.id).where(posts.c.pk.in_(chunk))
                )
                found.update((pk, id_) for pk, id_ in rows)
        return found


def kind_flags(kind: Any) -> Any:
    """The bits of `flags` that a kind sets, given by its place in POST_KINDS; also an array."""
    return (kind == KIND_CODES["comment"]) * COMMENT | kind << KIND_SHIFT


# What every look at the store asks is put together once: that takes as long as asking it.
_SINCE: BindParameter[int] = bindparam("since")
_NEWEST = select(counters.c.value).where(counters.c.name == "seq")
_REMOVED = select(removals.c.kind, removals.c.pk).where(removals.c.seq > _SINCE)
_LEARNED = select(func.count()).select_from(learned).where(learned.c.seq > _SINCE)


@cache
def _newer(table: Table) -> Select[Any]:
    return select(table).where(table.c.seq > _SINCE).order_by(table.c.pk)


def _rows(connection: Connection, table: Table, since: int) -> Any:
    return connection.execute(_newer(table), {"since": since})


def _array(rows: list[tuple[int, ...]], width: int) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)


_NEW_POSTS = (
    select(
        *(posts.c[name] for name in ("pk", "author", "created", "root", "space", "valid_until")),
        *(posts.c[name] for name in ("kind", "anonymous", "husk", "visibility", "attached", "id")),
    )
    .where(posts.c.seq > _SINCE)
    .order_by(posts.c.seq, posts.c.pk)
    .execution_options(yield_per=FETCH)
)


def rank_of(id_: str) -> int:
    """A number for an id, the same everywhere: a digest, as ids themselves are of any length."""
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest(), "big", signed=True)


def _posts(connection: Connection, since: int) -> tuple[Ints, list[tuple[int, int]]]:
    out: list[tuple[int, ...]] = []
    attached = []
    result = connection.execute(_NEW_POSTS, {"since": since})
    for pk, author, created, root, space, until, *state, held, id_ in result:
        kind, anonymous, husk, readers = state
        flags = (
            kind_flags(KIND_CODES[kind])
            | (ANONYMOUS if anonymous else 0)
            | (HUSK if husk else 0)
            | (MEMBERS if readers == "members" else 0)
        )
        expires = NEVER if until is None else until
        out.append((pk, author or 0, created, root, space or 0, expires, flags, rank_of(id_)))
        if held is not None:
            attached.append((pk, held))
    return _array(out, len(POST_FIELDS)), attached


Tagged = list[tuple[int, tuple[str, ...]]]


_NEW_VERSIONS = (
    select(
        *(versions.c[name] for name in ("pk", "post", "since", "until", "kind", "author", "space")),
        *(versions.c[name] for name in ("valid_until", "digest", "lanes", "tags")),
        posts.c.tags,
    )
    .join(posts, posts.c.pk == versions.c.post)
    .where(versions.c.seq > _SINCE)
    .order_by(versions.c.seq, versions.c.pk)
    .execution_options(yield_per=FETCH)
)


def _versions(
    connection: Connection, since: int
) -> tuple[Ints, list[tuple[int, bytes, str]], Tagged]:
    out: list[tuple[int, ...]] = []
    embedded = []
    tagged: Tagged = []
    result = connection.execute(_NEW_VERSIONS, {"since": since})
    for pk, post, start, end, kind, author, space, expires, digest, lanes, old_tags, tags in result:
        state = (
            -1 if kind is None else KIND_CODES[kind],
            author or 0,
            space or 0,
            NEVER if expires is None else expires,
        )
        out.append((pk, post, start, NEVER if end is None else end, *state))
        if digest is not None:
            embedded.append((pk, digest, lanes))
        own = tags if end is None else old_tags
        if own:
            tagged.append((pk, tuple(own)))
    return _array(out, len(VERSION_FIELDS)), embedded, tagged


_NEW_INTERACTIONS = (
    select(
        *(interactions.c[name] for name in ("pk", "person", "post", "kind", "at", "value")),
        *(interactions.c[name] for name in ("day_only", "site")),
    )
    .where(interactions.c.seq > _SINCE)
    .order_by(interactions.c.seq, interactions.c.pk)
)


def _interactions(connection: Connection, since: int) -> tuple[Ints, list[tuple[int, str]]]:
    acts = {kind: i for i, kind in enumerate(INTERACTION_KINDS)}
    outcomes = {value: i + 1 for i, value in enumerate(OUTCOMES)}
    out: list[tuple[int, ...]] = []
    sites = []
    for pk, person, post, kind, at, value, day_only, site in connection.execute(
        _NEW_INTERACTIONS, {"since": since}
    ):
        if at is None:
            at = -1
        elif day_only:
            # Only the date is known, so it may have been the day's last moment.
            at = (at // DAY_US + 1) * DAY_US
        if site is not None:
            sites.append((pk, site))
        out.append((pk, person or 0, post, acts[kind], at, outcomes.get(value, 0)))
    return _array(out, len(INTERACTION_FIELDS)), sites


_NEW_LINKS = (
    select(*(links.c[name] for name in ("pk", "source", "target", "kind", "at")))
    .where(links.c.seq > _SINCE)
    .order_by(links.c.seq, links.c.pk)
)


def _links(connection: Connection, since: int) -> Ints:
    codes = {kind: i for i, kind in enumerate(LINK_KINDS)}
    out: list[tuple[int, ...]] = []
    for pk, source, target, kind, at in connection.execute(_NEW_LINKS, {"since": since}):
        out.append((pk, source, target, codes[kind], -1 if at is None else at))
    return _array(out, len(LINK_FIELDS))
