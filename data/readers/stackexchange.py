"""Stack Exchange data dumps: a folder, zip or tar with Posts.xml and its companions."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from data.errors import UnreadableSource
from data.text import plain_text

from .archives import unpacked
from .face import Item, ReadOptions
from .items import make_item, problems, reject
from .peek import Sample
from .streams import TRUNCATED, bare_name, open_text

_FILES = ("Users.xml", "Posts.xml", "Comments.xml", "Votes.xml", "PostLinks.xml")
_POST_KINDS = {"1": "question", "2": "answer"}
_OTHER_POSTS = {
    "3": "a wiki page",
    "4": "a tag wiki excerpt",
    "5": "a tag wiki",
    "6": "a moderator nomination",
    "7": "a wiki placeholder",
    "8": "a privilege wiki",
}
_VOTE_KINDS = {"1": "accept", "2": "helpful", "3": "not_helpful", "5": "bookmark"}
_LINK_KINDS = {"1": "related", "3": "duplicate"}
_COMMUNITY_USER = "-1"
"""The account of the site's own background process."""

_TAGS = re.compile(r"[<|]([^<>|]+)(?=[>|])")
# "<" cannot stand in an attribute, so a broken row never swallows the next one.
_ROW = re.compile(rb"<row\b((?:[^\"'<>]|\"[^\"<]*\"|'[^'<]*')*)>")
_START = re.compile(rb"<row\b")
_CHUNK = 1 << 18
_MAX_ROW = 16 * 2**20

Row = dict[str, str]


def _wanted(name: str) -> bool:
    return bare_name(name.rsplit("/", 1)[-1]) in _FILES


class StackExchangeReader:
    """Reads Users, Posts, Comments, Votes and PostLinks row by row."""

    name = "stackexchange"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a Posts.xml holds rows."""
        return sample.name.rsplit("/", 1)[-1] == "Posts.xml" and b"<posts" in sample.head

    def size(self, path: Path) -> int | None:
        """Rows are not counted beforehand."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield users, questions and answers, comments, votes and links."""
        # answer -> asker, of the accepted answers: who accepts is not in the vote itself.
        askers: dict[str, str | None] = {}
        makers: dict[str, Callable[[Row, str, int], Item]] = {
            "Users.xml": _person,
            "Posts.xml": lambda row, file, line: _post(row, file, line, askers),
            "Comments.xml": _comment,
            "Votes.xml": lambda row, file, line: _vote(row, file, line, askers),
            "PostLinks.xml": _link,
        }
        with unpacked(path, _wanted) as export:
            found = {
                bare_name(inside.name): (name, inside)
                for name, inside in reversed(export.files())
                if _wanted(name)
            }
            yield from problems(export)
            if "Posts.xml" not in found:
                raise UnreadableSource(f"{path} holds no Posts.xml of a Stack Exchange dump")
            for file in _FILES:
                if file in found:
                    yield from _items(*found[file], makers[file])


def _items(name: str, path: Path, make: Callable[[Row, str, int], Item]) -> Iterator[Item]:
    # Votes are many and of no consequence one by one: only posts are held against each other.
    holds_posts = bare_name(path.name) in ("Posts.xml", "Comments.xml")
    seen: set[str] = set()
    for line, row in _rows(path):
        if isinstance(row, str):
            yield reject(name, line, None, row)
        elif "Id" not in row:
            yield reject(name, line, None, "Id: is required")
        elif holds_posts and row["Id"] in seen:
            yield reject(name, line, row["Id"], "stands in this file already")
        else:
            if holds_posts:
                seen.add(row["Id"])
            yield make(row, name, line)


def _rows(path: Path) -> Iterator[tuple[int, Row | str]]:
    """Yield (line, attributes of a row or what is wrong with it) in bounded memory.

    Only the rows themselves are parsed, each alone: a document type with entities is never
    read, and one broken row does not end the file.
    """
    left, line, ended, fault = b"", 1, False, ""
    with open_text(path) as stream:
        while not ended:
            try:
                chunk = stream.read(_CHUNK)
            except (*TRUNCATED, OSError) as error:
                chunk, fault = b"", f"the file is damaged or cut short here ({error})"
            ended = not chunk
            left += chunk
            at = 0
            for start in _START.finditer(left):
                row = _ROW.match(left, start.start())
                following = _START.search(left, start.end())
                if row is None and following is None and not ended and len(left) < _MAX_ROW:
                    # The row goes on in the next chunk.
                    break
                line += left.count(b"\n", at, start.start())
                at = start.start()
                yield line, _attributes(row[1]) if row else "the row is no well-formed XML"
                end = row.end() if row else start.end()
                line += left.count(b"\n", at, end)
                at = end
            else:
                # Keep a "<row" that is itself cut in two.
                end = max(at, len(left) - len(b"<row"))
                line += left.count(b"\n", at, end)
                at = end
            left = left[at:]
    if fault:
        yield line, fault


