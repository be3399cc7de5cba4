"""Discourse topics as `/t/{id}.json` gives them: one file, a folder of files, or JSON lines."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from data.errors import UnreadableSource

from .archives import Unpacked, unpacked
from .face import DELETED, Item, ReadOptions, Rejection
from .items import make_item, problems, reject
from .lines import Fault, json_file, json_object, numbered_lines
from .peek import Sample
from .streams import bare_name

Topic = Mapping[str, object]

_SUFFIXES = (".json", ".jsonl", ".ndjson")
_REGULAR_TYPES = (1, 2)
_TYPE_NAMES = {"3": "a small action of the forum", "4": "a whisper among staff"}
_LIKE_ACTION = 2
_BOTS = frozenset({"system", "discobot"})
_TOPIC_URL = re.compile(r"/t/(?:[^/?#]*/)?(\d+)(?:/\d+)?/?(?:[?#].*)?$")
DIRECT = "direct"
"""The word in `ReadOptions.include_private` that admits private messages."""


def _wanted(name: str) -> bool:
    return bare_name(name).endswith(_SUFFIXES)


class DiscourseReader:
    """Reads topics one at a time; people and categories come before what names them."""

    name = "discourse"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a JSON file holds a topic's stream of posts."""
        return (
            sample.name.endswith(_SUFFIXES)
            and b'"post_stream"' in sample.head
            and sample.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        )

    def size(self, path: Path) -> int | None:
        """Posts are not counted beforehand."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield each topic's category, people and posts, then the links between topics."""
        state = _State(DIRECT in options.include_private)
        with unpacked(path, _wanted) as export:
            yield from problems(export)
            for file, line, topic in _topics(export):
                if isinstance(topic, Fault):
                    yield reject(file, line, None, topic.reason)
                else:
                    yield from state.topic(topic, file, line)
            yield from problems(export)
        if not state.roots and not state.topics:
            raise UnreadableSource(f"{path} holds no Discourse topic with a post_stream")
        yield from state.links()


def _topics(export: Unpacked) -> Iterator[tuple[str, int, Topic | Fault]]:
    for name, path in export.files():
        if not _wanted(name):
            continue
        if bare_name(name).endswith(".json"):
            yield name, 1, json_file(path)
            continue
        for number, line in numbered_lines(path):
            if isinstance(line, Fault):
                yield name, number, line
            elif line.strip():
                yield name, number, json_object(line)


