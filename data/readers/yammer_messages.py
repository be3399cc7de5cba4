"""Yammer's rows to records: communities, people, messages, and what was deleted or private."""

import re
from collections.abc import Iterator
from datetime import datetime

from data.errors import InvalidRecord
from data.times import parse_time

from .csv_rows import Cells
from .face import DELETED, Item, Rejection
from .items import make_item, reject

DIRECT = "direct"
"""The word in `ReadOptions.include_private` that admits private conversations."""
_NOTHING = frozenset({"", "null", "nil", "none"})
_USER = re.compile(r"\[\[user:(\d+)(?::[^\]\n]{0,200})?\]\]|\[User:(\d+):([^\]\n]{1,200})\]")
_OTHER_REFERENCE = re.compile(
    r"\[\[?(?:tag|group|topic|page|file):\d{1,20}:?([^\]\n]{0,200})\]?\]", re.IGNORECASE
)
_PREVIEW = re.compile(r"opengraphobject:\[[^\n]{0,4000}?\]", re.I)
_UPLOAD = re.compile(r"(?:uploadedfile|file):(\d+)", re.I)
_TIME = re.compile(r"(\d{4})/(\d\d)/(\d\d)")
_QUESTION = frozenset({"question"})
_SYSTEM = frozenset({"system"})


def _cell(cells: Cells, key: str) -> str:
    found = (cells.get(key) or "").strip()
    return "" if found.casefold() in _NOTHING else found


def _true(cells: Cells, key: str) -> bool:
    return _cell(cells, key).casefold() in ("true", "1", "yes", "t")


def _moment(cells: Cells, key: str) -> datetime | None:
    """Read a time, also of the older form 2015/03/01 10:00:00 +0000; None where there is none."""
    found = _TIME.sub(r"\1-\2-\3", _cell(cells, key))
    if not found:
        return None
    try:
        return parse_time(found, key)
    except InvalidRecord:
        return None


