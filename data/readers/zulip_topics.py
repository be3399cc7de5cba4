"""What both forms of Zulip data share: topics as threads, links between them, quotes, bots.

A thread is what stands in one stream under one topic. Zulip compares topics without regard to
case and marks a settled one by a tick before its name, so neither makes another thread. The
root is the first message that somebody wrote there; what the chat itself announces is no post.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from .face import Item
from .items import make_item

NOTICE = "is a notice by the chat itself, no message"
NOTIFIER = "Notification Bot"
"""Whom Zulip has say that a topic was moved or settled, or a stream made."""
_DELETED = frozenset({"(deleted)", "<p>(deleted)</p>"})
"""What Zulip writes in the place of a message's text when it is deleted."""

_RESOLVED = re.compile(r"[✔✓]\s*")
_NO_TOPIC = frozenset({"", "(no topic)"})
_BOT = re.compile(r"\bbot\b|:bot:", re.IGNORECASE)
_CAMEL_BOT = re.compile(r"[a-z]Bot$")
_SAID = re.compile(r"(?:\[said\]\(|href=\")[^\s\"()]{0,1000}/near/(\d{1,18})[^\s\"()]{0,100}[\")]")
_TOPIC_URL = re.compile(
    r"#narrow/(?:stream|channel)/(\d{1,18})[^/\s\"()<>]{0,500}/(?:topic|subject)/([^/\s\"()<>]{1,1000})"
)
_TOPIC_MARK = re.compile(r"#\*\*([^*>\n]{1,200})>([^*\n]{1,200}?)(?:@\d{1,18})?\*\*")

Key = tuple[int | str, str]
"""A stream's id and a topic's name as Zulip compares it."""


def topic_title(name: str) -> str | None:
    """Give a topic's name without the tick of a settled one; None for no topic at all."""
    bare = _RESOLVED.sub("", name.strip(), count=1) if name.strip()[:1] in "✔✓" else name.strip()
    return None if bare.casefold() in _NO_TOPIC else bare


def topic_key(name: str) -> str | None:
    """Give what two names of one topic have in common; None for no topic at all."""
    title = topic_title(name)
    return None if title is None else title.casefold()


def was_deleted(content: object) -> bool:
    """Whether only the trace of a deleted message stands there."""
    return isinstance(content, str) and content.strip() in _DELETED


def named_like_a_bot(name: str) -> bool:
    """Whether a name says that its bearer is a program."""
    return _BOT.search(name) is not None or _CAMEL_BOT.search(name) is not None


def decoded(name: str) -> str:
    """Undo Zulip's writing of a name for links and files: `.20` is a space."""
    return unquote(re.sub(r"\.([0-9A-Fa-f]{2})", r"%\1", name), errors="replace")


def quoted_message(text: str) -> int | None:
    """Give the id of the message that one begins to quote and answer, if there is one."""
    found = _SAID.search(text)
    return int(found[1]) if found else None


def linked_topics(text: str, stream_of: Callable[[str], int | str | None]) -> Iterator[Key]:
    """Yield the topics that a message points to, by address or by `#**stream>topic**`.

    Parameters
    ----------
    stream_of : stream's id by its name, None for an unknown one.
    """
    if "narrow/" in text:
        for link in _TOPIC_URL.finditer(text):
            key = topic_key(decoded(link[2]))
            if key is not None:
                yield int(link[1]), key
    if "#**" in text:
        for mark in _TOPIC_MARK.finditer(text):
            stream, key = stream_of(mark[1]), topic_key(mark[2])
            if stream is not None and key is not None:
                yield stream, key


@dataclass(slots=True)
class Threads:
    """The threads of an export as they are met: roots, whose message is where, and links."""

    roots: dict[Key, int] = field(default_factory=dict)
    """Topic -> id of its first message."""
    placed: dict[int, int] = field(default_factory=dict)
    """Message -> root, of what was given out as a post."""
    _spaces: dict[int, str | None] = field(default_factory=dict)
    _links: dict[tuple[int, Key], tuple[object, str, int]] = field(default_factory=dict)

    def place(
        self, id_: int, topic: Key | None, text: str, space: str | None
    ) -> tuple[int, int | None]:
        """Give the root and the parent of a message; a root has no parent.

        Without a topic a message begins a thread of its own, unless it quotes another of the
        same space.
        """
        quoted = quoted_message(text)
        at = None if quoted is None else self.placed.get(quoted)
        if at is not None and self._spaces.get(at) != space:
            at = None
        root = self.roots.get(topic, id_) if topic is not None else (at or id_)
        self._spaces.setdefault(root, space)
        if root == id_:
            return id_, None
        return root, quoted if at == root else root

    def note_links(self, root: int, keys: Iterator[Key], at: object, file: str, line: int) -> None:
        """Keep the topics that a message of the thread `root` points to, each once."""
        for key in keys:
            self._links.setdefault((root, key), (at, file, line))

    def links(self) -> Iterator[Item]:
        """Yield the links between two threads that are both in the export."""
        told = set()
        for (source, key), (at, file, line) in self._links.items():
            target = self.roots.get(key)
            pair = (source, target)
            if target in self.placed and target != source and pair not in told:
                told.add(pair)
                obj = {"from": str(source), "to": str(target), "kind": "related", "at": at}
                yield make_item("link", obj, file, line)
