"""Models to rows of the tables and back.

Times: aware datetimes in the models, microseconds since 1970 in UTC in the rows.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from .models import Attachment, Interaction, Link, Person, Post, Space

Row = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY_US = 86_400_000_000

DELETED = "deleted"
"""What stands for the author of a post whose author was deleted."""


def to_us(time: datetime) -> int:
    """Microseconds since 1970; exact, where a float timestamp is not."""
    return (time - EPOCH) // MICROSECOND


def from_us(value: int) -> datetime:
    """Inverse of `to_us`."""
    return EPOCH + timedelta(microseconds=value)


def _us(time: datetime | None) -> int | None:
    return None if time is None else to_us(time)


def _time(value: int | None) -> datetime | None:
    return None if value is None else from_us(value)


def person_row(person: Person) -> Row:
    """The columns of `people` that the record itself fills."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "title": person.title,
        "about": person.about,
        "department": person.department,
        "site": person.site,
        "location": person.location,
        "timezone": person.timezone,
        "languages": list(person.languages),
        "manager": person.manager,
        "bot": person.bot,
        "active": person.active,
        "joined": _us(person.joined),
        "left": _us(person.left),
        "consent": person.consent,
        "weekly_capacity": person.weekly_capacity,
        "away_until": _us(person.away_until),
        "implicit": person.implicit,
        "extra": dict(person.extra),
    }


def person_from(row: Mapping[str, Any]) -> Person:
    """A row of `people` as a model."""
    return Person(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        title=row["title"],
        about=row["about"],
        department=row["department"],
        site=row["site"],
        location=row["location"],
        timezone=row["timezone"],
        languages=tuple(row["languages"]),
        manager=row["manager"],
        bot=row["bot"],
        active=row["active"],
        joined=_time(row["joined"]),
        left=_time(row["left"]),
        consent=row["consent"],
        weekly_capacity=row["weekly_capacity"],
        away_until=_time(row["away_until"]),
        implicit=row["implicit"],
        extra=row["extra"],
    )


def space_row(space: Space) -> Row:
    """The columns of `spaces` that the record itself fills."""
    return {
        "id": space.id,
        "name": space.name,
        "description": space.description,
        "visibility": space.visibility,
        "members": sorted(set(space.members)),
        "site": space.site,
        "language": space.language,
        "extra": dict(space.extra),
    }


def space_from(row: Mapping[str, Any]) -> Space:
    """A row of `spaces` as a model."""
    return Space(
        id=row["id"],
        name=row["name"],
        description=row["description"],
        visibility=row["visibility"],
        members=tuple(row["members"]),
        site=row["site"],
        language=row["language"],
        extra=row["extra"],
    )


def post_row(post: Post) -> Row:
    """The columns of `posts` that the record itself fills; keys of others are the writer's."""
    return {
        "id": post.id,
        "created": to_us(post.created),
        "kind": post.kind,
        "title": post.title,
        "body": post.body,
        "body_format": post.body_format,
        "parent": post.parent,
        "thread": post.thread,
        "tags": list(post.tags),
        "language": post.language,
        "updated": _us(post.updated),
        "valid_until": _us(post.valid_until),
        "anonymous": post.anonymous,
        "attachments": [_attachment_row(a) for a in post.attachments],
        "visibility": post.visibility,
        "score": post.score,
        "accepted": post.accepted,
        "extra": dict(post.extra),
    }


def _attachment_row(attachment: Attachment) -> Row:
    extra = {"extra": dict(attachment.extra)} if attachment.extra else {}
    return {"url": attachment.url, "alt": attachment.alt, **extra}


TEXT_COLUMNS = ("title", "body", "body_format", "tags", "attachments")
"""What a post's text is made of."""

STATE_COLUMNS = ("language", "kind", "author", "space", "valid_until")
"""What else of a post has influence: a change here or of the text makes a new version.

Whether it is anonymous and who may read it is left out: for questions about the past today's
permissions hold."""


def post_from(row: Mapping[str, Any]) -> Post:
    """A row of `posts`, with `author_id` and `space_id` joined in, as a model."""
    return Post(
        id=row["id"],
        author=DELETED if row["husk"] else row["author_id"],
        created=from_us(row["created"]),
        body=row["body"],
        kind=row["kind"],
        title=row["title"],
        body_format=row["body_format"],
        parent=row["parent"],
        thread=row["thread"],
        space=row["space_id"],
        tags=tuple(row["tags"]),
        language=row["language"],
        updated=_time(row["updated"]),
        valid_until=_time(row["valid_until"]),
        anonymous=row["anonymous"],
        attachments=tuple(Attachment(**a) for a in row["attachments"]),
        visibility=row["visibility"],
        score=row["score"],
        accepted=row["accepted"],
        husk=row["husk"],
        extra=row["extra"],
    )


def interaction_row(interaction: Interaction, occurrence: int) -> Row:
    """The columns of `interactions`, with the `key` by which the same one is known again.

    An anonymous vote has nothing but its place among equals to tell it from the next, so
    `occurrence` counts them within one import or request. `value` is not in the key: a
    corrected one replaces.
    """
    at = _us(interaction.at)
    identity = [
        interaction.person,
        interaction.post,
        interaction.kind,
        at,
        interaction.site,
        interaction.extra,
        occurrence,
    ]
    key = hashlib.sha256(orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)).digest()
    return {
        "key": key,
        "kind": interaction.kind,
        "at": at,
        "value": interaction.value,
        "site": interaction.site,
        "day_only": interaction.day_only,
        "extra": dict(interaction.extra),
    }


def link_row(link: Link) -> Row:
    """The columns of `links` that the record itself fills."""
    return {"kind": link.kind, "at": _us(link.at), "extra": dict(link.extra)}
