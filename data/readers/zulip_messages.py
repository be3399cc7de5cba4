"""Zulip's messages to posts: topics become threads, edits and quotes are kept true."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import orjson

from .clock import since_epoch
from .face import DELETED, Item, Rejection
from .items import make_item, reject
from .json_tables import Row
from .zulip_realm import DIRECT, Realm, number
from .zulip_topics import (
    NOTICE,
    Key,
    Threads,
    linked_topics,
    topic_key,
    topic_title,
    was_deleted,
)

_DISLIKES = frozenset({"-1", "thumbs_down", "thumbsdown"})


class Messages:
    """Makes posts of messages, after it has been shown all of them once."""

    def __init__(self, realm: Realm) -> None:
        self.threads = Threads()
        self._realm = realm
        self._direct = DIRECT in realm.include_private
        self._first: dict[Key, tuple[float, int]] = {}
        self._letters: dict[str, tuple[str, ...]] = {}
        self._left_out = 0
        self._liked: set[tuple[int, int]] = set()
        self._names = {stream.name: id_ for id_, stream in realm.streams.items()}

    def survey(self, row: Row) -> None:
        """Note which message is the first of its topic, and who writes to whom directly."""
        id_, recipient, sender = (number(row, key) for key in ("id", "recipient", "sender"))
        if id_ is None or recipient is None:
            return
        if self._realm.is_direct(recipient):
            self._left_out += 1
            if self._direct and sender is not None:
                people = self._realm.correspondents(recipient, sender)
                self._letters.setdefault(_letter_space(people), people)
            return
        topic, sent = self._topic(row, recipient), row.get("date_sent")
        if topic is None or sender in self._realm.notifiers or not isinstance(sent, int | float):
            return
        if not _has_text(row) or _was_deleted(row):
            return
        if topic not in self._first or (float(sent), id_) < self._first[topic]:
            self._first[topic] = (float(sent), id_)
            self.threads.roots[topic] = id_

    def _topic(self, row: Row, recipient: int) -> Key | None:
        stream, subject = self._realm.stream_of(recipient), row.get("subject")
        if stream is None or not stream.read or not isinstance(subject, str):
            return None
        key = topic_key(subject)
        return None if key is None else (stream.id, key)

    def spaces(self, file: str) -> Iterator[Item]:
        """Yield a space of each direct conversation, or say how many messages stay out."""
        for id_, people in self._letters.items():
            obj = {"id": id_, "visibility": "members", "members": people}
            yield make_item("space", obj, file, 0)
        if self._left_out and not self._direct:
            reason = f"{self._left_out} of them; they go in only when asked for by this word"
            yield reject(file, 0, DIRECT, f"direct messages, {reason}")

    def post(self, row: Row, file: str, line: int) -> Iterator[Item]:
        """Yield the post of a message; nothing for one of a stream that is not read."""
        id_, recipient, sender = (number(row, key) for key in ("id", "recipient", "sender"))
        if id_ is None or recipient is None:
            yield reject(file, line, id_, "has no id or no recipient")
            return
        stream = self._realm.stream_of(recipient)
        direct = self._realm.is_direct(recipient)
        if (direct and not self._direct) or (stream is not None and not stream.read):
            return
        if stream is None and not direct:
            yield reject(file, line, id_, "is of no stream of the export, so it stays out")
            return
        if sender in self._realm.notifiers:
            yield reject(file, line, id_, NOTICE)
            return
        if _was_deleted(row):
            yield reject(file, line, id_, DELETED)
            return
        if id_ in self.threads.placed:
            yield reject(file, line, id_, "stands in the export already")
            return
        yield self._made(row, id_, sender, recipient, file, line)

    def _made(
        self, row: Row, id_: int, sender: int | None, recipient: int, file: str, line: int
    ) -> Item:
        stream, content = self._realm.stream_of(recipient), row.get("content")
        body = content if isinstance(content, str) else row.get("rendered_content") or ""
        text = body if isinstance(body, str) else ""
        if stream is not None:
            space = str(stream.id)
        else:
            space = _letter_space(self._realm.correspondents(recipient, sender or 0))
        root, parent = self.threads.place(id_, self._topic(row, recipient), text, space)
        subject = str(row.get("subject") or "")
        title = topic_title(subject) if stream is not None and parent is None else None
        updated = _edited(row, titled=title is not None)
        item = make_item(
            "post",
            {
                "id": str(id_),
                "author": None if sender is None else str(sender),
                "created": since_epoch(row.get("date_sent")),
                "body": body,
                "body_format": "markdown" if isinstance(content, str) else "html",
                "kind": "reply" if parent else "post",
                "title": title,
                "parent": None if parent is None else str(parent),
                "thread": str(root),
                "space": space,
                "updated": updated,
            },
            file,
            line,
        )
        if not isinstance(item.record, Rejection):
            self.threads.placed[id_] = root
            at = updated or since_epoch(row.get("date_sent"))
            keys = linked_topics(text, self._names.get)
            self.threads.note_links(root, keys, at, file, line)
        return item

    def reaction(self, row: Row, file: str, line: int) -> Iterator[Item]:
        """Yield the like of a person's first reaction to a message; reactions carry no time."""
        message, person = number(row, "message"), number(row, "user_profile")
        if message is None or person is None or message not in self.threads.placed:
            return
        if str(row.get("emoji_name")) in _DISLIKES or (message, person) in self._liked:
            return
        self._liked.add((message, person))
        obj = {"person": str(person), "post": str(message), "kind": "like"}
        yield make_item("interaction", obj, file, line)


def _letter_space(people: tuple[str, ...]) -> str:
    return f"direct-{'-'.join(people)}"[:500]


def _has_text(row: Row) -> bool:
    return any(isinstance(row.get(k), str) and row[k] for k in ("content", "rendered_content"))


def _was_deleted(row: Row) -> bool:
    return was_deleted(row.get("content")) or was_deleted(row.get("rendered_content"))


def _edited(row: Row, titled: bool) -> datetime | None:
    """Give the time of the last edit of what the message says.

    Moving a topic, and ticking it off, is an edit to Zulip, too; to us only where the title of
    a thread changed by it (`titled`: the message bears one).
    """
    history = row.get("edit_history")
    if isinstance(history, str):
        try:
            history = orjson.loads(history)
        except orjson.JSONDecodeError:
            history = None
    if not isinstance(history, list) or not history:
        return since_epoch(row.get("last_edit_time"))
    name = str(row.get("subject") or "")
    moments = []
    # The newest edit comes first, and each tells what was there before it.
    for edit in history:
        if not isinstance(edit, Mapping):
            continue
        before = edit.get("prev_topic", edit.get("prev_subject"))
        renamed = isinstance(before, str) and topic_key(before) != topic_key(name)
        name = before if isinstance(before, str) else name
        rewritten = "prev_content" in edit or "prev_rendered_content" in edit
        moment = since_epoch(edit.get("timestamp"))
        if moment is not None and (rewritten or (renamed and titled)):
            moments.append(moment)
    return max(moments, default=None)
