"""The format is told by the export's own files, whatever lies beside, before or below them."""

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from data.models import Post
from data.readers import peek
from data.readers.detect import open_reader
from data.readers.face import ReadOptions
from tests.reader_exports import EXPORTS

POST = b'{"id": "1", "author": "eve", "created": "2026-03-01", "body": "x", "title": "x"}'
UPLOADED_MESSAGE = json.dumps(
    {
        "zerver_message": [
            {
                "id": 99, "sender": 8, "recipient": 30, "subject": "x", "content": "x",
                "date_sent": 1_770_000_000,
            }
        ]
    }
).encode()  # fmt: skip


def tar(path: Path, *entries: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def packed(path: Path, *entries: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def spread(path: Path, *entries: tuple[str, bytes]) -> Path:
    for name, content in entries:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def files(name: str, folder: Path, inside: str = "") -> list[tuple[str, bytes]]:
    """List the files of a small export of a format, in a folder of their own if `inside`."""
    folder.mkdir()
    EXPORTS[name][0](folder)
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(inside + path.relative_to(folder).as_posix(), path.read_bytes()) for path in found]


def many(pattern: str) -> list[tuple[str, bytes]]:
    return [(pattern.format(number), b"x") for number in range(250)]


@pytest.mark.parametrize("make", [tar, packed, spread])
@pytest.mark.parametrize(
    ("name", "uploaded"),
    [("zulip", "uploads/2/posts.jsonl"), ("mattermost", "data/x/posts.jsonl")],
)
def test_an_uploaded_file_never_makes_the_format(
    tmp_path: Path, make: Callable[..., Path], name: str, uploaded: str
) -> None:
    """It was imported as posts open to all, in the name of anybody it named."""
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / ("" if make is spread else "export")
    path = make(target, (uploaded, POST), *files(name, tmp_path / "in"))
    reader = open_reader(path)
    posts = [item.record for item in reader.read(path, ReadOptions()) if type(item.record) is Post]
    assert reader.name == name and len(posts) == EXPORTS[name][1]


def test_an_uploaded_file_is_no_part_of_zulip_s_messages(tmp_path: Path) -> None:
    uploaded = ("z/uploads/2/messages-9.json", UPLOADED_MESSAGE)
    path = tar(tmp_path / "z.tar.gz", uploaded, *files("zulip", tmp_path / "in", "z/"))
    found = [item.record for item in open_reader(path).read(path, ReadOptions())]
    assert "99" not in {record.id for record in found if type(record) is Post}


LAYOUTS = [
    ("zulip", tar, "z/uploads/2/{}/notes.txt", "z/"),
    ("zulip-archive", spread, "archive/{}.html", ""),
    ("yammer", spread, "Attachment{}.docx", ""),
    ("yammer", spread, "Files/{}.txt", "net/"),
    ("yammer", packed, "Files/{}.txt", "net/"),
    ("yammer", packed, "Attachment{}.txt", ""),
    ("slack", tar, "general/{}.json", ""),
]


@pytest.mark.parametrize(("name", "make", "others", "inside"), LAYOUTS)
def test_many_other_files_do_not_hide_an_export(
    tmp_path: Path, name: str, make: Callable[..., Path], others: str, inside: str
) -> None:
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / ("" if make is spread else "export")
    path = make(target, *many(others), *files(name, tmp_path / "in", inside))
    assert open_reader(path).name == name


@pytest.mark.parametrize("make", [tar, packed])
@pytest.mark.parametrize("cut", [False, True])
def test_what_is_passed_over_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Path], cut: bool
) -> None:
    """After 64 MB of pictures an export was of no known format."""
    monkeypatch.setattr(peek, "_BYTES", 100_000)
    pictures = [(f"avatars/2/{number}", bytes(60_000)) for number in range(4)]
    path = make(tmp_path / "export", *pictures, *files("zulip", tmp_path / "in"))
    if cut:
        path.write_bytes(path.read_bytes()[:-30])
    assert open_reader(path).name == "zulip"


def test_a_slack_export_without_its_people_is_one(tmp_path: Path) -> None:
    entries = [one for one in files("slack", tmp_path / "in") if one[0] != "users.json"]
    assert open_reader(packed(tmp_path / "slack.zip", *entries)).name == "slack"
