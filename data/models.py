"""The community's records: frozen dataclasses that travel upward from the store.

In: what `data.records` and the readers made of an export. Out: what every floor above reads.
Times are aware datetimes in UTC. Ids are the strings of the source system.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

CONSENTS = ("open", "named", "hidden")
POST_KINDS = ("question", "idea", "post", "answer", "reply", "comment")
REPLY_KINDS = ("answer", "reply", "comment")
BODY_FORMATS = ("text", "html", "markdown")
POST_VISIBILITIES = ("space", "members")
SPACE_VISIBILITIES = ("open", "members")
INTERACTION_KINDS = (
    "view",
    "like",
    "bookmark",
    "follow",
    "helpful",
    "not_helpful",
    "accept",
    "dismiss",
    "join",
    "tried",
)
LINK_KINDS = ("duplicate", "related", "not_same")


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the community.

    `consent`: open (may be suggested with evidence), named (may be suggested, no excerpts of
    their posts as evidence), hidden (never suggested). `implicit` marks a person known only as
    the author of posts: such a person is visible to those alone who can read one of them.
    """

    id: str
    name: str | None = None
    email: str | None = None
    title: str | None = None
    about: str | None = None
    department: str | None = None
    site: str | None = None
    location: str | None = None
    timezone: str | None = None
    languages: tuple[str, ...] = ()
    manager: str | None = None
    bot: bool = False
    active: bool = True
    joined: datetime | None = None
    left: datetime | None = None
    consent: str = "open"
    weekly_capacity: int | None = None
    away_until: datetime | None = None
    implicit: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic that a person chose as one that concerns them, in words: theirs, or those by which
    the community's topic was called then. `id`: that topic's, which stays when its words change."""

    topic: str
    at: datetime
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file shown with a post; `alt` is the text that stands for it."""

    url: str
    alt: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """A thread's root or a message in it.

    `parent` is the post answered to, `thread` the id of the root. A root has `parent` None and
    `thread` None or its own id. `author` is None only where an export gives none (a deleted
    account). `score` and `accepted` carry no date: shown, never a signal. `husk` marks what is left
    where the author was deleted: an author called "deleted" may be a living person.
    """

    id: str
    author: str | None
    created: datetime
    body: str
    kind: str = "post"
    title: str | None = None
    body_format: str = "text"
    parent: str | None = None
    thread: str | None = None
    space: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    updated: datetime | None = None
    valid_until: datetime | None = None
    anonymous: bool = False
    attachments: tuple[Attachment, ...] = ()
    visibility: str = "space"
    score: int | None = None
    accepted: bool | None = None
    husk: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interaction:
    """Something a person did with a post. `person` None: an anonymous vote.

    `at` None: undated, never a signal when the past is asked about. `day_only`: the time is a
    date alone, so it counts from the next day on. `value` of a `tried`: worked, adapted or
    did not work.
    """

    person: str | None
    post: str
    kind: str
    at: datetime | None = None
    value: str | None = None
    site: str | None = None
    day_only: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A stated relation between two posts; the later one (`source`) points to the earlier."""

    source: str
    target: str
    kind: str
    at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Space:
    """A channel, category, list or group. A `members` space is read by `members` alone."""

    id: str
    name: str | None = None
    description: str | None = None
    visibility: str = "open"
    members: tuple[str, ...] = ()
    site: str | None = None
    language: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Record = Person | Space | Post | Interaction | Link
