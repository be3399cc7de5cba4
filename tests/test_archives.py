"""Archives are opened safely: nothing from outside, nothing without end, nothing lost unsaid."""

import gzip
import io
import lzma
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from data.errors import UnreadableSource
from data.readers import archives, streams
from data.readers.archives import safe_name, unpacked
from data.readers.lines import Fault, numbered_lines
from data.readers.streams import open_stream


def everything(name: str) -> bool:
    return True


def tar_with(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/../../x", "a\\..\\x", "C:/x", "", "a\x00b", "x" * 1001],
)
def test_names_that_lead_outside_are_refused(name):
    assert safe_name(name) is None


@pytest.mark.parametrize("name", ["x", "a/b.json", "a..b/c", "./a", "kanal åäö/1.json"])
def test_names_inside_are_kept(name):
    assert safe_name(name) == name.removeprefix("./")


def test_a_tar_gives_its_files_and_names_what_it_left_out(tmp_path):
    path = tar_with(
        tmp_path / "a.tar.gz",
        (entry("good.json"), b"[]"),
        (entry("../evil.json"), b"out"),
        (entry("/evil.json"), b"out"),
        (entry("link.json", tarfile.SYMTYPE, "/etc/hostname"), b""),
        (entry("hard.json", tarfile.LNKTYPE, "good.json"), b""),
        (entry("device", tarfile.CHRTYPE), b""),
        (entry("fifo", tarfile.FIFOTYPE), b""),
    )
    with unpacked(path, everything) as export:
        assert [name for name, _ in export.files()] == ["good.json"]
        assert [name for name, _ in export.problems] == [
            "../evil.json", "/evil.json", "link.json", "hard.json", "device", "fifo",
        ]  # fmt: skip
        root = export.root
    assert not root.exists()
    assert not (tmp_path / "evil.json").exists()


