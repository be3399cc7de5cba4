"""The community format: plain or compressed, in the right order, each bad line by its number."""

import gzip
import json
import lzma
from pathlib import Path

import pytest

from data.errors import UnreadableSource
from data.models import Interaction, Link, Person, Post, Space
from data.readers.community import CommunityReader
from data.readers.detect import open_reader
from data.readers.face import Item, ReadOptions, Rejection

POST = '{"id": "1", "author": "ann", "created": "2026-03-01", "body": "Hello"}'


def read(path: Path) -> list[Item]:
    return list(CommunityReader().read(path, ReadOptions()))


def test_files_are_read_in_the_order_in_which_records_need_each_other(tmp_path):
    (tmp_path / "links.jsonl").write_text('{"from": "1", "to": "2", "kind": "related"}')
    (tmp_path / "posts.jsonl.gz").write_bytes(gzip.compress(POST.encode()))
    (tmp_path / "people.jsonl.xz").write_bytes(lzma.compress(b'{"id": "ann"}\n'))
    (tmp_path / "spaces.jsonl").write_bytes(b'\xef\xbb\xbf{"id": "windows"}\r\n')
    (tmp_path / "interactions.jsonl").write_text('{"person": "ann", "post": "1", "kind": "view"}')
    (tmp_path / "ABOUT.md").write_text("not read")
    kinds = [type(item.record) for item in read(tmp_path)]
    assert kinds == [Space, Person, Post, Interaction, Link]


def test_each_bad_line_is_named_and_the_rest_goes_in(tmp_path):
    lines = [POST, "", "{broken", "[]", POST.replace('"ann"', "null"), "\x00\ufffd", '{"id": 7}']
    deep = '{"id": "d", "x": ' + "[" * 3000 + "]" * 3000 + "}"
    lines += [deep, POST.replace('"1"', "2").replace("Hello", "\\ud800"), POST.replace("1", "3")]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines))
    items = read(tmp_path)
    assert [item.line for item in items if isinstance(item.record, Post)] == [1, 10]
    rejected = {item.line: item.record for item in items if isinstance(item.record, Rejection)}
    assert sorted(rejected) == [3, 4, 5, 6, 7, 8, 9]
    assert rejected[3].reason.startswith("is no JSON")
    assert rejected[4].reason == "is no JSON object"
    assert (rejected[5].id, rejected[5].reason) == ("1", "author: is required")
    assert (rejected[7].file, rejected[7].id) == ("posts.jsonl", "7")


def test_a_file_that_is_there_twice_is_read_once(tmp_path):
    (tmp_path / "posts.jsonl").write_text(POST)
    (tmp_path / "posts.jsonl.gz").write_bytes(gzip.compress(POST.encode()))
    assert len(read(tmp_path)) == 1


def test_of_nested_folders_the_upper_one_counts_and_of_two_beside_neither(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "posts.jsonl").write_text(POST)
    with pytest.raises(UnreadableSource, match="several communities"):
        read(tmp_path)
    (tmp_path / "posts.jsonl").write_text(POST)
    assert [item.file for item in read(tmp_path)] == ["posts.jsonl"]


def test_lines_are_counted_where_that_is_quick(tmp_path):
    (tmp_path / "posts.jsonl").write_text(POST + "\n" + POST + "\n")
    assert CommunityReader().size(tmp_path) == 2


def test_a_single_file_of_posts_is_enough(tmp_path):
    (tmp_path / "posts.jsonl").write_text(POST)
    assert open_reader(tmp_path / "posts.jsonl").name == "community"
    assert len(read(tmp_path / "posts.jsonl")) == 1


def test_a_cut_file_gives_its_lines_and_a_rejection(tmp_path):
    rows = [json.dumps(json.loads(POST) | {"id": str(n), "body": str(n**9)}) for n in range(5000)]
    packed = gzip.compress("\n".join(rows).encode())
    (tmp_path / "posts.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    items = read(tmp_path)
    assert sum(isinstance(item.record, Post) for item in items) > 1000
    assert isinstance(items[-1].record, Rejection)
    assert "cut short" in items[-1].record.reason


def test_a_file_in_another_encoding_is_refused_in_one_sentence(tmp_path):
    """It was refused line by line, as of surrogates at column 1."""
    lines = [POST.replace("Hello", text).replace('"1"', f'"{text}"') for text in ("Ok", "ä", "ö")]
    (tmp_path / "posts.jsonl").write_text("\n".join([*lines, POST, ""]), encoding="latin-1")
    (item,) = read(tmp_path)
    assert isinstance(item.record, Rejection) and item.line == 2
    assert "not in UTF-8" in item.record.reason and "iconv" in item.record.reason


def test_a_broken_line_in_a_file_of_utf_8_is_refused_alone(tmp_path):
    whole = "\n".join([POST, POST.replace('"1"', '"ä"'), ""]).encode()
    bad = POST.replace('"1"', '"ö"').encode("latin-1") + b"\n"
    (tmp_path / "posts.jsonl").write_bytes(whole + bad + bad)
    records = [item.record for item in read(tmp_path)]
    assert [type(record) for record in records] == [Post, Post, Rejection, Rejection]
    assert "iconv" in records[2].reason
