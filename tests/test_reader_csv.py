"""CSV as offices write it: a mapping says what means what; a bad row is told by its line."""

import gzip
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import UnreadableSource
from data.models import Interaction, Person, Post, Space
from data.readers import csv_rows
from data.readers.csv_table import CsvReader
from data.readers.detect import open_reader
from data.readers.face import ReadOptions, Rejection
from data.readers.lines import Fault
from data.readers.mapping import read_mapping

MAPPING = """
[posts]
dates = "%d.%m.%Y %H:%M"
zone = "Europe/Stockholm"
[posts.columns]
author = "Skrivet av"
created = "Datum"
body = "Text"
tags = { column = "Ord", split = "/" }
kind = { column = "Typ", values = { F = "question", "I" = "idea" } }
language = { value = "sv" }
accepted = "Ok"
[people.columns]
id = "Skrivet av"
name = "Skrivet av"
department = "Avdelning"
"""
POSTS = (
    "Skrivet av;Datum;Text;Ord;Typ;Ok;Avdelning\r\n"
    'åsa;01.06.2026 10:00;"Vilka ""lampor""?\r\nI fönstret";ljus / fönster;F;ja;Butik\r\n'
    "bo;01.12.2026 10:00;Varma;;;;\r\n"
    "\r\n"
    "bo;i går;Nej;;;;\r\n"
    "bo;01.12.2026 10:00;Nej;;;kanske;\r\n"
)


def write(folder: Path, posts: str = POSTS, mapping: str = MAPPING, coding: str = "utf-8") -> Path:
    (folder / "posts.csv").write_bytes(posts.encode(coding))
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    return folder / "posts.csv"


def read(path: Path, mapping: Path | None = None) -> list[object]:
    options = ReadOptions(mapping=mapping or path.parent / "mapping.toml")
    return [item.record for item in CsvReader().read(path, options)]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(tmp_path, coding, delimiter):
    records = read(write(tmp_path, POSTS.replace(";", delimiter), coding=coding))
    first, second = (record for record in records if isinstance(record, Post))
    assert (first.author, first.body) == ("åsa", 'Vilka "lampor"?\nI fönstret')
    assert (first.tags, first.kind, first.language) == (("ljus", "fönster"), "question", "sv")
    assert (first.accepted, second.accepted, second.kind) == (True, None, "post")
    people = [record for record in records if isinstance(record, Person)]
    assert [(one.id, one.department) for one in people] == [("åsa", "Butik"), ("bo", None)]
    told = [(r.line, r.reason) for r in records if isinstance(r, Rejection)]
    assert told == [
        (6, "created: 'i går' is no date of the form %d.%m.%Y %H:%M"),
        (7, "accepted: 'kanske' is neither yes nor no"),
    ]


def test_dates_have_the_zone_of_the_place_in_summer_and_winter(tmp_path):
    first, second = (record for record in read(write(tmp_path)) if isinstance(record, Post))
    assert first.created.isoformat() == "2026-06-01T08:00:00+00:00"
    assert second.created.isoformat() == "2026-12-01T09:00:00+00:00"


FORMS = [
    ("2026-06-01 10:00", "", "2026-06-01T08:00:00+00:00"),
    ("2026-06-01T10:00:00-05:00", "", "2026-06-01T15:00:00+00:00"),
    ("2026-06-01", "", "2026-05-31T22:00:00+00:00"),
    ("1780300800", 'dates = "epoch"\n', "2026-06-01T08:00:00+00:00"),
    ("1780300800123", 'dates = "epoch_ms"\n', "2026-06-01T08:00:00.123000+00:00"),
    ("06/01/2026 3:04 PM", 'dates = "%m/%d/%Y %I:%M %p"\n', "2026-06-01T13:04:00+00:00"),
]


@pytest.mark.parametrize(("told", "form", "meant"), FORMS)
def test_dates_in_other_forms(tmp_path, told, form, meant):
    mapping = MAPPING.replace('dates = "%d.%m.%Y %H:%M"\n', form)
    path = write(tmp_path, f"Skrivet av;Datum;Text;Ord;Typ;Ok;Avdelning\na;{told};b", mapping)
    (post,) = (record for record in read(path) if isinstance(record, Post))
    assert post.created.isoformat() == meant


def test_ids_are_made_where_there_are_none_and_are_the_same_again(tmp_path):
    first = [record.id for record in read(write(tmp_path)) if isinstance(record, Post)]
    again = [record.id for record in read(write(tmp_path)) if isinstance(record, Post)]
    assert first == again and len(set(first)) == 2 and len(first[0]) == 16


def test_a_day_counts_from_its_end_in_its_own_zone(tmp_path):
    mapping = (
        '[posts.columns]\nauthor = "a"\ncreated = "c"\nbody = "b"\n'
        '[interactions]\nfile = "acts.csv"\nzone = "America/Chicago"\n'
        '[interactions.columns]\nperson = "p"\npost = "o"\nkind = { value = "like" }\nat = "at"\n'
    )
    path = write(tmp_path, "a,c,b\nx,2026-06-01,y\n", mapping)
    (tmp_path / "acts.csv").write_text("p,o,at\nann,1,2026-06-02\n")
    records = read(tmp_path, path.parent / "mapping.toml")
    (act,) = (record for record in records if isinstance(record, Interaction))
    assert act.day_only and act.at is not None
    assert act.at.isoformat() == "2026-06-03T04:59:59+00:00"


