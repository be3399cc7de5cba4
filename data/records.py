"""Dictionaries to records and back: the one place where the community format is judged.

In: objects as JSON gives them, from the community reader, `POST /v1/import` and PUT.
Out: the frozen records of `data.models`, every string of them storable as UTF-8.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from data.errors import InvalidRecord
from data.fields import FieldTaker
from data.models import (
    BODY_FORMATS,
    CONSENTS,
    INTERACTION_KINDS,
    LINK_KINDS,
    POST_KINDS,
    POST_VISIBILITIES,
    REPLY_KINDS,
    SPACE_VISIBILITIES,
    Attachment,
    Interaction,
    Link,
    Person,
    Post,
    Record,
    Space,
)
from data.times import is_date_alone, parse_time

__all__ = [
    "RECORD_KINDS",
    "parse_interaction",
    "parse_link",
    "parse_person",
    "parse_post",
    "parse_record",
    "parse_space",
    "parse_time",
    "to_json",
]


def parse_person(obj: Mapping[str, object]) -> Person:
    """Make a `Person` of a JSON object; unknown keys go to `extra`.

    Raises
    ------
    InvalidRecord : a value breaks the format; the error names its key.
    """
    take = FieldTaker(obj)
    return Person(
        id=take.id("id"),
        name=take.text("name"),
        email=take.label("email"),
        title=take.text("title"),
        about=take.text("about"),
        department=take.label("department"),
        site=take.label("site"),
        location=take.text("location"),
        timezone=take.label("timezone"),
        languages=take.labels("languages"),
        manager=take.optional_id("manager"),
        bot=take.flag("bot", False),
        active=take.flag("active", True),
        joined=take.time("joined"),
        left=take.time("left"),
        consent=take.choice("consent", CONSENTS, "open"),
        weekly_capacity=take.whole("weekly_capacity", minimum=0),
        away_until=take.time("away_until"),
        extra=take.rest(),
    )


def parse_post(obj: Mapping[str, object], authorless: bool = False) -> Post:
    """Make a `Post` of a JSON object; without `kind` a post with a parent is a reply.

    Parameters
    ----------
    authorless : let a post without author pass; foreign exports drop deleted accounts.

    Raises
    ------
    InvalidRecord : a value breaks the format, or there is neither text nor title, and it is no
        reply, by its kind or by what it hangs on.
    """
    take = FieldTaker(obj)
    id_ = take.id("id")
    parent = take.optional_id("parent")
    thread = take.optional_id("thread")
    if parent == id_:
        raise InvalidRecord("parent", "is the post itself; leave it out for a thread's root")
    is_reply = parent is not None or thread not in (None, id_)
    title = take.text("title")
    body = take.body("body")
    kind = take.choice("kind", POST_KINDS, "reply" if is_reply else "post")
    if not (body.strip() or title or is_reply or kind in REPLY_KINDS):
        raise InvalidRecord("body", "is empty, and there is neither a title nor a parent")
    return Post(
        id=id_,
        author=take.optional_id("author") if authorless else take.id("author"),
        created=take.required_time("created"),
        body=body,
        kind=kind,
        title=title,
        body_format=take.choice("body_format", BODY_FORMATS, "text"),
        parent=parent,
        thread=thread,
        space=take.optional_id("space"),
        tags=take.labels("tags"),
        language=take.label("language"),
        updated=take.time("updated"),
        valid_until=take.time("valid_until"),
        anonymous=take.flag("anonymous", False),
        attachments=_attachments(take),
        visibility=take.choice("visibility", POST_VISIBILITIES, "space"),
        score=take.whole("score"),
        accepted=take.optional_flag("accepted"),
        extra=take.rest(),
    )


def _attachments(take: FieldTaker) -> tuple[Attachment, ...]:
    found = []
    for entry in take.objects("attachments"):
        inner = FieldTaker(entry, prefix="attachments.")
        url = inner.text("url")
        if url is None:
            raise InvalidRecord("attachments.url", "is required")
        found.append(Attachment(url=url, alt=inner.text("alt"), extra=inner.rest()))
    return tuple(found)


def parse_interaction(obj: Mapping[str, object]) -> Interaction:
    """Make an `Interaction` of a JSON object; an `at` that is a date alone sets `day_only`.

    Raises
    ------
    InvalidRecord : a value breaks the format; the error names its key.
    """
    take = FieldTaker(obj)
    date_alone = is_date_alone(obj.get("at"))
    return Interaction(
        person=take.optional_id("person"),
        post=take.id("post"),
        kind=take.choice("kind", INTERACTION_KINDS),
        at=take.time("at"),
        value=take.text("value"),
        site=take.label("site"),
        day_only=take.flag("day_only", False) or date_alone,
        extra=take.rest(),
    )


def parse_link(obj: Mapping[str, object]) -> Link:
    """Make a `Link` of a JSON object with the keys `from` and `to`.

    Raises
    ------
    InvalidRecord : a value breaks the format, or a post is linked to itself.
    """
    take = FieldTaker(obj)
    source, target = take.id("from"), take.id("to")
    if source == target:
        raise InvalidRecord("to", "is the same post as from")
    return Link(
        source=source,
        target=target,
        kind=take.choice("kind", LINK_KINDS),
        at=take.time("at"),
        extra=take.rest(),
    )


def parse_space(obj: Mapping[str, object]) -> Space:
    """Make a `Space` of a JSON object; unknown keys go to `extra`.

    Raises
    ------
    InvalidRecord : a value breaks the format; the error names its key.
    """
    take = FieldTaker(obj)
    return Space(
        id=take.id("id"),
        name=take.text("name"),
        description=take.text("description"),
        visibility=take.choice("visibility", SPACE_VISIBILITIES, "open"),
        members=take.ids("members"),
        site=take.label("site"),
        language=take.label("language"),
        extra=take.rest(),
    )


_PARSERS: dict[str, Callable[[Mapping[str, object]], Record]] = {
    "person": parse_person,
    "space": parse_space,
    "post": parse_post,
    "interaction": parse_interaction,
    "link": parse_link,
}
RECORD_KINDS = tuple(_PARSERS)


def parse_record(kind: str, obj: Mapping[str, object]) -> Record:
    """Make the record that `kind` names: person, space, post, interaction or link.

    A key `type` that repeats `kind`, as the lines of `POST /v1/import` have it, is no part of
    the record.

    Raises
    ------
    InvalidRecord : `kind` is none of these, or the object breaks the format.
    """
    parser = _PARSERS.get(kind)
    if parser is None:
        raise InvalidRecord("type", f"must be one of {', '.join(RECORD_KINDS)}")
    if isinstance(obj, Mapping) and obj.get("type") == kind:
        obj = {key: value for key, value in obj.items() if key != "type"}
    return parser(obj)


_RENAMED = {"source": "from", "target": "to"}
# `implicit` and `husk` are the store's own marks, not part of the format.
_INTERNAL = frozenset({"extra", "implicit", "husk"})


def to_json(record: Record) -> dict[str, Any]:
    """Write a record in the community format, its `extra` keys beside the known ones.

    None, empty lists and flags that are off by default are left out; `parse_record` of the
    answer gives the same record.
    """
    is_link = isinstance(record, Link)
    # An interaction's null person says "an anonymous vote", so it is kept.
    keep_none = ("person",) if isinstance(record, Interaction) else ()
    found: dict[str, Any] = {}
    for name in record.__dataclass_fields__:
        if name in _INTERNAL:
            continue
        value = getattr(record, name)
        if (value is None and name not in keep_none) or value == ():
            continue
        if value is False and name in ("bot", "anonymous", "day_only"):
            continue
        found[_RENAMED.get(name, name) if is_link else name] = _plain(value)
    return {**{key: value for key, value in record.extra.items() if key not in found}, **found}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Attachment):
        known = {"url": value.url} | ({"alt": value.alt} if value.alt is not None else {})
        return {**value.extra, **known}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value
