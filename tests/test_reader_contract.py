"""What every reader owes its callers, checked over all of them on small invented exports."""

import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import UnreadableSource
from data.models import Interaction, Link, Person, Post, Space
from data.readers.detect import READERS, open_reader
from data.readers.face import Item, Reader, ReadOptions, Rejection


def community(folder: Path) -> None:
    write_lines(folder / "spaces.jsonl", [{"id": "windows"}])
    write_lines(folder / "people.jsonl", [{"id": "ann"}, {"id": "bo"}])
    post = {"author": "ann", "created": "2026-03-01", "space": "windows"}
    rows = [post | {"id": "1", "title": "Lamps", "body": ""}, post | {"id": "2", "body": ""}]
    rows += [post | {"id": "3", "author": "bo", "body": "Warm", "parent": "1"}]
    write_lines(folder / "posts.jsonl", rows)
    write_lines(folder / "interactions.jsonl", [{"person": "bo", "post": "1", "kind": "like"}])
    write_lines(folder / "links.jsonl", [{"from": "3", "to": "1", "kind": "related"}])


def stackexchange(folder: Path) -> None:
    day = 'CreationDate="2026-03-01T10:00:00.000"'
    write_xml(folder / "Users.xml", "users", f'<row Id="8" DisplayName="Ann" {day}/>')
    write_xml(
        folder / "Posts.xml",
        "posts",
        f'<row Id="1" PostTypeId="1" AcceptedAnswerId="2" {day} OwnerUserId="8" Title="Lamps"'
        ' Body="&lt;p&gt;Which?&lt;/p&gt;" Tags="&lt;light&gt;"/>',
        f'<row Id="2" PostTypeId="2" ParentId="1" {day} OwnerUserId="9" Body="Warm"/>',
        f'<row Id="3" PostTypeId="5" {day} Body="wiki"/>',
    )
    write_xml(folder / "Comments.xml", "comments", f'<row Id="1" PostId="2" Text="Ok" {day}/>')
    write_xml(folder / "Votes.xml", "votes", f'<row Id="1" PostId="2" VoteTypeId="1" {day}/>')
    write_xml(
        folder / "PostLinks.xml",
        "postlinks",
        f'<row Id="1" PostId="2" RelatedPostId="1" LinkTypeId="1" {day}/>',
    )


def slack(folder: Path) -> None:
    write_json(folder / "channels.json", [{"id": "C1", "name": "windows", "members": ["U1"]}])
    write_json(folder / "users.json", [{"id": "U1", "name": "ann"}, {"id": "U2", "name": "bo"}])
    root = {"type": "message", "user": "U1", "text": "Which lamps?", "ts": "1700000000.000100"}
    reply = {"type": "message", "user": "U2", "text": "Warm", "ts": "1700000100.000100"}
    thread = {"thread_ts": root["ts"], "reactions": [{"name": "+1", "users": ["U1"]}]}
    joined = {"type": "message", "subtype": "channel_join", "user": "U2", "ts": "1700000001.0"}
    write_json(folder / "windows" / "2023-11-14.json", [root, joined, reply | thread])


def discourse(folder: Path) -> None:
    post = {"username": "ann", "created_at": "2026-03-01T10:00:00Z", "cooked": "<p>Which?</p>"}
    link = {"url": "/t/lamps/6/1", "internal": True, "reflection": False}
    for id_ in (5, 6):
        posts = [
            post | {"id": id_ * 10, "post_number": 1, "link_counts": [link]},
            post | {"id": id_ * 10 + 1, "post_number": 2, "username": "bo"},
            post | {"id": id_ * 10 + 2, "post_number": 3, "post_type": 3},
        ]
        topic = {"post_stream": {"posts": posts}, "id": id_, "title": "Lamps", "category_id": 2}
        write_json(folder / f"{id_}.json", topic)


def mbox(folder: Path) -> None:
    mails = [
        mail("Ann Berg", "1", "[Lamps] Which lamps?"),
        mail("Bo Ek", "2", "Re: [Lamps] Which lamps?", "In-Reply-To: <1@example.org>\n"),
        mail("Bo Ek", "2", "Re: [Lamps] Which lamps?"),
    ]
    folder.joinpath("lamps.mbox").write_text("\n".join(mails))


def mail(name: str, id_: str, subject: str, more: str = "") -> str:
    return (
        "From a at example.org  Sun Mar  1 10:00:00 2026\n"
        f"From: {name} <{name.split()[0].lower()}@example.org>\nSubject: {subject}\n"
        f"Date: Sun, 1 Mar 2026 10:00:00 +0100\nMessage-ID: <{id_}@example.org>\n{more}\nHello\n"
    )


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("\n".join(json.dumps(row) for row in rows))


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def write_xml(path: Path, name: str, *rows: str) -> None:
    body = "\n".join(rows)
    path.write_text(f'\ufeff<?xml version="1.0" encoding="utf-8"?>\n<{name}>\n{body}\n</{name}>')


# Format -> builder of an export, and its posts and rejections.
EXPORTS: dict[str, tuple[Callable[[Path], None], int, int]] = {
    "community": (community, 2, 1),
    "stackexchange": (stackexchange, 3, 1),
    "slack": (slack, 2, 1),
    "discourse": (discourse, 4, 2),
    "mbox": (mbox, 2, 1),
}


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
    assert [reader.name for reader in READERS if reader.recognises(export)] == [name]


def test_counts_and_reasons(name, export):
    records = [item.record for item in read(export)]
    rejections = [record for record in records if isinstance(record, Rejection)]
    assert sum(isinstance(record, Post) for record in records) == EXPORTS[name][1]
    assert len(rejections) == EXPORTS[name][2]
    assert all(rejection.reason and rejection.file for rejection in rejections)
    assert all(rejection.line or rejection.id for rejection in rejections)


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
        assert not reader.recognises(strange)
        with pytest.raises(UnreadableSource, match="strange"):
            read(strange, reader)
    assert not reader.recognises(tmp_path / "nowhere")
    with pytest.raises(UnreadableSource):
        read(tmp_path / "nowhere", reader)
    (tmp_path / "empty").mkdir()
    assert not reader.recognises(tmp_path / "empty")
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