def test_a_zip_of_tables_by_names_and_spaces_for_members(tmp_path):
    mapping = (
        '[posts]\nfile = "all/texts.csv"\n[posts.columns]\n'
        'id = "n"\nauthor = "a"\ncreated = "c"\nbody = "b"\nspace = "room"\n'
        '[spaces]\nfile = "all/rooms.csv"\n[spaces.columns]\nid = "room"\n'
        'visibility = { column = "open", values = { yes = "open", no = "members" } }\n'
        'members = { column = "who", split = " " }\n'
    )
    write(tmp_path, mapping=mapping)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("all/texts.csv", "n,a,c,b,room\n1,ann,2026-03-01,Hi,board\n")
        archive.writestr("all/rooms.csv", "room,open,who\nboard,no,ann bo\n")
    records = read(tmp_path / "a.zip")
    space, post = records
    assert isinstance(space, Space) and isinstance(post, Post)
    assert (space.visibility, space.members, post.space) == ("members", ("ann", "bo"), "board")


MISTAKES = [
    ('author = "Skrivet av"', 'author = "Namn"', "no column 'Namn'.*Skrivet av, Datum"),
    ("author =", "autor =", "'?autor'?.*no field of posts"),
    ('zone = "Europe/Stockholm"', 'zone = "Sweden"', "no time zone"),
    ('body = "Text"', "", "which column is 'body'"),
    ('body = "Text"', "body = 3", "must be a heading"),
    ('body = "Text"', 'body = { heading = "Text" }', "must be a heading"),
    ("[posts]", "[threads]", r"\[threads\].*none of"),
    ('dates = "', 'date = "', "date.*none of"),
    ("[posts]", '[posts]\nencoding = "utf-9"', "utf-9.*unknown"),
    ("[posts]", "[posts", "not a readable mapping file"),
]


@pytest.mark.parametrize(("right", "wrong", "words"), MISTAKES)
def test_a_mistake_in_the_mapping_is_named(tmp_path, right, wrong, words):
    path = write(tmp_path, mapping=MAPPING.replace(right, wrong, 1))
    with pytest.raises(UnreadableSource, match=words):
        read(path)


def test_a_mapping_makes_any_csv_of_this_format_and_nothing_else(tmp_path):
    path = write(tmp_path)
    assert open_reader(path, mapped=True).name == "csv"
    with pytest.raises(UnreadableSource, match="slack takes none"):
        open_reader(path, "slack", mapped=True)
    with pytest.raises(UnreadableSource, match=r"--map.*posts\.csv has Skrivet av, Datum"):
        open_reader(path)
    with pytest.raises(UnreadableSource, match=r"texts\.csv is not there; there is posts\.csv"):
        (tmp_path / "mapping.toml").write_text(
            MAPPING.split("[people")[0].replace("[posts]", '[posts]\nfile = "texts.csv"')
        )
        read(tmp_path, tmp_path / "mapping.toml")
    with pytest.raises(UnreadableSource, match="not a readable mapping file"):
        read_mapping(tmp_path / "nowhere.toml")


def rows(path: Path) -> list[tuple[int, object]]:
    found = csv_rows.csv_rows(path)
    return [(n, c.reason if isinstance(c, Fault) else list(c.values())) for n, c in found]


def test_a_quote_that_is_not_closed_costs_its_row_alone(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"open\n2,x\n3,y\n')
    assert rows(path) == [
        (2, "opens a quote that is not closed"), (3, ["2", "x"]), (4, ["3", "y"]),
    ]  # fmt: skip


def test_an_old_mac_s_line_ends(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\r1,x\r2,y\r")
    assert rows(path) == [(2, ["1", "x"]), (3, ["2", "y"])]


def test_rows_of_another_length(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1\n2,x,,\n3,x,y\n,\n4,z")
    assert rows(path) == [
        (2, ["1"]), (3, ["2", "x"]), (4, "has 3 cells where the heading has 2"), (6, ["4", "z"]),
    ]  # fmt: skip


def test_a_line_without_end_is_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "MAX_ROW", 1000)
    monkeypatch.setattr(csv_rows, "_CHUNK", 100)
    path = tmp_path / "a.csv"
    long = "y" * 100_000
    path.write_text(f'a,b\n1,x\n{long}\n2,"y\n{long}\n3,z\n{long}')
    fault = "is longer than 1,000 characters"
    assert rows(path) == [
        (2, ["1", "x"]), (3, fault), (4, "opens a quote that is not closed"), (5, fault),
        (6, ["3", "z"]), (7, fault),
    ]  # fmt: skip
    path.write_text(f"{long}\n1,x\n")
    assert rows(path) == [(1, fault)]


def test_a_cut_file_is_told_by_the_line_where_it_ends(tmp_path, monkeypatch):
    """It named line 1, and took the half of a row that was left for a whole one."""
    monkeypatch.setattr(csv_rows, "_CHUNK", 100)
    path = tmp_path / "a.csv.gz"
    lines = [f"{number},{os.urandom(20).hex()}" for number in range(2000)]
    path.write_bytes(gzip.compress("\n".join(["a,b", *lines]).encode())[:20_000])
    *whole, (line, reason) = rows(path)
    assert [cells for _, cells in whole] == [row.split(",") for row in lines[: len(whole)]]
    assert line == len(whole) + 2 and "cut short here" in str(reason)


@given(st.binary(max_size=300), st.sampled_from([b"", b"a,b\n", b'a;b\n"', b"\xff\xfe"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_read_to_their_end(tmp_path, content, head):
    path = tmp_path / "a.csv"
    path.write_bytes(head + content)
    whole = head + content
    for line, _ in rows(path):
        assert 1 <= line <= whole.count(b"\n") + whole.count(b"\r") + 1
