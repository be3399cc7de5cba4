"""What the versions of posts say: the words that are searched and shown, as they stood.

Replaced texts keep theirs in `versions`; the current one's stand in `posts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, select

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
        statement = select(versions.c.pk).join(
            posts, and_(posts.c.pk == versions.c.post, posts.c.root == posts.c.pk)
        )
        with self.database.reading() as connection:
            if keys is None:
                return list(connection.scalars(statement))
            found: list[int] = []
            for chunk in chunks(list(keys)):
                found += connection.scalars(statement.where(versions.c.pk.in_(chunk)))
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
