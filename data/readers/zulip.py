"""Zulip's own export: a tar.gz, or its folder, of realm.json and messages-000001.json and on."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from data.errors import UnreadableSource

from .archives import unpacked
from .face import Item, ReadOptions
from .items import problems, reject
from .json_tables import table_rows
from .lines import Fault
from .peek import Sample
from .zulip_messages import Messages
from .zulip_realm import REALM_TABLES, Realm

_MARKS: tuple[tuple[str, bytes], ...] = (
    ("realm.json", b'"zerver_'),
    ("attachment.json", b'"zerver_attachment"'),
)
_MESSAGES = "zerver_message"
_REACTIONS = "zerver_reaction"

Files = list[tuple[str, Path]]


def _is_messages(name: str) -> bool:
    last = PurePosixPath(name).name
    # Beside them an unfinished export leaves "messages-000001.json.partial".
    return last.startswith("messages-") and last.endswith(".json")


def _wanted(name: str) -> bool:
    return PurePosixPath(name).name == "realm.json" or _is_messages(name)


class ZulipReader:
    """Reads people and streams, then the messages of open streams, then reactions and links.

    The messages are gone through twice: the first time to learn which one begins each topic.
    """

    name = "zulip"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a table of Zulip's database stands in a file of the name that it has there."""
        last = PurePosixPath(sample.name).name
        if _is_messages(sample.name):
            return b'"zerver_message"' in sample.head or b'"zerver_usermessage"' in sample.head
        return any(last == name and mark in sample.head for name, mark in _MARKS)

    def size(self, path: Path) -> int | None:
        """Messages are not counted beforehand."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield people, streams, messages in the order of their files, reactions and links."""
        with unpacked(path, _wanted) as export:
            files = [(name, inside) for name, inside in export.files() if _wanted(name)]
            yield from problems(export)
            realms = [at for at in files if PurePosixPath(at[0]).name == "realm.json"]
            if not realms:
                raise UnreadableSource(f"{path} holds no realm.json of a Zulip export")
            realm_file = min(realms, key=lambda at: (at[0].count("/"), at[0]))
            # Whoever wrote here may have uploaded a file of any name.
            folder = PurePosixPath(realm_file[0]).parent
            shards = [
                at for at in files if _is_messages(at[0]) and PurePosixPath(at[0]).parent == folder
            ]
            yield from _read(realm_file, shards, options)


def _read(realm_file: tuple[str, Path], shards: Files, options: ReadOptions) -> Iterator[Item]:
    realm = Realm(options.include_private)
    for row in _rows(realm_file, REALM_TABLES):
        if isinstance(row, Item):
            yield row
        else:
            table, line, content = row
            realm.take(table, content, line)
    yield from realm.records(realm_file[0])
    messages = Messages(realm)
    with_reactions: Files = [realm_file]
    for shard in shards:
        for row in _rows(shard, (_MESSAGES, _REACTIONS)):
            # What is broken is told when it is read for its posts.
            if isinstance(row, Item):
                continue
            table, _, content = row
            if table == _MESSAGES:
                messages.survey(content)
            elif with_reactions[-1] != shard:
                with_reactions.append(shard)
    yield from messages.spaces(realm_file[0])
    for shard in shards:
        for row in _rows(shard, (_MESSAGES,)):
            if isinstance(row, Item):
                yield row
            else:
                yield from messages.post(row[2], shard[0], row[1])
    for file in with_reactions:
        for row in _rows(file, (_REACTIONS,)):
            if not isinstance(row, Item):
                yield from messages.reaction(row[2], file[0], row[1])
    yield from messages.threads.links()


def _rows(
    file: tuple[str, Path], tables: tuple[str, ...]
) -> Iterator[Item | tuple[str, int, Mapping[str, object]]]:
    """Yield (table, line, row), and rejections of what is none."""
    name, path = file
    for table, line, row in table_rows(path, tables):
        yield reject(name, line, None, row.reason) if isinstance(row, Fault) else (table, line, row)
