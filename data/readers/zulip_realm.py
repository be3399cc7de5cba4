"""Who and what a Zulip organisation is made of: its people, streams and who reads them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .clock import since_epoch
from .face import Item
from .items import make_item, reject
from .json_tables import Row

REALM_TABLES = (
    "zerver_userprofile",
    "zerver_userprofile_mirrordummy",
    "zerver_userprofile_crossrealm",
    "zerver_stream",
    "zerver_recipient",
    "zerver_subscription",
    "zerver_customprofilefield",
    "zerver_customprofilefieldvalue",
)
_PERSONAL, _STREAM, _GROUP = 1, 2, 3
"""Kinds of recipient: one person, a stream, a group of people."""
_WORDS = (1, 2)
"""Kinds of profile field that hold text."""
_TITLES = frozenset({"title", "job title", "role", "position", "job"})
_NOTIFIER_ADDRESS = "notification-bot@"
DIRECT = "direct"
"""The word in `ReadOptions.include_private` that admits direct messages."""


def number(row: Row, key: str) -> int | None:
    """Give the whole number of a key, or of its name in newer exports, which ends in `_id`."""
    for name in (key, f"{key}_id"):
        found = row.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
    return None


def _words(row: Row, key: str) -> str | None:
    found = row.get(key)
    return found if isinstance(found, str) and found.strip() else None


@dataclass(slots=True)
class Stream:
    """A stream of the export; `read`: whether its messages are taken in."""

    id: int
    name: str
    description: str | None
    private: bool
    read: bool
    line: int


@dataclass(slots=True)
class Realm:
    """What realm.json says, gathered table by table, in whatever order they stand."""

    include_private: tuple[str, ...]
    streams: dict[int, Stream] = field(default_factory=dict)
    recipients: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Recipient -> its kind, and the id of the stream, person or group behind it."""
    members: dict[int, list[str]] = field(default_factory=dict)
    """Recipient -> who is subscribed, in order; empty unless something private is admitted."""
    notifiers: set[int] = field(default_factory=set)
    """Ids of the bot that speaks for the chat itself."""
    _people: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    _fields: dict[int, str] = field(default_factory=dict)
    _values: dict[int, dict[int, str]] = field(default_factory=dict)
    _broken: list[tuple[int, str]] = field(default_factory=list)

    def take(self, table: str, row: Row, line: int) -> None:
        """Note one row of realm.json."""
        if table == "zerver_stream":
            self._stream(row, line)
        elif table == "zerver_recipient":
            id_, kind, behind = (number(row, key) for key in ("id", "type", "type_id"))
            if id_ is not None and kind is not None and behind is not None:
                self.recipients[id_] = (kind, behind)
        elif table == "zerver_subscription":
            recipient, person = number(row, "recipient"), number(row, "user_profile")
            subscribed = self.include_private and row.get("active") is not False
            if subscribed and recipient is not None and person is not None:
                self.members.setdefault(recipient, []).append(str(person))
        elif table == "zerver_customprofilefield":
            id_, name = number(row, "id"), _words(row, "name")
            if id_ is not None and name and row.get("field_type") in _WORDS:
                self._fields[id_] = name
        elif table == "zerver_customprofilefieldvalue":
            person, about = number(row, "user_profile"), number(row, "field")
            value = _words(row, "value")
            if person is not None and about is not None and value:
                self._values.setdefault(person, {})[about] = value
        else:
            self._person(table, row, line)

    def _stream(self, row: Row, line: int) -> None:
        id_, name = number(row, "id"), _words(row, "name")
        if id_ is None or name is None:
            self._broken.append((line, "a stream without id or name"))
            return
        # Unless it is said to be open, it is not.
        private = row.get("invite_only") is not False and row.get("is_web_public") is not True
        names = {name, name.removeprefix("!DEACTIVATED:").strip(), str(id_), "groups"}
        read = not private or not names.isdisjoint(self.include_private)
        self.streams[id_] = Stream(id_, name, _words(row, "description"), private, read, line)

    def _person(self, table: str, row: Row, line: int) -> None:
        id_ = number(row, "id")
        if id_ is None:
            self._broken.append((line, "a person without id"))
            return
        system = table.endswith("crossrealm")
        address = _words(row, "delivery_email") or _words(row, "email") or ""
        name = _words(row, "full_name")
        if name is None and system:
            name = address.partition("@")[0].replace("-", " ").title()
        if address.startswith(_NOTIFIER_ADDRESS):
            self.notifiers.add(id_)
        obj: dict[str, object] = {
            "id": str(id_),
            "name": name,
            "email": None if system else address or None,
            "timezone": _words(row, "timezone"),
            "bot": system or row.get("is_bot") is True,
            "active": row.get("is_active") is not False and not table.endswith("mirrordummy"),
            "joined": since_epoch(row.get("date_joined")),
        }
        self._people.append((line, obj))

    def records(self, file: str) -> Iterator[Item]:
        """Yield the people, then the streams that are read; a private one is a rejection."""
        for line, reason in self._broken:
            yield reject(file, line, None, f"is {reason}")
        for line, obj in self._people:
            title, about = self._profile(int(str(obj["id"])))
            yield make_item("person", obj | {"title": title, "about": about}, file, line)
        recipients = {behind: id_ for id_, (kind, behind) in self.recipients.items() if kind == 2}
        for stream in self.streams.values():
            if not stream.read:
                reason = "is a private stream; it goes in only when asked for by name"
                yield reject(file, stream.line, f"{stream.id} {stream.name}", reason)
                continue
            obj = {
                "id": str(stream.id),
                "name": stream.name.removeprefix("!DEACTIVATED:").strip(),
                "description": stream.description,
            }
            if stream.private:
                members = self.members.get(recipients.get(stream.id, 0), [])
                obj |= {"visibility": "members", "members": members}
            yield make_item("space", obj, file, stream.line)

    def _profile(self, person: int) -> tuple[str | None, str | None]:
        """Give the title and the rest of what somebody filled in of themselves."""
        told = [
            (self._fields[about], value)
            for about, value in self._values.get(person, {}).items()
            if about in self._fields
        ]
        titles = [value for name, value in told if name.casefold() in _TITLES]
        rest = [f"{name}: {value}" for name, value in told if name.casefold() not in _TITLES]
        return next(iter(titles), None), "\n".join(rest) or None

    def stream_of(self, recipient: int) -> Stream | None:
        """Give the stream behind a recipient, None where there is none."""
        kind, behind = self.recipients.get(recipient, (0, 0))
        return self.streams.get(behind) if kind == _STREAM else None

    def is_direct(self, recipient: int) -> bool:
        """Whether a recipient is one person or a group of people."""
        return self.recipients.get(recipient, (0, 0))[0] in (_PERSONAL, _GROUP)

    def correspondents(self, recipient: int, sender: int) -> tuple[str, ...]:
        """Give the people of a direct message, each once, in order of their ids."""
        kind, behind = self.recipients.get(recipient, (0, 0))
        others = [str(behind)] if kind == _PERSONAL else self.members.get(recipient, [])
        return tuple(sorted({*others, str(sender)}, key=int))
