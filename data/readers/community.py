"""The community format: a folder of newline-delimited JSON, plain, .gz or .xz."""

from collections.abc import Iterator
from pathlib import Path

from data.errors import InvalidRecord, UnreadableSource
from data.records import parse_record

from .archives import Unpacked, unpacked
from .face import Item, ReadOptions
from .items import problems, reject
from .lines import Fault, numbered_lines, numbered_objects
from .peek import Sample
from .streams import bare_name

# The order of reading: whoever is named comes before the record that names them.
_FILES = (
    ("spaces.jsonl", "space"),
    ("people.jsonl", "person"),
    ("posts.jsonl", "post"),
    ("interactions.jsonl", "interaction"),
    ("links.jsonl", "link"),
)
_COUNTED_BYTES = 32 * 2**20
"""Largest sum of file sizes whose lines are counted for a progress bar: about a second."""
_NAMES = frozenset(name for name, _ in _FILES)


def _wanted(name: str) -> bool:
    return bare_name(name.rsplit("/", 1)[-1]) in _NAMES


class CommunityReader:
    """Reads our own format.

    A record that stands twice is passed on twice: the store keeps the newer one.
    """

    name = "community"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a file is named posts.jsonl (.gz, .xz), or people or spaces."""
        return _wanted(sample.name)

    def size(self, path: Path) -> int | None:
        """Count the lines of a folder that is quickly read; None for a large one or an archive."""
        if not path.is_dir():
            return None
        files = [inside for _, inside in _chosen(Unpacked(path)).values()]
        if sum(inside.stat().st_size for inside in files) > _COUNTED_BYTES:
            return None
        return sum(1 for inside in files for _, line in numbered_lines(inside) if line)

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield spaces, people, posts, interactions and links, in the order of their files."""
        with unpacked(path, _wanted) as export:
            found = _chosen(export)
            if not found:
                raise UnreadableSource(
                    f"{path} holds no posts.jsonl; a community folder has posts.jsonl and may "
                    "have people, interactions, links and spaces beside it"
                )
            yield from problems(export)
            for file, kind in _FILES:
                if file in found:
                    yield from _records(*found[file], kind)


def _chosen(export: Unpacked) -> dict[str, tuple[str, Path]]:
    """Sort the files of the one community by what they hold; plain ones go before compressed.

    Raises
    ------
    UnreadableSource : several folders hold a community each, and none lies above the others.
    """
    files = [(name, path) for name, path in export.files() if _wanted(name)]
    folders = {name.rpartition("/")[0] for name, _ in files}
    top = [folder for folder in folders if _depth(folder) == min(map(_depth, folders))]
    if len(top) > 1:
        raise UnreadableSource(
            f"{export.root.name} holds several communities ({', '.join(sorted(top)[:5])}); "
            "name the folder of one"
        )
    found: dict[str, tuple[str, Path]] = {}
    for name, path in files:
        # Sorted by name, so of a file that is there twice the plain one comes first.
        if name.rpartition("/")[0] in top:
            found.setdefault(bare_name(path.name), (name, path))
    return found


def _depth(folder: str) -> int:
    return folder.count("/") + bool(folder)


def _records(name: str, path: Path, kind: str) -> Iterator[Item]:
    for number, obj in numbered_objects(path):
        if isinstance(obj, Fault):
            yield reject(name, number, None, obj.reason)
            continue
        try:
            yield Item(parse_record(kind, obj), name, number)
        except InvalidRecord as error:
            given = obj.get("id")
            id_ = given if isinstance(given, str | int) else None
            yield reject(name, number, id_, str(error))
