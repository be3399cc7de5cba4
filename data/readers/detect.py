"""Which reader a path is for."""

from pathlib import Path

from data.errors import UnreadableSource

from .archives import archive_kind
from .community import CommunityReader
from .csv_rows import csv_headings
from .csv_table import CsvReader
from .discourse import DiscourseReader
from .face import Reader
from .mattermost import MattermostReader
from .mbox import MboxReader
from .peek import peek
from .slack import SlackReader
from .stackexchange import StackExchangeReader
from .streams import bare_name
from .yammer import YammerReader
from .zulip import ZulipReader
from .zulip_archive import ZulipArchiveReader

READERS: tuple[Reader, ...] = (
    CommunityReader(),
    StackExchangeReader(),
    SlackReader(),
    DiscourseReader(),
    MattermostReader(),
    ZulipReader(),
    ZulipArchiveReader(),
    YammerReader(),
    CsvReader(),
    MboxReader(),
)
"""Every format, the surest to tell first."""


def recognised(path: Path) -> list[Reader]:
    """List the readers that a path may be for, the likeliest first; none for a strange one.

    What tells a format lies above what people uploaded, which may look like any format.
    """
    samples = peek(path)
    depths = {
        reader: min(found)
        for reader in READERS
        if (found := [sample.name.count("/") for sample in samples if reader.tells(sample)])
    }
    return sorted(depths, key=depths.__getitem__)


def open_reader(path: Path, format: str = "auto", mapped: bool = False) -> Reader:
    """Give the reader of a format, or the likeliest one that recognises the path.

    Parameters
    ----------
    mapped : a mapping file was given, which only CSV takes.

    Raises
    ------
    UnreadableSource : nothing there, an unknown format's name, or a path that none recognises.
    """
    known = ", ".join(reader.name for reader in READERS)
    if not path.exists():
        raise UnreadableSource(f"there is no file or folder {path}; check the path")
    if mapped and format not in ("auto", CsvReader.name):
        raise UnreadableSource(f"--map says what columns of CSV mean; {format} takes none")
    if mapped:
        format = CsvReader.name
    if format != "auto":
        for reader in READERS:
            if reader.name == format:
                return reader
        raise UnreadableSource(f"{format} is no known format; choose one of auto, {known}")
    if archive_kind(path) == "7z":
        raise UnreadableSource(f"{path} is a 7z archive; unpack it and name the folder")
    found = recognised(path)
    if found:
        return found[0]
    for sample in peek(path):
        if bare_name(sample.name).lower().endswith((".csv", ".tsv")):
            raise UnreadableSource(
                f"{path} holds CSV of no known export; give --map a TOML file that says what each "
                'column means: [posts.columns] with author = "..", created = "..", '
                f'body = ".."; {sample.name} has {", ".join(csv_headings(sample.head)[:20])}'
            )
    if path.is_dir() and next(path.iterdir(), None) is None:
        raise UnreadableSource(f"{path} is an empty folder; name the one that holds the export")
    raise UnreadableSource(
        f"{path} is of no known format (known are {known}); if it is one of these, name it: "
        "whoknows import --format NAME"
    )
