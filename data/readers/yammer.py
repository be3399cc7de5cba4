"""Viva Engage (Yammer) network exports: a zip, or its folder, of CSV files a network."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from data.errors import UnreadableSource

from .archives import unpacked
from .csv_rows import Cells, csv_headings, csv_rows
from .face import Item, ReadOptions
from .items import problems, reject
from .lines import Fault
from .peek import Sample, peek
from .streams import bare_name
from .yammer_messages import Network

Take = Callable[[Cells, str, int], Iterator[Item]]

_FILES = ("Groups.csv", "Users.csv", "Files.csv", "Messages.csv")
"""In the order of reading; newer exports call groups communities, but not in their files."""
_TELLING = {"id", "thread_id", "replied_to_id", "sender_id", "body"}
_UPLOADS = "files"
"""The folder of what people uploaded, which may be a table of any name."""
_WANTED = frozenset(name.lower() for name in _FILES)


def _wanted(name: str) -> bool:
    *folders, last = PurePosixPath(bare_name(name.lower())).parts
    return last in _WANTED and _UPLOADS not in folders


class YammerReader:
    """Reads each network of an export: communities, people, messages in order of their ids.

    Who belongs to a community is not in such an export. So of a private one that is asked for,
    those who wrote in it are taken for its members.
    """

    name = "yammer"
    wants = staticmethod(_wanted)

    def tells(self, sample: Sample) -> bool:
        """Whether a Messages.csv has Yammer's headings."""
        named = PurePosixPath(sample.name).name.lower() == "messages.csv"
        return named and _wanted(sample.name) and set(csv_headings(sample.head)) >= _TELLING

    def size(self, path: Path) -> int | None:
        """Messages are not counted beforehand."""
        return None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Item]:
        """Yield the communities and people of all networks, then their messages."""
        with unpacked(path, _wanted) as export:
            yield from problems(export)
            files: dict[str, dict[str, tuple[str, Path]]] = {}
            for name, inside in export.files():
                if _wanted(name):
                    folder, _, last = bare_name(name).rpartition("/")
                    files.setdefault(folder, {})[last.lower()] = (name, inside)
            networks = {at: found for at, found in files.items() if "messages.csv" in found}
            if not any(_is_yammer(found["messages.csv"][1]) for found in networks.values()):
                raise UnreadableSource(f"{path} holds no Messages.csv of a Viva Engage export")
            yield from _read(networks, options)


def _read(networks: dict[str, dict[str, tuple[str, Path]]], options: ReadOptions) -> Iterator[Item]:
    network = Network(options.include_private)
    home = _home(networks)
    networks = {home: networks[home]} | networks
    # A person may be in several networks, so people come before all messages.
    for folder, found in networks.items():
        network.folder, network.external = folder, folder != home
        for file in ("users.csv", "files.csv", "groups.csv"):
            take = {"users.csv": network.person, "files.csv": network.file}
            yield from _rows(found.get(file), take.get(file, network.group))
    for folder, found in networks.items():
        network.folder, network.external = folder, folder != home
        yield from _rows(found["messages.csv"], network.survey, silent=True)
    yield from network.people()
    yield from network.spaces()
    for folder, found in networks.items():
        network.folder, network.external = folder, folder != home
        yield from _rows(found["messages.csv"], network.message)


def _home(networks: dict[str, dict[str, tuple[str, Path]]]) -> str:
    """Tell the organisation's own network from those shared with others: it lies above them.

    Where all lie side by side, named by their ids, nothing says which it is; the one with most
    to read is taken for it.
    """

    def weight(folder: str) -> tuple[int, int, str]:
        size = networks[folder]["messages.csv"][1].stat().st_size
        return -len([part for part in folder.split("/") if part]), size, folder

    return max(networks, key=weight)


def _is_yammer(path: Path) -> bool:
    return any(set(csv_headings(sample.head)) >= _TELLING for sample in peek(path))


def _rows(file: tuple[str, Path] | None, take: Take, silent: bool = False) -> Iterator[Item]:
    """Pass each row on; `silent`: what cannot be read is told another time."""
    if file is None:
        return
    name, path = file
    for line, cells in csv_rows(path, _TELLING):
        if not isinstance(cells, Fault):
            yield from take(cells, name, line)
        elif not silent:
            yield reject(name, line, None, cells.reason)
