"""Who is in a Mattermost export, where they write, and who reads it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .face import Item
from .items import make_item, reject

Content = Mapping[str, object]

DIRECT = "direct"
"""The word in `ReadOptions.include_private` that admits direct and group messages."""
_DISPLAYED = ("first_name", "last_name")


def text(content: Content, key: str) -> str:
    """Give the text of a key, "" where there is none."""
    found = content.get(key)
    return found.strip() if isinstance(found, str) else ""


@dataclass(slots=True)
class Channel:
    """A channel of the export; `private`: read by those who joined it."""

    id: str
    team: str
    name: str
    about: str
    private: bool
    read: bool
    members: list[str] = field(default_factory=list)
    place: tuple[str, int] = ("", 0)


class Places:
    """Teams, channels and people, as the lines before the posts tell of them."""

    def __init__(self, include_private: tuple[str, ...]) -> None:
        self.channels: dict[str, Channel] = {}
        self.bots: set[str] = set()
        self._private = frozenset(include_private)
        self._teams: dict[str, tuple[str, bool]] = {}
        self._team_members: dict[str, list[str]] = {}
        self._staff = 0
        self._letters: dict[str, tuple[str, ...]] = {}
        self._refused: set[str] = set()

    @property
    def letters_read(self) -> bool:
        """Whether direct messages are taken in."""
        return DIRECT in self._private

    def team(self, content: Content) -> None:
        """Note a team: its name, and whether whoever is here may join it."""
        name = text(content, "name")
        invited = text(content, "type") == "I" and content.get("allow_open_invite") is not True
        self._teams[name] = (text(content, "display_name") or name, not invited)

    def channel(self, content: Content, file: str, line: int) -> Iterator[Item]:
        """Note a channel; say of a private one that it stays out, unless it was named."""
        team, name = text(content, "team"), text(content, "name")
        if not team or not name:
            yield reject(file, line, None, "channel: has no name or no team")
            return
        id_ = f"{team}:{name}"
        shown = text(content, "display_name") or name
        # "O" is open; whatever else there is, or may come, is not.
        private = text(content, "type") != "O"
        read = not private or not {name, shown, id_, "groups"}.isdisjoint(self._private)
        about = text(content, "purpose") or text(content, "header")
        self.channels[id_] = Channel(id_, team, shown, about, private, read, place=(file, line))
        if not read:
            reason = "is a private channel; it goes in only when asked for by name"
            yield reject(file, line, id_, reason)

    def person(self, kind: str, content: Content, file: str, line: int) -> Iterator[Item]:
        """Yield a person or a bot, and note what they belong to."""
        username = text(content, "username")
        names = [text(content, key) for key in _DISPLAYED]
        name = " ".join(part for part in names if part) or text(content, "nickname")
        obj: dict[str, object] = {
            "id": username,
            "name": name or text(content, "display_name") or username,
            "active": not content.get("delete_at") and not content.get("deleted_at"),
        }
        if kind == "bot" or content.get("is_bot") is True:
            self.bots.add(username)
            obj |= {"bot": True, "about": text(content, "description") or None}
        else:
            obj |= {
                "email": text(content, "email") or None,
                "title": text(content, "position") or None,
                "timezone": _zone(content.get("timezone")),
            }
            self._belong(username, content, bool(obj["active"]))
        yield make_item("person", obj, file, line)

    def _belong(self, username: str, content: Content, active: bool) -> None:
        teams = content.get("teams")
        self._staff += active
        for team in teams if isinstance(teams, list) else ():
            if not isinstance(team, Mapping):
                continue
            name = text(team, "name")
            if active:
                self._team_members.setdefault(name, []).append(username)
            joined = team.get("channels")
            for entry in joined if isinstance(joined, list) else ():
                if isinstance(entry, Mapping):
                    channel = self.channels.get(f"{name}:{text(entry, 'name')}")
                    if channel is not None and channel.private and channel.read:
                        channel.members.append(username)

    def spaces(self) -> Iterator[Item]:
        """Yield the channels that are read, and the direct conversations if they are."""
        for channel in self.channels.values():
            if not channel.read:
                continue
            team, joinable = self._teams.get(channel.team, (channel.team, True))
            inside = self._team_members.get(channel.team, [])
            # A team by invitation is closed to the others; where all are in it there are none.
            closed = not joinable and len(inside) < self._staff
            obj: dict[str, object] = {
                "id": channel.id,
                "name": f"{team}: {channel.name}" if len(self._teams) > 1 else channel.name,
                "description": channel.about or None,
            }
            if channel.private or closed:
                members = channel.members if channel.private else inside
                obj |= {"visibility": "members", "members": members}
            yield make_item("space", obj, *channel.place)
        for id_, people in self._letters.items():
            obj = {"id": id_, "visibility": "members", "members": people}
            yield make_item("space", obj, "direct_channel", 0)

    def conversation(self, content: Content) -> None:
        """Note a direct conversation that is to be taken in."""
        people = correspondents(content)
        if people and self.letters_read:
            self._letters.setdefault(letter_space(people), people)

    def direct(self, content: Content, file: str, line: int) -> Iterator[Item]:
        """Say of a direct conversation, once, that it stays out."""
        people = correspondents(content)
        id_ = letter_space(people)
        if not self.letters_read and id_ not in self._refused:
            self._refused.add(id_)
            reason = 'is a direct conversation; it goes in only when asked for by "direct"'
            yield reject(file, line, id_, reason)

    def unknown(self, id_: str, file: str, line: int) -> Iterator[Item]:
        """Say of a channel that no line tells of, once, that it stays out."""
        if id_ not in self._refused:
            self._refused.add(id_)
            reason = "is a channel that no line tells of, so whether it is open; it stays out"
            yield reject(file, line, id_, reason)


def correspondents(content: Content) -> tuple[str, ...]:
    """Give the members of a direct conversation, sorted."""
    for key in ("channel_members", "members"):
        found = content.get(key)
        if isinstance(found, list):
            return tuple(sorted({name for name in found if isinstance(name, str) and name}))
    return ()


def letter_space(people: tuple[str, ...]) -> str:
    """Give the id of a direct conversation: of eight people the names would be too long."""
    return f"direct:{hashlib.sha256(chr(10).join(people).encode()).hexdigest()[:16]}"


def _zone(timezone: object) -> str | None:
    if not isinstance(timezone, Mapping):
        return timezone if isinstance(timezone, str) and timezone else None
    automatic = str(timezone.get("useAutomaticTimezone")).lower() == "true"
    keys = ("automaticTimezone", "manualTimezone")
    found = (text(timezone, key) for key in (keys if automatic else reversed(keys)))
    return next((zone for zone in found if zone), None)