def _attributes(inner: bytes) -> Row | str:
    try:
        return dict(fromstring(b"<row" + inner.rstrip(b"/ ") + b"/>").attrib)
    except (ParseError, DefusedXmlException) as error:
        return f"the row is no well-formed XML ({error})"


def _person(row: Row, file: str, line: int) -> Item:
    return make_item(
        "person",
        {
            "id": row["Id"],
            "name": row.get("DisplayName"),
            "about": plain_text(row.get("AboutMe", ""), "html"),
            "location": row.get("Location"),
            "joined": row.get("CreationDate"),
            "bot": row["Id"] == _COMMUNITY_USER,
        },
        file,
        line,
    )


def _post(row: Row, file: str, line: int, askers: dict[str, str | None]) -> Item:
    kind = _POST_KINDS.get(row.get("PostTypeId", ""))
    if kind is None:
        what = _OTHER_POSTS.get(row.get("PostTypeId", ""), "of an unknown type")
        return reject(file, line, row["Id"], f"is {what}, neither question nor answer")
    if row.get("DeletionDate"):
        return reject(file, line, row["Id"], "was deleted")
    if kind == "question" and row.get("AcceptedAnswerId"):
        askers[row["AcceptedAnswerId"]] = row.get("OwnerUserId")
    parent = row.get("ParentId") if kind == "answer" else None
    if kind == "answer" and not parent:
        return reject(file, line, row["Id"], "ParentId: an answer must name its question")
    obj: dict[str, object] = {
        "id": row["Id"],
        "author": row.get("OwnerUserId"),
        "created": row.get("CreationDate"),
        "body": row.get("Body", ""),
        "body_format": "html",
        "kind": kind,
        "title": row.get("Title") if kind == "question" else None,
        "parent": parent,
        "thread": parent or row["Id"],
        "tags": _TAGS.findall(row.get("Tags", "")),
        "updated": row.get("LastEditDate"),
        "score": _number(row.get("Score")),
        "accepted": True if row["Id"] in askers else None,
    }
    if not row.get("OwnerUserId") and row.get("OwnerDisplayName"):
        obj["author_name"] = row["OwnerDisplayName"]
    return make_item("post", obj, file, line)


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _comment(row: Row, file: str, line: int) -> Item:
    obj: dict[str, object] = {
        "id": f"c{row['Id']}",
        "author": row.get("UserId"),
        "created": row.get("CreationDate"),
        "body": row.get("Text", ""),
        # Comments know links, code and emphasis of Markdown.
        "body_format": "markdown",
        "kind": "comment",
        "parent": row.get("PostId"),
        "score": _number(row.get("Score")),
    }
    if not row.get("PostId"):
        return reject(file, line, row["Id"], "PostId: a comment must name its post")
    if not row.get("UserId") and row.get("UserDisplayName"):
        obj["author_name"] = row["UserDisplayName"]
    return make_item("post", obj, file, line)


def _vote(row: Row, file: str, line: int, askers: dict[str, str | None]) -> Item:
    kind = _VOTE_KINDS.get(row.get("VoteTypeId", ""))
    if kind is None:
        reason = f"is a vote of type {row.get('VoteTypeId')}, which says nothing of usefulness"
        return reject(file, line, row["Id"], reason)
    person = row.get("UserId")
    if person is None and kind == "accept":
        person = askers.get(row.get("PostId", ""))
    return make_item(
        "interaction",
        {
            "person": person,
            "post": row.get("PostId"),
            "kind": kind,
            "at": row.get("CreationDate"),
            # Dumps give the day alone.
            "day_only": True,
            # Anonymous votes of one day differ in nothing else.
            "id": row["Id"],
        },
        file,
        line,
    )


def _link(row: Row, file: str, line: int) -> Item:
    kind = _LINK_KINDS.get(row.get("LinkTypeId", ""))
    if kind is None:
        return reject(file, line, row["Id"], f"is a link of type {row.get('LinkTypeId')}")
    return make_item(
        "link",
        {
            "from": row.get("PostId"),
            "to": row.get("RelatedPostId"),
            "kind": kind,
            "at": row.get("CreationDate"),
        },
        file,
        line,
    )
