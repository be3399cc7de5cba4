"""One Slack message to a post, its author where that is a bot, and its reactions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape

from .face import Item
from .items import make_item, reject

Message = Mapping[str, object]

_KEPT = frozenset(
    {"", "thread_broadcast", "reply_broadcast", "file_share", "file_comment", "me_message",
     "bot_message"}
)  # fmt: skip
_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,6}))?")
_MARK = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_QUOTE_TO_THE_END = re.compile(r"^>>> ?", re.M)
_CODE = "```"
# Thumbs down is a reaction, too, but no liking.
_DISLIKES = frozenset({"-1", "thumbsdown"})


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the export, the folder of its days, and whether it is to be read."""

    id: str
    folder: str
    read: bool


def person_name(user: Message) -> str:
    """Give the fullest name that a user's entry has."""
    profile = user.get("profile")
    profile = profile if isinstance(profile, Mapping) else {}
    candidates = (
        profile.get("real_name"),
        user.get("real_name"),
        profile.get("display_name"),
        user.get("name"),
    )
    return next((name for name in candidates if isinstance(name, str) and name.strip()), "")


def post(
    message: Message,
    channel: Channel,
    names: dict[str, str],
    bots: set[str],
    met: set[str],
    place: tuple[str, int],
) -> Iterator[Item]:
    """Yield the post of a message, before it an author who is in no list and met first here.

    Parameters
    ----------
    names : user id -> name, for mentions; `bots` the ids of users that are bots.
    met : ids of authors in no list who were yielded before; added to.
    place : the file and line on which the message begins.
    """
    file, line = place
    ts, subtype = str(message.get("ts")), str(message.get("subtype") or "")
    created = _time(ts)
    if created is None:
        yield reject(file, line, ts, "ts: is no Slack time")
        return
    if message.get("type", "message") != "message" or subtype not in _KEPT:
        yield reject(file, line, ts, f"is a {subtype or message.get('type')} event, no message")
        return
    if message.get("hidden") is True:
        yield reject(file, line, ts, "is hidden")
        return
    author = _author(message, subtype, names, bots)
    if author is not None and author not in names and author not in met:
        told = _unlisted(message, author)
        if told is not None:
            met.add(author)
            yield make_item("person", told, file, line)
    edited, thread = message.get("edited"), str(message.get("thread_ts") or ts)
    parent = f"{channel.id}:{thread}" if thread != ts else None
    attachments = _files(message)
    text = message.get("text")
    body = _plain(text, names) if isinstance(text, str) else ""
    if not body.strip():
        body = _stand_in(message, author in bots or _is_app(message, author), attachments)
    yield make_item(
        "post",
        {
            "id": f"{channel.id}:{ts}",
            "author": author,
            "created": created,
            "body": body,
            "kind": "reply" if parent else "post",
            "parent": parent,
            "thread": f"{channel.id}:{thread}",
            "space": channel.id,
            "updated": _time(str(edited.get("ts"))) if isinstance(edited, Mapping) else None,
            "attachments": attachments,
        },
        file,
        line,
    )


def _time(ts: str) -> datetime | None:
    found = _TS.fullmatch(ts)
    if found is None:
        return None
    return datetime.fromtimestamp(int(found[1]), UTC).replace(
        microsecond=int((found[2] or "").ljust(6, "0"))
    )


def _author(message: Message, subtype: str, names: dict[str, str], bots: set[str]) -> str | None:
    user, bot = message.get("user"), message.get("bot_id")
    if subtype == "file_comment" and isinstance(comment := message.get("comment"), Mapping):
        user = comment.get("user")
    # An app that posts for a person gives both; only an account of its own is the app's.
    if isinstance(user, str) and (user in names or user in bots or not isinstance(bot, str)):
        return user
    if isinstance(bot, str):
        return bot
    username = message.get("username")
    return f"bot:{username}" if subtype == "bot_message" and isinstance(username, str) else None


def _is_app(message: Message, author: str | None) -> bool:
    return author is not None and (message.get("bot_id") == author or author.startswith("bot:"))


def _unlisted(message: Message, author: str) -> dict[str, object] | None:
    """Give what a message tells of its author, whom users.json does not list."""
    if _is_app(message, author):
        profile = message.get("bot_profile")
        name = profile.get("name") if isinstance(profile, Mapping) else None
        return {"id": author, "name": name or message.get("username"), "bot": True}
    profile = message.get("user_profile")
    if not isinstance(profile, Mapping):
        return None
    name = person_name({"profile": profile, "name": profile.get("name")})
    return {"id": author, "name": name} if name else None


def _plain(text: str, names: dict[str, str]) -> str:
    """Write mentions, channels, links and entities out as text."""

    def resolve(mark: re.Match[str]) -> str:
        sign, target, label = mark[1], mark[2], mark[3]
        if sign == "@":
            return f"@{names.get(target) or label or target}"
        if sign == "#":
            return f"#{label or target}"
        if sign == "!":
            return label or f"@{target.split('^')[0]}"
        if not label or label in target:
            return target.removeprefix("mailto:")
        return f"{label} ({target})"

    return _quotes_marked(unescape(_MARK.sub(resolve, text)))


def _quotes_marked(text: str) -> str:
    """Mark each line of what `>>>` quotes, which is all from there on, as others mark theirs."""
    mark = _QUOTE_TO_THE_END.search(text)
    # In code it is Python's prompt.
    while mark is not None and text.count(_CODE, 0, mark.start()) % 2:
        end = text.find(_CODE, mark.end())
        mark = None if end < 0 else _QUOTE_TO_THE_END.search(text, end)
    if mark is None:
        return text
    return text[: mark.start()] + "> " + text[mark.end() :].replace("\n", "\n> ")


def _files(message: Message) -> list[dict[str, object]]:
    listed = message.get("files")
    entries = listed if isinstance(listed, list) else [message.get("file")]
    found: list[dict[str, object]] = []
    for entry in entries:
        url = (
            (entry.get("permalink") or entry.get("url_private"))
            if isinstance(entry, Mapping)
            else None
        )
        if isinstance(entry, Mapping) and isinstance(url, str):
            alt = entry.get("alt_txt") or entry.get("title") or entry.get("name")
            found.append({"url": url, "alt": alt if isinstance(alt, str) else None})
    return found


def _stand_in(message: Message, by_bot: bool, files: list[dict[str, object]]) -> str:
    """Give words to a message without text: its files' titles, or what a bot attached."""
    words = [str(file["alt"]) for file in files if file["alt"]]
    attached = message.get("attachments")
    if not words and by_bot and isinstance(attached, list):
        # A person's attachments are previews of other people's pages.
        words = [
            unescape(entry["fallback"])
            for entry in attached
            if isinstance(entry, Mapping) and isinstance(entry.get("fallback"), str)
        ]
    return "\n".join(words)


def interactions(message: Message, channel: Channel, file: str, line: int) -> Iterator[Item]:
    """Yield a like of each person who reacted to a message; reactions carry no time."""
    if str(message.get("subtype") or "") not in _KEPT or _time(str(message.get("ts"))) is None:
        return
    reactions = message.get("reactions")
    people: dict[str, None] = {}
    for reaction in reactions if isinstance(reactions, list) else ():
        if not isinstance(reaction, Mapping) or str(reaction.get("name")) in _DISLIKES:
            continue
        users = reaction.get("users")
        people |= dict.fromkeys(
            user for user in (users if isinstance(users, list) else ()) if isinstance(user, str)
        )
    for person in people:
        obj = {"person": person, "post": f"{channel.id}:{message['ts']}", "kind": "like"}
        yield make_item("interaction", obj, file, line)
