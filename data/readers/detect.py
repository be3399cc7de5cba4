"""Which reader a path is for."""

from pathlib import Path

from data.errors import UnreadableSource

from .archives import archive_kind
from .community import CommunityReader
from .discourse import DiscourseReader
from .face import Reader
from .mbox import MboxReader
from .slack import SlackReader
from .stackexchange import StackExchangeReader

READERS: tuple[Reader, ...] = (
    CommunityReader(),
    StackExchangeReader(),
    SlackReader(),
    DiscourseReader(),
    MboxReader(),
)
"""Every format, the surest to tell first."""


def open_reader(path: Path, format: str = "auto") -> Reader:
    """Give the reader of a format, or the first one that recognises the path.

    Raises
    ------
    UnreadableSource : nothing there, an unknown format's name, or a path that none recognises.
    """
    known = ", ".join(reader.name for reader in READERS)
    if not path.exists():
        raise UnreadableSource(f"there is no file or folder {path}; check the path")
    if format != "auto":
        for reader in READERS:
            if reader.name == format:
                return reader
        raise UnreadableSource(f"{format} is no known format; choose one of auto, {known}")
    if archive_kind(path) == "7z":
        raise UnreadableSource(f"{path} is a 7z archive; unpack it and name the folder")
    for reader in READERS:
        if reader.recognises(path):
            return reader
    raise UnreadableSource(f"{path} is of no known format ({known}); name the format with --format")
