"""Mattermost's bulk export: JSON lines, plain, compressed, or in a zip beside its files."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import orjson

from data.errors import UnreadableSource

from .archives import Unpacked, unpacked
from .face import Item, ReadOptions
from .items import problems, reject
from .lines import Fault, numbered_objects
from .mattermost_places import Places
from .mattermost_posts import Posts
from .peek import Sample, peek
from .streams import bare_name

_SUFFIXES = (".jsonl", ".ndjson", ".json")
_FILES = "data"
"""The folder of the export in which posts' files lie; among them may be any JSON."""

Line = tuple[str, int, str, Mapping[str, object]]


def _wanted(name: str) -> bool:
    inside = _FILES in PurePosixPath(name).parts[:-1]
    return not inside and bare_name(name).endswith(_SUFFIXES)


def _begins_export(head: bytes) -> bool:
    """Whether the first line is the version that every bulk file begins with."""
    try:
        found = orjson.loads(head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0])
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and found.get("type") == "version" and "version" in found


class MattermostReader:
    """Reads line by line: teams and channels, people, posts with their replies.

    Nothing in such a file has an id. A post's is made of its team, channel, moment and author,
    which an edit leaves as they are; of several at one moment the later ones are numbered.
    """

    name = "mattermost"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a file begins with the line that states the bulk format's version."""
        return _begins_export(sample.head)

    def size(self, path: Path) -> int | None:
        """Posts are not counted beforehand: one line may hold a thread."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield people, channels, posts with their replies, then reactions."""
        with unpacked(path, lambda name: _wanted(name)) as export:
            yield from problems(export)
            files = _exports(export)
            if not files:
                raise UnreadableSource(
                    f"{path} holds no Mattermost bulk export: no file begins with its version"
                )
            places = Places(options.include_private)
            for file in files:
                yield from _head(file, places)
            yield from places.spaces()
            posts = Posts(places)
            for file in files:
                for item in _lines(file):
                    if isinstance(item, Item):
                        yield item
                    else:
                        name, number, kind, content = item
                        if kind in ("post", "direct_post"):
                            yield from posts.records(kind, content, name, number)
                        elif kind == "direct_channel":
                            yield from places.direct(content, name, number)
            again = Posts(places)
            for file in files:
                for item in _lines(file):
                    if not isinstance(item, Item) and item[2] in ("post", "direct_post"):
                        yield from again.reactions(item[2], item[3], item[0], item[1])


def _exports(export: Unpacked) -> list[tuple[str, Path]]:
    """List the files that begin as an export does, sorted by name."""
    single = export.root.is_file()
    return [
        (name, path)
        for name, path in export.files()
        if (single or _wanted(name)) and any(_begins_export(sample.head) for sample in peek(path))
    ]


def _head(file: tuple[str, Path], places: Places) -> Iterator[Item]:
    """Take in what stands before the posts, and yield the people."""
    for item in _lines(file):
        if isinstance(item, Item):
            # What is broken is told when the posts are read.
            continue
        name, number, kind, content = item
        if kind == "team":
            places.team(content)
        elif kind == "channel":
            yield from places.channel(content, name, number)
        elif kind in ("user", "bot"):
            yield from places.person(kind, content, name, number)
        elif kind in ("direct_channel", "direct_post"):
            places.conversation(content)


def _lines(file: tuple[str, Path]) -> Iterator[Item | Line]:
    """Yield (file, line, type, content) of each line, and rejections of what is none."""
    name, path = file
    for number, obj in numbered_objects(path):
        if isinstance(obj, Fault):
            yield reject(name, number, None, obj.reason)
            continue
        kind = str(obj.get("type"))
        content = obj.get(kind)
        if isinstance(content, Mapping):
            yield name, number, kind, content
        elif kind != "version":
            yield reject(name, number, None, f"holds no object under {kind!r:.100}, its type")
