"""What the versions of posts say: the words that are searched and shown, as they stood.

Replaced texts keep theirs in `versions`; the current one's stand in `posts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select

from .database import Database
from .models import Attachment, Post
from .roots import chunks
from .rows import from_us
from .tables import posts, versions
from .text import post_text

_TEXTS = (
    select(
        versions.c.pk,
        versions.c.until,
        *(
            func.coalesce(versions.c[name], posts.c[name]).label(name)
            for name in ("body", "body_format")
        ),
        versions.c.language.label("old_language"),
        posts.c.language,
        versions.c.title.label("old_title"),
        posts.c.title,
        versions.c.tags.label("old_tags"),
        posts.c.tags,
        versions.c.attachments.label("old_attachments"),
        posts.c.attachments,
        posts.c.id,
        posts.c.created,
    )
    .join(posts, posts.c.pk == versions.c.post)
    .where(versions.c.pk.in_(bindparam("keys", expanding=True)))
)
"""Made once: making it takes as long as asking it."""


_QUOTED = _TEXTS.with_only_columns(
    versions.c.pk,
    posts.c.id,
    versions.c.until,
    versions.c.title,
    posts.c.title,
    *(func.coalesce(versions.c[name], posts.c[name]) for name in ("body", "body_format")),
    versions.c.language,
    posts.c.language,
)
"""What is quoted alone, in half the time."""


class Quoted(NamedTuple):
    """What is quoted of a text, and the id of its post."""

    id: str
    title: str | None
    body: str
    body_format: str
    language: str | None


@dataclass(frozen=True, slots=True)
class IndexedText:
    """What is searched of a post: its whole text, its title or "", its language if stated."""

    text: str
    title: str
    language: str | None


class Wording:
    """The part of the store that reads texts."""

    database: Database

    def indexed_texts(self, keys: Sequence[int]) -> dict[int, IndexedText]:
        """What is searched of the versions `keys`; those that are gone are left out."""
        return {
            key: IndexedText(post_text(post), post.title or "", post.language)
            for key, post in self.texts(keys).items()
        }

    def root_texts(self, keys: Sequence[int] | None = None) -> list[int]:
        """Which of the versions `keys`, or of all, are texts of a thread's root; in no order."""
        root = and_(posts.c.pk == versions.c.post, posts.c.root == posts.c.pk)
        return self._among(select(versions.c.pk).join(posts, root), keys)

    def own_texts(self, keys: Sequence[int] | None = None) -> list[int]:
        """As `root_texts`, those of replies by who began the thread."""
        begun = posts.alias()
        own = and_(begun.c.pk == posts.c.root, begun.c.author == posts.c.author)
        statement = select(versions.c.pk).join(posts, posts.c.pk == versions.c.post)
        return self._among(statement.join(begun, own).where(posts.c.root != posts.c.pk), keys)

    def _among(self, statement: Select[int], keys: Sequence[int] | None) -> list[int]:
        with self.database.reading() as connection:
            if keys is None:
                return list(connection.scalars(statement))
            found: list[int] = []
            for chunk in chunks(list(keys)):
                found += connection.scalars(statement.where(versions.c.pk.in_(chunk)))
            return found

    def quoted(self, keys: Sequence[int]) -> dict[int, Quoted]:
        """As `texts`, what is quoted of them."""
        found = {}
        with self.database.reading() as connection:
            for chunk in chunks(list(keys)):
                rows = connection.execute(_QUOTED, {"keys": chunk}).all()
                for pk, id_, until, was, title, body, form, spoken, language in rows:
                    told = (title, language) if until is None else (was, spoken)
                    found[pk] = Quoted(id_, told[0], body, form, told[1])
        return found

    def texts(self, keys: Sequence[int]) -> dict[int, Post]:
        """What the versions `keys` say, as posts of which only text and language hold."""
        found: dict[int, Post] = {}
        with self.database.reading() as connection:
            for chunk in chunks(list(keys)):
                for row in connection.execute(_TEXTS, {"keys": chunk}):
                    found[row.pk] = _text_of(row)
        return found


def _text_of(row: Any) -> Post:
    old = row.until is not None
    attachments = row.old_attachments if old else row.attachments
    return Post(
        id=row.id,
        author=None,
        created=from_us(row.created),
        title=row.old_title if old else row.title,
        body=row.body,
        body_format=row.body_format,
        language=row.old_language if old else row.language,
        tags=tuple((row.old_tags if old else row.tags) or ()),
        attachments=tuple(Attachment(a["url"], a["alt"]) for a in attachments or ()),
    )