class _State:
    """What was met so far: ids, so that nothing is said twice, and links to be checked last."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._people: set[str] = set()
        self._spaces: set[str] = set()
        self._posts: set[str] = set()
        self._links: dict[tuple[str, str], tuple[object, str, int]] = {}
        self.topics = 0
        self.roots: dict[str, str] = {}
        """Topic id -> id of its first post."""

    def topic(self, topic: Topic, file: str, line: int) -> Iterator[Item]:
        id_ = str(topic.get("id"))
        stream = topic.get("post_stream")
        posts = stream.get("posts") if isinstance(stream, Mapping) else None
        if not isinstance(stream, Mapping) or not isinstance(posts, list):
            yield reject(file, line, id_, "holds no post_stream of posts")
            return
        self.topics += 1
        reason = self._refusal(topic)
        if reason is not None:
            yield reject(file, line, id_, reason)
            return
        space, items = self._space(topic, file, line)
        yield from items
        numbers: dict[str, str] = {}
        for post in posts:
            if not isinstance(post, Mapping):
                yield reject(file, line, id_, "holds a post that is no JSON object")
                continue
            yield from self._post(post, topic, space, numbers, file, line)
        listed = stream.get("stream")
        if isinstance(listed, list) and len(listed) > len(posts):
            missing = len(listed) - len(posts)
            yield reject(
                file,
                line,
                id_,
                f"{missing} of the topic's {len(listed)} posts are not in the file; "
                "export it with all its pages",
            )

    def _refusal(self, topic: Topic) -> str | None:
        if topic.get("archetype") == "private_message" and not self._private:
            return f'is a private message; read with "{DIRECT}" named it would go in'
        if topic.get("deleted_at"):
            return DELETED
        if topic.get("visible") is False:
            return "is unlisted"
        return None

    def _space(self, topic: Topic, file: str, line: int) -> tuple[str | None, list[Item]]:
        """Name the topic's category, or the members of a private message as its space."""
        obj: dict[str, object]
        if topic.get("archetype") == "private_message":
            details = topic.get("details")
            allowed = details.get("allowed_users") if isinstance(details, Mapping) else None
            names = [user.get("username") for user in allowed or () if isinstance(user, Mapping)]
            id_ = f"message-{topic.get('id')}"
            obj = {"id": id_, "visibility": "members", "members": [n for n in names if n]}
        elif topic.get("category_id") is not None:
            id_ = f"category-{topic['category_id']}"
            obj = {"id": id_}
        else:
            return None, []
        if id_ in self._spaces:
            return id_, []
        self._spaces.add(id_)
        return id_, [make_item("space", obj, file, line)]

    def _person(self, post: Topic, file: str, line: int) -> Iterator[Item]:
        username = post.get("username")
        if isinstance(username, str) and username not in self._people:
            self._people.add(username)
            bot = username in _BOTS or post.get("user_id") in (-1, -2)
            yield make_item(
                "person",
                {
                    "id": username,
                    "name": post.get("name") or username,
                    "title": post.get("user_title"),
                    "bot": bot,
                },
                file,
                line,
            )

    def _post(
        self,
        post: Topic,
        topic: Topic,
        space: str | None,
        numbers: dict[str, str],
        file: str,
        line: int,
    ) -> Iterator[Item]:
        id_, root = str(post.get("id")), self.roots.get(str(topic.get("id")))
        reason = self._post_refusal(post, id_)
        if reason is not None:
            yield reject(file, line, id_, reason)
            return
        yield from self._person(post, file, line)
        parent = numbers.get(str(post.get("reply_to_post_number"))) or root
        cooked, raw = post.get("cooked"), post.get("raw")
        obj: dict[str, object] = {
            "id": post.get("id"),
            "author": post.get("username"),
            "created": post.get("created_at"),
            "body": cooked if cooked is not None else raw or "",
            "body_format": "html" if cooked is not None else "markdown",
            "kind": "reply" if parent else "post",
            "title": None if parent else topic.get("title"),
            "parent": parent,
            "thread": root or id_,
            "space": space,
            "tags": _tags(topic) if not parent else None,
            "updated": _edited(post),
            "score": _likes(post),
            "accepted": True if post.get("accepted_answer") is True else None,
        }
        item = make_item("post", obj, file, line)
        yield item
        if isinstance(item.record, Rejection):
            return
        self._posts.add(id_)
        self.roots.setdefault(str(topic.get("id")), id_)
        if post.get("post_number") is not None:
            numbers[str(post["post_number"])] = id_
        self._note_links(post, topic, file, line)

    def _post_refusal(self, post: Topic, id_: str) -> str | None:
        kind = post.get("post_type", 1)
        if kind not in _REGULAR_TYPES:
            return f"is {_TYPE_NAMES.get(str(kind), 'of an unknown type')}"
        if post.get("deleted_at") or post.get("user_deleted"):
            return DELETED
        if post.get("hidden") is True:
            return "is hidden"
        return "stands in the export already" if id_ in self._posts else None

    def _note_links(self, post: Topic, topic: Topic, file: str, line: int) -> None:
        counts = post.get("link_counts")
        for link in counts if isinstance(counts, list) else ():
            # A reflection is the link of the other topic, told from this end.
            if not isinstance(link, Mapping) or not link.get("internal") or link.get("reflection"):
                continue
            url = link.get("url")
            target = _TOPIC_URL.search(url) if isinstance(url, str) else None
            if target and target[1] != str(topic.get("id")):
                # An edited post may have got its link by the edit.
                at = _edited(post) or post.get("created_at")
                self._links.setdefault((str(topic.get("id")), target[1]), (at, file, line))

    def links(self) -> Iterator[Item]:
        """Yield the links between two topics that are both in the export."""
        for (source, target), (at, file, line) in self._links.items():
            if source in self.roots and target in self.roots:
                obj = {"from": self.roots[source], "to": self.roots[target], "at": at}
                yield make_item("link", obj | {"kind": "related"}, file, line)


def _edited(post: Topic) -> object:
    """Give the time of the last edit; `updated_at` alone also moves with a like."""
    version = post.get("version")
    return post.get("updated_at") if isinstance(version, int) and version > 1 else None


def _likes(post: Topic) -> object:
    summary = post.get("actions_summary")
    for action in summary if isinstance(summary, list) else ():
        if isinstance(action, Mapping) and action.get("id") == _LIKE_ACTION:
            count = action.get("count")
            return count if isinstance(count, int) and not isinstance(count, bool) else None
    return None


def _tags(topic: Topic) -> list[str] | None:
    """List a topic's tags: names, or in newer versions objects with a name."""
    tags = topic.get("tags")
    if not isinstance(tags, list):
        return None
    named = (tag.get("name") if isinstance(tag, Mapping) else tag for tag in tags)
    return [tag for tag in named if isinstance(tag, str)]
