"""Zulip's web archive, as zulip-archive keeps it: a folder a stream, one JSON list a topic."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from data.errors import UnreadableSource

from .archives import Unpacked, unpacked
from .clock import since_epoch
from .face import DELETED, Item, ReadOptions, Rejection
from .items import make_item, problems, reject
from .json_tables import list_rows
from .lines import Fault, json_file
from .peek import Sample
from .streams import bare_name
from .zulip_topics import (
    NOTICE,
    NOTIFIER,
    Key,
    Threads,
    decoded,
    linked_topics,
    named_like_a_bot,
    topic_key,
    topic_title,
    was_deleted,
)

_INDEX = "stream_index.json"
_FOLDER = re.compile(r"(\d{1,18})-(.*)")
_KEYS = (b'"sender_full_name"', b'"timestamp"', b'"content"')

Message = Mapping[str, object]
Place = tuple[str, int]
"""The file and the line on which something begins."""


def _wanted(name: str) -> bool:
    return bare_name(name).endswith(".json")


class ZulipArchiveReader:
    """Reads a topic at a time; people are known by their names alone, which is all it tells.

    Edits, reactions and private streams are not in such an archive.
    """

    name = "zulip-archive"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a JSON file holds a list of messages with their senders' full names."""
        return (
            _wanted(sample.name)
            and sample.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
            and all(key in sample.head for key in _KEYS)
        )

    def size(self, path: Path) -> int | None:
        """Messages are not counted beforehand."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield each stream before its topics, each person before the first post, links last."""
        with unpacked(path, _wanted) as export:
            yield from problems(export)
            state = _State(_stream_names(export))
            for topic in _topics(export):
                yield from state.topic(topic)
            yield from problems(export)
        if not state.met:
            raise UnreadableSource(f"{path} holds no topic of a Zulip web archive")
        yield from state.threads.links()


def _stream_names(export: Unpacked) -> dict[str, str]:
    """Read streams' names by id from the index, where there is one."""
    names: dict[str, str] = {}
    for name, path in export.files():
        if PurePosixPath(bare_name(name)).name == _INDEX:
            found = json_file(path)
            streams = found.get("streams") if isinstance(found, Mapping) else None
            for title, about in streams.items() if isinstance(streams, Mapping) else ():
                if isinstance(about, Mapping):
                    names[str(about.get("id"))] = str(title)
    return names


Topic = list[tuple[str, Path]]


def _topics(export: Unpacked) -> Iterator[tuple[str, str, Topic]]:
    """Yield (stream's folder, topic's name, its files), files of one topic together."""
    groups: dict[tuple[str, str], tuple[str, Topic]] = {}
    for name, path in export.files():
        bare = PurePosixPath(bare_name(name))
        if bare.suffix == ".json" and bare.name != _INDEX:
            topic = decoded(bare.stem)
            key = (bare.parent.name, topic_key(topic) or "")
            groups.setdefault(key, (topic, []))[1].append((name, path))
    for (folder, _), (topic, files) in groups.items():
        yield folder, topic, files


class _State:
    """What was met so far."""

    def __init__(self, names: dict[str, str]) -> None:
        self.threads = Threads()
        self.met = False
        self._names = names
        self._ids: dict[str, int | str] = {title: _numbered(id_) for id_, title in names.items()}
        self._spaces: set[str] = set()
        self._people: set[str] = set()

    def topic(self, topic: tuple[str, str, Topic]) -> Iterator[Item]:
        folder, name, files = topic
        messages: list[tuple[int, Place, Message]] = []
        for file, path in files:
            for line, message in list_rows(path):
                yield from self._gather(message, (file, line), messages)
        if not messages:
            return
        self.met = True
        space, items = self._space(folder, messages[0][1])
        yield from items
        messages.sort(key=lambda entry: entry[0])
        key = topic_key(name)
        at: Key | None = None if key is None else (_numbered(space or ""), key)
        if at is not None:
            first = next((id_ for id_, _, message in messages if _refusal(message) is None), None)
            if first is not None:
                self.threads.roots.setdefault(at, first)
        for id_, place, message in messages:
            yield from self._post(id_, message, at, topic_title(name), space, place)

    def _gather(
        self, message: object, place: Place, into: list[tuple[int, Place, Message]]
    ) -> Iterator[Item]:
        id_ = message.get("id") if isinstance(message, Mapping) else None
        if isinstance(message, Fault):
            yield reject(*place, None, message.reason)
        elif not isinstance(message, Mapping) or "content" not in message:
            yield reject(*place, None, "is no message of a web archive")
        elif not isinstance(id_, int) or isinstance(id_, bool):
            yield reject(*place, None, "id: is required and must be a whole number")
        else:
            into.append((id_, place, message))

    def _space(self, folder: str, place: Place) -> tuple[str | None, list[Item]]:
        found = _FOLDER.fullmatch(folder)
        id_ = found[1] if found else folder
        if not id_ or folder == "zulip_json":
            return None, []
        if id_ in self._spaces:
            return id_, []
        self._spaces.add(id_)
        # The folder's name has hyphens for spaces; the index has the name itself.
        name = self._names.get(id_) or decoded(found[2] if found else folder).replace("-", " ")
        return id_, [make_item("space", {"id": id_, "name": name}, *place)]

    def _post(
        self,
        id_: int,
        message: Message,
        topic: Key | None,
        title: str | None,
        space: str | None,
        place: Place,
    ) -> Iterator[Item]:
        reason = _refusal(message)
        if reason is not None:
            yield reject(*place, id_, reason)
            return
        if id_ in self.threads.placed:
            yield reject(*place, id_, "stands in the archive already")
            return
        author, content = message.get("sender_full_name"), message["content"]
        text = content if isinstance(content, str) else ""
        created = since_epoch(message.get("timestamp"))
        root, parent = self.threads.place(id_, topic, text, space)
        item = make_item(
            "post",
            {
                "id": str(id_),
                "author": author,
                "created": created,
                "body": content,
                "body_format": "html",
                "kind": "reply" if parent else "post",
                "title": title if parent is None else None,
                "parent": None if parent is None else str(parent),
                "thread": str(root),
                "space": space,
            },
            *place,
        )
        if isinstance(item.record, Rejection):
            yield item
            return
        if isinstance(author, str) and author not in self._people:
            self._people.add(author)
            person = {"id": author, "name": author, "bot": named_like_a_bot(author)}
            yield make_item("person", person, *place)
        yield item
        self.threads.placed[id_] = root
        self.threads.note_links(root, linked_topics(text, self._ids.get), created, *place)


def _numbered(id_: str) -> int | str:
    return int(id_) if id_.isascii() and id_.isdigit() else id_


def _refusal(message: Message) -> str | None:
    """Say why a message is no post; None for one that is."""
    if message.get("sender_full_name") == NOTIFIER:
        return NOTICE
    return DELETED if was_deleted(message["content"]) else None