class Network:
    """What the files before the messages tell, and who writes where.

    `folder`: that of the network being read; `external`: whether it is another one than the
    organisation's own. Its communities are for those who were let in, so they are private here.
    """

    def __init__(self, include_private: tuple[str, ...]) -> None:
        self.folder = ""
        self.external = False
        self._private = frozenset(include_private)
        self._groups: dict[str, tuple[str, str, bool, str, int]] = {}
        self._people: dict[str, tuple[dict[str, object], str, int]] = {}
        self._files: dict[str, str] = {}
        self._writers: dict[str, dict[str, None]] = {}
        self._letters: dict[str, dict[str, None]] = {}
        self._refused: set[str] = set()
        self._placed: set[str] = set()
        self._deleted: set[str] = set()

    def person(self, cells: Cells, file: str, line: int) -> Iterator[Item]:
        """Note a person; of one in several networks the first row counts."""
        id_, state = _cell(cells, "id"), _cell(cells, "state").casefold()
        gone = bool(_cell(cells, "deleted_at") or _cell(cells, "suspended_at"))
        obj: dict[str, object] = {
            "id": id_ or None,
            "name": _cell(cells, "name") or None,
            "email": _cell(cells, "email") or None,
            "title": _cell(cells, "job_title") or None,
            "department": _cell(cells, "department") or None,
            "location": _cell(cells, "location") or None,
            "joined": _moment(cells, "joined_at"),
            "active": not gone and state in ("", "active"),
        }
        self._people.setdefault(id_, (obj, file, line))
        return iter(())

    def people(self) -> Iterator[Item]:
        """Yield the people, when all their messages were surveyed."""
        for obj, file, line in self._people.values():
            yield make_item("person", obj, file, line)

    def file(self, cells: Cells, file: str, line: int) -> Iterator[Item]:
        """Note a file's name, for the messages that it is attached to."""
        id_ = _cell(cells, "file_id") or _cell(cells, "id")
        self._files[id_] = _cell(cells, "description") or _cell(cells, "name")
        return iter(())

    def group(self, cells: Cells, file: str, line: int) -> Iterator[Item]:
        """Note a community."""
        id_ = _cell(cells, "id")
        if not id_:
            yield reject(file, line, None, "id: is required")
            return
        # Unless it says to be open, it is not: an older export says "private", a newer "privacy".
        told = _cell(cells, "private") or _cell(cells, "privacy")
        open_ = told.casefold() in ("false", "public", "0", "no", "f")
        private = self.external or not open_
        about = (_cell(cells, "name") or id_, _cell(cells, "description"), private, file, line)
        self._groups.setdefault(id_, about)

    def _community(self, cells: Cells) -> str:
        """Give the id of a message's community, "" for what goes to all of the organisation."""
        group = _cell(cells, "group_id")
        return group or (f"network-{self.folder}" if self.external else "")

    def _is_private(self, cells: Cells, community: str) -> bool:
        known = self._groups.get(community)
        stated = _true(cells, "in_private_group") or self.external
        return stated or (known is not None and known[2])

    def _admitted(self, id_: str, name: str) -> bool:
        return not {id_, name, "groups"}.isdisjoint(self._private)

    def survey(self, cells: Cells, file: str, line: int) -> Iterator[Item]:
        """Note what was deleted, who writes in what is private, and whom no other row tells of."""
        community, sender = self._community(cells), _cell(cells, "sender_id")
        if _cell(cells, "deleted_at"):
            self._deleted.add(_cell(cells, "id"))
        if sender:
            unlisted: dict[str, object] = {
                "id": sender,
                "name": _cell(cells, "sender_name") or None,
            }
            obj, _, _ = self._people.setdefault(sender, (unlisted, file, line))
            if _cell(cells, "sender_type").casefold() not in ("", "user"):
                obj["bot"] = True
        if _true(cells, "in_private_conversation"):
            if DIRECT in self._private:
                people = self._letters.setdefault(_cell(cells, "thread_id"), {})
                people |= dict.fromkeys(re.findall(r"user:(\d+)", _cell(cells, "participants")))
                people[sender] = None
        elif community:
            private = self._is_private(cells, community)
            known = self._groups.get(community)
            if known is None or known[2] != private:
                name = known[0] if known else _cell(cells, "group_name") or community
                about = known[1] if known else ""
                self._groups[community] = (name, about, private, file, line)
            if private and sender:
                self._writers.setdefault(community, {})[sender] = None
        return iter(())

    def spaces(self) -> Iterator[Item]:
        """Yield the communities that are read; a private one that was not named is a rejection."""
        for id_, (name, about, private, file, line) in self._groups.items():
            if private and not self._admitted(id_, name):
                reason = f"{name:.100} is a private community; it goes in only when asked for"
                yield reject(file, line, f"community {id_}", f"{reason} by name")
                continue
            obj: dict[str, object] = {"id": id_, "name": name, "description": about or None}
            if private:
                members = [person for person in self._writers.get(id_, {}) if person]
                obj |= {"visibility": "members", "members": members}
            yield make_item("space", obj, file, line)
        for thread, people in self._letters.items():
            members = [person for person in people if person]
            obj = {"id": f"direct-{thread}", "visibility": "members", "members": members}
            yield make_item("space", obj, "Messages.csv", 0)

    def message(self, cells: Cells, file: str, line: int) -> Iterator[Item]:
        """Yield a message; a private one that is not admitted is passed over, said once."""
        id_, thread = _cell(cells, "id"), _cell(cells, "thread_id")
        community = self._community(cells)
        if _true(cells, "in_private_conversation"):
            if DIRECT not in self._private:
                if DIRECT not in self._refused:
                    self._refused.add(DIRECT)
                    reason = "private conversations; they go in only when asked for by this word"
                    yield reject(file, line, DIRECT, reason)
                return
            space: str | None = f"direct-{thread}"
        else:
            known = self._groups.get(community)
            if known and known[2] and not self._admitted(community, known[0]):
                return
            space = community or None
        refusal = self._refusal(cells, id_)
        if refusal is not None:
            yield reject(file, line, id_ or None, refusal)
            return
        yield self._post(cells, id_, thread, space, file, line)

    def _refusal(self, cells: Cells, id_: str) -> str | None:
        if id_ in self._deleted:
            return DELETED
        if _cell(cells, "message_type").casefold() in _SYSTEM:
            return "is a notice by the network itself, no message"
        if id_ in self._placed and not _cell(cells, "updated_at"):
            # Of versions that say when they were made the store keeps each for its time.
            return "stands in the export already"
        return None

    def _post(
        self, cells: Cells, id_: str, thread: str, space: str | None, file: str, line: int
    ) -> Item:
        kind = _cell(cells, "message_type").casefold()
        is_root = thread in ("", id_)
        parent = None if is_root else _cell(cells, "replied_to_id") or thread
        attachments = self._attachments(cells)
        body = self._plain(_cell(cells, "body"))
        if not body:
            body = "\n".join(str(one["alt"]) for one in attachments if one["alt"])
        obj: dict[str, object] = {
            "id": id_ or None,
            "author": _cell(cells, "sender_id") or None,
            "created": _moment(cells, "created_at"),
            "body": body,
            "kind": ("question" if kind in _QUESTION else "post") if is_root else "reply",
            "title": _cell(cells, "title") or None if is_root else None,
            "parent": parent,
            "thread": thread or id_ or None,
            "space": space,
            "updated": _moment(cells, "updated_at"),
            "attachments": attachments,
        }
        item = make_item("post", obj, file, line)
        if not isinstance(item.record, Rejection):
            self._placed.add(id_)
        return item

    def _plain(self, body: str) -> str:
        """Write references to people, topics and communities out as their names."""

        def name(mark: re.Match[str]) -> str:
            id_ = mark[1] or mark[2]
            known = self._people.get(id_ or "")
            return f"@{(known[0].get('name') if known else None) or mark[3] or id_}"

        return _OTHER_REFERENCE.sub(r"\1", _USER.sub(name, body))

    def _attachments(self, cells: Cells) -> list[dict[str, object]]:
        """List the files of a message; a page's preview is the page's, so it is left out."""
        told = _PREVIEW.sub("", _cell(cells, "attachments"))
        return [
            {"url": f"file:{id_}", "alt": self._files.get(id_) or None}
            for id_ in dict.fromkeys(_UPLOAD.findall(told))
        ]
