"""Slack exports: the zip, or the folder it unpacks to, with a file a channel and day."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from data.errors import UnreadableSource

from .archives import unpacked
from .face import Item, ReadOptions
from .items import make_item, problems, reject
from .json_tables import list_rows
from .lines import Fault
from .peek import Sample
from .slack_messages import Channel, interactions, person_name, post

# Which list names a channel, and the word of `include_private` that admits all of its kind.
_LISTS = (
    ("channels.json", ""),
    ("groups.json", "groups"),
    ("mpims.json", "direct"),
    ("dms.json", "direct"),
)
_SLACKBOT = "USLACKBOT"
_LEADING = b"\xef\xbb\xbf \t\r\n"

Files = dict[str, tuple[str, Path]]


def _wanted(name: str) -> bool:
    return name.endswith(".json")


class SlackReader:
    """Reads channels one day at a time; what is private stays out unless it is named."""

    name = "slack"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a channels.json holds a list."""
        return _is_channel_list(sample.name) and sample.head.lstrip(_LEADING).startswith(b"[")

    def size(self, path: Path) -> int | None:
        """Messages are not counted beforehand."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield channels, people, messages channel by channel, then reactions."""
        with unpacked(path, _wanted) as export:
            files: Files = {name: (name, inside) for name, inside in export.files()}
            base = min(
                (name[: -len("channels.json")] for name in files if _is_channel_list(name)),
                key=len,
                default=None,
            )
            yield from problems(export)
            if base is None:
                raise UnreadableSource(f"{path} holds no channels.json of a Slack export")
            files = {name.removeprefix(base): at for name, at in files.items()}
            yield from self._read(files, options)

    def _read(self, files: Files, options: ReadOptions) -> Iterator[Item]:
        channels: dict[str, Channel] = {}
        for name, admitted_by in _LISTS:
            for item in _entries(files, name):
                if isinstance(item, Item):
                    yield item
                else:
                    yield from _channel(item, (name, admitted_by), options, channels)
        names: dict[str, str] = {}
        bots: set[str] = set()
        for item in _entries(files, "users.json"):
            if isinstance(item, Item):
                yield item
                continue
            line, user = item
            made = _person(user, bots, line)
            names[str(user.get("id"))] = person_name(user)
            yield made
        unknown: set[str] = set()
        for folder, days in _days(files).items():
            channel = channels.get(folder)
            if channel is None:
                yield reject(folder, 0, None, "is in no list of open channels, so it stays out")
                continue
            if channel.read:
                yield from _messages(channel, days, names, bots, unknown)
        for folder, days in _days(files).items():
            channel = channels.get(folder)
            if channel is not None and channel.read:
                for name, inside in days:
                    # What is broken was rejected when the messages were read.
                    for line, message in list_rows(inside):
                        if isinstance(message, Mapping):
                            yield from interactions(message, channel, name, line)


def _is_channel_list(name: str) -> bool:
    return PurePosixPath(name).name == "channels.json"


def _entries(files: Files, name: str) -> Iterator[Item | tuple[int, Mapping[str, object]]]:
    """Yield (line, object) of one of the export's lists, and rejections of what is none."""
    if name in files:
        for line, entry in list_rows(files[name][1]):
            yield (line, entry) if isinstance(entry, Mapping) else _no_object(name, line, entry)


def _no_object(file: str, line: int, entry: object) -> Item:
    reason = entry.reason if isinstance(entry, Fault) else "is no JSON object"
    return reject(file, line, None, reason)


def _channel(
    entry: tuple[int, Mapping[str, object]],
    listed: tuple[str, str],
    options: ReadOptions,
    channels: dict[str, Channel],
) -> Iterator[Item]:
    (line, about), (list_name, admitted_by) = entry, listed
    id_, name = about.get("id"), about.get("name") or about.get("id")
    if not isinstance(id_, str) or not isinstance(name, str):
        yield reject(list_name, line, None, "id: is required and must be text")
        return
    private = list_name != "channels.json" or about.get("is_private") is True
    admitted = not private or not {name, id_, admitted_by or "groups"}.isdisjoint(
        options.include_private
    )
    # A private channel's folder bears its name, a direct message's its id.
    folder = id_ if list_name == "dms.json" else name
    channels.setdefault(folder, Channel(id_, folder, admitted))
    if not admitted:
        what = "a direct message" if admitted_by == "direct" else "a private channel"
        yield reject(list_name, line, id_, f"is {what}; it goes in only when asked for by name")
        return
    members = about.get("members")
    purpose = about.get("purpose")
    yield make_item(
        "space",
        {
            "id": id_,
            "name": name,
            "description": purpose.get("value") if isinstance(purpose, Mapping) else None,
            "visibility": "members" if private else "open",
            "members": members if isinstance(members, list) else None,
        },
        list_name,
        line,
    )


def _person(user: Mapping[str, object], bots: set[str], line: int) -> Item:
    profile = user.get("profile")
    profile = profile if isinstance(profile, Mapping) else {}
    id_ = user.get("id")
    bot = user.get("is_bot") is True or id_ == _SLACKBOT
    if bot:
        bots.add(str(id_))
    obj: dict[str, object] = {
        "id": id_,
        "name": person_name(user),
        "email": profile.get("email"),
        "title": profile.get("title"),
        "timezone": user.get("tz"),
        "bot": bot,
        "active": user.get("deleted") is not True,
        "username": user.get("name"),
    }
    return make_item("person", obj, "users.json", line)


def _days(files: Files) -> dict[str, list[tuple[str, Path]]]:
    """Sort the files of messages by channel folder, days in order."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for name in sorted(files):
        folder, _, day = name.rpartition("/")
        if folder and "/" not in folder and day.endswith(".json"):
            found.setdefault(folder, []).append(files[name])
    return found


def _messages(
    channel: Channel,
    days: list[tuple[str, Path]],
    names: dict[str, str],
    bots: set[str],
    met: set[str],
) -> Iterator[Item]:
    """Yield one channel's messages, each day in the order of its times, each message once."""
    seen: set[str] = set()
    for name, path in days:
        for line, message in list_rows(path):
            if not isinstance(message, Mapping):
                yield _no_object(name, line, message)
                continue
            ts = str(message.get("ts"))
            if ts in seen:
                yield reject(name, line, ts, "stands in this channel already")
                continue
            seen.add(ts)
            yield from post(message, channel, names, bots, met, (name, line))
