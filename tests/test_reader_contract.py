"""What every reader owes its callers, checked over all of them on small invented exports."""

import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from data.errors import UnreadableSource
from data.models import Interaction, Link, Person, Post, Space
from data.readers.detect import READERS, open_reader, recognised
from data.readers.face import Item, Reader, ReadOptions, Rejection
from tests.reader_exports import EXPORTS


@pytest.fixture(params=sorted(EXPORTS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def export(name: str, tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    EXPORTS[name][0](folder)
    return folder


def read(path: Path, reader: Reader | None = None) -> list[Item]:
    return list((reader or open_reader(path)).read(path, ReadOptions()))


def test_every_reader_is_tried_here():
    assert {reader.name for reader in READERS} == set(EXPORTS)


def test_an_export_is_recognised_by_its_own_reader_alone(name, export):
    assert [reader.name for reader in recognised(export)] == [name]


def test_counts_and_reasons(name, export):
    records = [item.record for item in read(export)]
    rejections = [record for record in records if isinstance(record, Rejection)]
    assert sum(isinstance(record, Post) for record in records) == EXPORTS[name][1]
    assert len(rejections) == EXPORTS[name][2]
    assert all(rejection.reason and rejection.file for rejection in rejections)
    assert all(rejection.line for rejection in rejections)


def test_whoever_is_named_comes_before_and_signals_come_last(export):
    records = [item.record for item in read(export) if not isinstance(item.record, Rejection)]
    spaces = [record.id for record in records if isinstance(record, Space)]
    posts = [record for record in records if isinstance(record, Post)]
    people = {record.id for record in records if isinstance(record, Person)}
    seen: set[object] = set()
    signals = False
    for record in records:
        if isinstance(record, Interaction | Link):
            signals = True
            continue
        assert not signals
        if isinstance(record, Post):
            assert record.space is None or record.space in spaces
            assert record.author not in people or record.author in seen
            assert record.parent is None or record.parent in seen
        seen.add(record.id)
    assert len({post.id for post in posts}) == len(posts)


def test_two_readings_give_the_same_in_the_same_order(export):
    assert read(export) == read(export)


@pytest.mark.parametrize("kind", ["zip", "tar", "gz", "bz2", "xz"])
def test_an_archive_gives_what_its_folder_gives(export, kind, tmp_path):
    if kind == "zip":
        archive = tmp_path / "strange.name"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(export.rglob("*.*")):
                file.write(path, path.relative_to(export))
    else:
        archive = tmp_path / "archive"
        with tarfile.open(archive, "w" if kind == "tar" else f"w:{kind}") as file:
            file.add(export, ".")
    assert [item.record for item in read(archive)] == [item.record for item in read(export)]


def test_a_reader_handed_something_else_says_so_in_a_sentence(name, tmp_path):
    reader = next(reader for reader in READERS if reader.name == name)
    for content in (b"", b"\x00\xff" * 500, b"[1, 2]", b"plain words\n", b"\x1f\x8bbroken"):
        strange = tmp_path / "strange"
        strange.write_bytes(content)
        assert not recognised(strange)
        with pytest.raises(UnreadableSource, match="strange"):
            read(strange, reader)
    assert not recognised(tmp_path / "nowhere")
    with pytest.raises(UnreadableSource):
        read(tmp_path / "nowhere", reader)
    (tmp_path / "empty").mkdir()
    assert not recognised(tmp_path / "empty")
    with pytest.raises(UnreadableSource):
        read(tmp_path / "empty", reader)


def test_a_format_is_found_by_name_or_refused_with_the_known_ones(name, export, tmp_path):
    assert open_reader(export, name).name == name
    with pytest.raises(UnreadableSource, match="community, stackexchange, slack"):
        open_reader(export, "telegram")
    with pytest.raises(UnreadableSource, match="no known format"):
        (tmp_path / "note.pdf").write_bytes(b"%PDF-1.7")
        open_reader(tmp_path / "note.pdf")
    with pytest.raises(UnreadableSource, match="check the path"):
        open_reader(tmp_path / "nowhere")


def test_the_mend_is_one_that_every_command_has(tmp_path: Path) -> None:
    """`replay`, which takes no --format, told to name the format with it."""
    with pytest.raises(UnreadableSource, match="empty folder"):
        open_reader(tmp_path, "auto")
    (tmp_path / "some.txt").write_text("nothing")
    with pytest.raises(UnreadableSource, match="whoknows import --format NAME"):
        open_reader(tmp_path, "auto")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_text_says_by_its_mark_how_it_is_to_be_read(export, name, encoding):
    """Each line of what some shells write (UTF-16) was refused, and no format was recognised."""
    read_before = read(export)
    for path in export.rglob("*.*"):
        text = path.read_bytes().decode()
        path.write_bytes(text.encode(encoding))
    assert [reader.name for reader in recognised(export)] == [name]
    assert read(export) == read_before
    for path in export.rglob("*.*"):
        path.write_bytes(path.read_bytes()[:-1])
    # Cut within a letter: of a file of lines the last alone suffers, a file of one value is none.
    with suppress(UnreadableSource):
        assert len(read(export)) >= len(read_before) - 3
