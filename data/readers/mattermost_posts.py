"""Mattermost's posts and replies, with the ids that they lack, and the reactions to them."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from data.models import Post

from .clock import since_epoch
from .face import DELETED, Item, Rejection
from .items import make_item, reject
from .mattermost_places import Content, Places, correspondents, letter_space, text

_MILLISECONDS = 1000
_DISLIKES = frozenset({"-1", "thumbsdown"})
_EVENT = "system_"


class Posts:
    """Walks through the posts in the order of the file; each walk gives the same ids."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._met: set[bytes] = set()
        self._bots: set[str] = set()

    def records(self, kind: str, content: Content, file: str, line: int) -> Iterator[Item]:
        """Yield a post and its replies, before them a bot that is met for the first time."""
        space = self._space(kind, content)
        if space is None:
            if kind == "direct_post":
                yield from self._places.direct(content, file, line)
            elif (id_ := _channel_id(content)) not in self._places.channels:
                yield from self._places.unknown(id_, file, line)
            return
        for message, item in self._thread(content, space, file, line):
            if isinstance(item.record, Rejection):
                yield item
                continue
            author = item.record.author if isinstance(item.record, Post) else None
            if author and author.startswith("bot:") and author not in self._bots:
                self._bots.add(author)
                name = author.removeprefix("bot:")
                obj = {"id": author, "name": name, "bot": True, "account": text(message, "user")}
                yield make_item("person", obj, file, line)
            yield item

    def reactions(self, kind: str, content: Content, file: str, line: int) -> Iterator[Item]:
        """Yield the first like of each person who reacted to a post or reply, with its time."""
        space = self._space(kind, content)
        if space is None:
            return
        for message, item in self._thread(content, space, file, line):
            if isinstance(item.record, Rejection):
                continue
            first: dict[str, float] = {}
            for reaction in _objects(message, "reactions"):
                person, at = text(reaction, "user"), reaction.get("create_at")
                if person and text(reaction, "emoji_name") not in _DISLIKES:
                    moment = float(at) if isinstance(at, int | float) else 0.0
                    first[person] = min(first.get(person, moment), moment)
            for person, moment in first.items():
                obj = {
                    "person": person,
                    "post": item.record.id if isinstance(item.record, Post) else None,
                    "kind": "like",
                    "at": since_epoch(moment, _MILLISECONDS),
                }
                yield make_item("interaction", obj, file, line)

    def _space(self, kind: str, content: Content) -> str | None:
        """Give the space that a post is to go in, None where it is to stay out."""
        if kind == "direct_post":
            people = correspondents(content)
            return letter_space(people) if people and self._places.letters_read else None
        channel = self._places.channels.get(_channel_id(content))
        return channel.id if channel is not None and channel.read else None

    def _thread(
        self, content: Content, space: str, file: str, line: int
    ) -> Iterator[tuple[Content, Item]]:
        """Yield (message, its post or the rejection of it): the post first, then its replies."""
        item = self._post(content, space, None, file, line)
        yield content, item
        # Without the post, replies stand alone; the store joins them if it comes one day.
        root = item.record.id if isinstance(item.record, Post | Rejection) else None
        for reply in _objects(content, "replies"):
            yield reply, self._post(reply, space, root, file, line)

    def _post(self, message: Content, space: str, root: str | None, file: str, line: int) -> Item:
        created = since_epoch(message.get("create_at"), _MILLISECONDS)
        author = _author(message, self._places.bots)
        key = f"{space}:{message.get('create_at')}:{author or ''}"
        if created is None:
            return reject(file, line, None, f"create_at: {space} has a post without a time")
        kind = text(message, "type")
        if kind.startswith(_EVENT):
            return reject(file, line, key, f"is a {kind} event, no message")
        number, seen = self._number(key, message)
        id_ = key if number == 1 else f"{key}:{number}"
        if seen:
            return reject(file, line, key, "stands in this channel already")
        if message.get("delete_at"):
            return reject(file, line, id_, DELETED)
        attachments = _files(message)
        body = text(message, "message")
        if not body:
            body = _stand_in(message, author in self._places.bots, attachments)
        edited = since_epoch(message.get("edit_at"), _MILLISECONDS)
        obj: dict[str, object] = {
            "id": id_,
            "author": author,
            "created": created,
            "body": body,
            "body_format": "markdown",
            "kind": "reply" if root else "post",
            "parent": root,
            "thread": root or id_,
            "space": space,
            "updated": edited,
            "attachments": attachments,
        }
        return make_item("post", obj, file, line)

    def _number(self, key: str, message: Content) -> tuple[int, bool]:
        """Count the posts of one key; also whether this very one was there before."""
        whole = f"{key}\n{message.get('message')}"
        if self._is_met(whole):
            return 1, True
        self._remember(whole)
        number = 1
        while self._is_met(f"{key}#{number}"):
            number += 1
        self._remember(f"{key}#{number}")
        return number, False

    # Eight bytes stand for a key, so that a million posts take little.
    def _is_met(self, key: str) -> bool:
        return _short(key) in self._met

    def _remember(self, key: str) -> None:
        self._met.add(_short(key))


def _short(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _channel_id(content: Content) -> str:
    return f"{text(content, 'team')}:{text(content, 'channel')}"


def _objects(content: Content, key: str) -> list[Content]:
    found = content.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _props(message: Content) -> Content:
    found = message.get("props")
    return found if isinstance(found, Mapping) else {}


def _author(message: Content, bots: set[str]) -> str | None:
    """Give who wrote it; an integration speaks for itself, not for who set it up."""
    user, props = text(message, "user") or None, _props(message)
    if user in bots:
        return user
    if str(props.get("from_webhook")).lower() == "true":
        return f"bot:{text(props, 'override_username') or user or 'webhook'}"
    if str(props.get("from_bot")).lower() == "true":
        return f"bot:{user or 'bot'}"
    return user


def _files(message: Content) -> list[dict[str, object]]:
    paths = (text(entry, "path") for entry in _objects(message, "attachments"))
    return [{"url": path, "alt": PurePosixPath(path).name} for path in paths if path]


def _stand_in(message: Content, by_bot: bool, files: list[dict[str, object]]) -> str:
    """Give words to a message without text: its files' names, or what a program attached."""
    author = _author(message, set()) or ""
    if by_bot or author.startswith("bot:"):
        words = []
        for entry in _objects(_props(message), "attachments"):
            told = [text(entry, key) for key in ("pretext", "title", "text")]
            words += [word for word in told if word] or [text(entry, "fallback")]
        return "\n".join(word for word in words if word)
    return "\n".join(str(file["alt"]) for file in files)