def test_a_zip_gives_its_files_and_names_what_it_left_out(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.json", "[]")
        archive.writestr("../evil.json", "out")
        link = zipfile.ZipInfo("link.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    with unpacked(path, everything) as export:
        assert [name for name, _ in export.files()] == ["good.json"]
        assert [name for name, _ in export.problems] == ["../evil.json", "link.json"]
    assert not (tmp_path / "evil.json").exists()


def test_a_folder_s_link_to_the_outside_is_left_out(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (tmp_path / "secret.json").write_text("[]")
    (folder / "in.json").write_text("[]")
    (folder / "out.json").symlink_to(tmp_path / "secret.json")
    (folder / "same.json").symlink_to(folder / "in.json")
    os.mkfifo(folder / "pipe.json")
    with unpacked(folder, everything) as export:
        assert [name for name, _ in export.files()] == ["in.json", "same.json"]
        assert [name for name, _ in export.problems] == ["out.json"]


def test_our_own_indexes_are_no_part_of_an_export(tmp_path):
    for name in ("a.db.index/c/h.json", "whoknows-1f.index/h.json", "a list.index/in.json"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("[]")
    (tmp_path / "a.db").write_bytes(b"")
    with unpacked(tmp_path, everything) as export:
        assert [name for name, _ in export.files()] == ["a list.index/in.json", "a.db"]


@pytest.fixture
def small_limits(monkeypatch):
    """Bombs of a few hundred kilobytes, so that the test stays small."""
    monkeypatch.setattr(streams, "FREE_BYTES", 100_000)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 50)


@pytest.mark.parametrize("opener", [gzip.open, lzma.open])
def test_a_compressed_bomb_is_stopped(tmp_path, small_limits, opener):
    path = tmp_path / "posts.jsonl.z"
    with opener(path, "wb") as file:
        file.write(b"\n" * 10_000_000)
    with pytest.raises(UnreadableSource, match="bomb"):
        list(numbered_lines(path))


def test_a_zip_or_tar_bomb_is_stopped(tmp_path, small_limits):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.json", b" " * 10_000_000)
    tar_with(tmp_path / "a.tar.gz", (entry("big.json"), b" " * 10_000_000))
    for name in ("a.zip", "a.tar.gz"):
        with pytest.raises(UnreadableSource, match="bomb"), unpacked(tmp_path / name, everything):
            pass


def test_an_archive_of_too_many_entries_is_stopped(tmp_path, small_limits):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(60):
            archive.writestr(f"{number}.json", b"")
    tar_with(tmp_path / "a.tar.gz", *((entry(f"{n}.json"), b"") for n in range(60)))
    for name in ("a.zip", "a.tar.gz"):
        with (
            pytest.raises(UnreadableSource, match="entries"),
            unpacked(tmp_path / name, everything),
        ):
            pass


@pytest.mark.parametrize("opener", [gzip.open, lzma.open])
def test_a_cut_file_gives_its_lines_and_then_a_fault(tmp_path, opener):
    path = tmp_path / "lines"
    with opener(path, "wb") as file:
        # Lines that do not compress, so that the cut falls among them.
        file.write(b"\n".join(os.urandom(30).hex().encode() for _ in range(20_000)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = list(numbered_lines(path))
    assert 5_000 < len(found) < 15_000
    assert isinstance(found[-1][1], Fault)
    assert "cut short" in found[-1][1].reason
    assert [number for number, _ in found] == list(range(1, len(found) + 1))


def test_a_cut_tar_gives_what_came_before_and_a_problem(tmp_path):
    path = tar_with(
        tmp_path / "a.tar.gz", (entry("1"), os.urandom(50_000)), (entry("2"), os.urandom(50_000))
    )
    path.write_bytes(path.read_bytes()[:70_000])
    with unpacked(path, everything) as export:
        assert (export.root / "1").stat().st_size == 50_000
        assert "cut short" in export.problems[0][1]


class Pipe(io.BytesIO):
    """A file that cannot be gone back in: sizes then stand behind the data."""

    def tell(self) -> int:
        raise OSError

    seek = None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_cut_zip_gives_what_came_before_and_a_problem(tmp_path, method, streamed):
    buffer = Pipe() if streamed else io.BytesIO()
    contents = {f"{number}.json": os.urandom(20_000) for number in range(5)}
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    path = tmp_path / "a.zip"
    path.write_bytes(buffer.getvalue()[:70_000])
    with unpacked(path, everything) as export:
        whole = [name for name, file in export.files() if file.read_bytes() == contents[name]]
        if streamed and method == zipfile.ZIP_STORED:
            # Nothing says where such an entry ends.
            assert whole == []
        else:
            assert whole == ["0.json", "1.json", "2.json"]
        assert any("cut short" in reason for _, reason in export.problems)


def test_a_zip_with_a_damaged_entry_gives_the_others(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.json", "first" * 100)
        archive.writestr("2.json", "second" * 100)
    path.write_bytes(path.read_bytes().replace(b"firstfirst", b"firstFIRST", 1))
    with unpacked(path, everything) as export:
        assert (export.root / "2.json").exists()
        assert [name for name, _ in export.problems] == ["1.json"]


def test_entries_that_stand_in_each_other_s_way_do_not_end_the_archive(tmp_path):
    path = tar_with(
        tmp_path / "a.tar.gz",
        (entry("a"), b"1"),
        (entry("a/b"), b"2"),
        (entry("n" * 300), b"3"),
        (entry("c"), b"4"),
    )
    with unpacked(path, everything) as export:
        assert [name for name, _ in export.files()] == ["a", "c"]
        assert [name for name, _ in export.problems] == ["a/b", "n" * 300]


def test_a_damaged_tar_bz2_is_a_problem_and_no_crash(tmp_path):
    path = tmp_path / "a.tar.bz2"
    with tarfile.open(path, "w:bz2") as archive:
        info = entry("a")
        info.size = 3_000_000
        archive.addfile(info, io.BytesIO(os.urandom(info.size)))
    content = bytearray(path.read_bytes())
    content[2_000_000:2_000_100] = bytes(100)
    path.write_bytes(content)
    with unpacked(path, everything) as export:
        assert "damaged" in export.problems[0][1]


def test_what_is_not_wanted_is_not_written(tmp_path):
    path = tar_with(tmp_path / "a.tar.gz", (entry("a.json"), b"[]"), (entry("b.png"), b"x"))
    with unpacked(path, lambda name: name.endswith(".json")) as export:
        assert [name for name, _ in export.files()] == ["a.json"]


def test_a_missing_or_forbidden_path_is_a_sentence(tmp_path):
    with pytest.raises(UnreadableSource, match="check the path"):
        open_stream(tmp_path / "nowhere")
    with (
        pytest.raises(UnreadableSource, match="no file or folder"),
        unpacked(tmp_path / "nowhere", everything),
    ):
        pass
    (tmp_path / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c..")
    with pytest.raises(UnreadableSource, match="7z"), unpacked(tmp_path / "a.7z", everything):
        pass
