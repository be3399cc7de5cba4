"""The community format is judged in one place: what passes, what is refused and how it is named."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import InvalidRecord
from data.models import Attachment, Post
from data.records import parse_person, parse_post, parse_record, parse_time, to_json

POST = {"id": "p1", "author": "ann", "created": "2026-03-01T09:30:00Z", "body": "Hello"}


def refused(kind: str, obj: object) -> str:
    """Give the field that is named when a record is refused."""
    with pytest.raises(InvalidRecord) as caught:
        parse_record(kind, obj)
    return caught.value.field


def test_a_full_post_keeps_every_field_and_unknown_keys():
    post = parse_post(
        POST
        | {
            "kind": "idea",
            "title": " Lamps ",
            "tags": ["light", "light", " "],
            "attachments": [{"url": "a.png", "alt": "a lamp", "width": [640, None]}],
            "score": 3.0,
            "accepted": False,
            "campaign": {"year": 2026},
            "language": None,
        }
    )
    assert post.title == "Lamps"
    assert post.tags == ("light",)
    assert post.attachments == (Attachment("a.png", "a lamp", {"width": [640, None]}),)
    assert parse_post(to_json(post)) == post
    assert post.score == 3
    assert post.accepted is False
    assert post.language is None
    assert post.extra == {"campaign": {"year": 2026}}


def test_a_number_as_id_is_read_as_its_digits():
    post = parse_post(POST | {"id": 17, "author": 8, "parent": 3})
    assert (post.id, post.author, post.parent, post.kind) == ("17", "8", "3", "reply")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "  "}, "id"),
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"id": 1.5}, "id"),
        ({"id": ["a"]}, "id"),
        ({"id": "x" * 513}, "id"),
        ({"id": "a\x00b"}, "id"),
        ({"id": "a\ud800"}, "id"),
        ({"author": None}, "author"),
        ({"parent": "p1"}, "parent"),
        ({"created": None}, "created"),
        ({"created": "yesterday"}, "created"),
        ({"created": 1700000000}, "created"),
        ({"body": 5}, "body"),
        ({"body": "  "}, "body"),
        ({"kind": "essay"}, "kind"),
        ({"kind": 1}, "kind"),
        ({"body_format": "rtf"}, "body_format"),
        ({"visibility": "all"}, "visibility"),
        ({"title": 5}, "title"),
        ({"tags": "light"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"anonymous": 1}, "anonymous"),
        ({"anonymous": "yes"}, "anonymous"),
        ({"accepted": 0}, "accepted"),
        ({"score": True}, "score"),
        ({"score": 1.5}, "score"),
        ({"score": 2**40}, "score"),
        ({"score": float("inf")}, "score"),
        ({"attachments": [{"alt": "a"}]}, "attachments.url"),
        ({"attachments": ["a.png"]}, "attachments"),
        ({"attachments": [{"url": "a.png", "width": float("nan")}]}, "attachments.width"),
        ({"language": "e" * 513}, "language"),
        ({"more": float("nan")}, "more"),
        ({"more": 10**30}, "more"),
    ],
)
def test_a_wrong_value_is_refused_and_named(change, field):
    assert refused("post", POST | change) == field


@pytest.mark.parametrize("key", ["id", "author", "created", "body"])
def test_a_missing_required_key_is_named(key):
    assert refused("post", {name: value for name, value in POST.items() if name != key}) == key


def test_an_empty_body_is_accepted_with_a_title_or_as_a_reply():
    assert parse_post(POST | {"body": "", "title": "Lamps"}).body == ""
    assert parse_post(POST | {"body": None, "parent": "p0"}).body == ""
    assert parse_post(POST | {"body": "", "thread": "p0"}).kind == "reply"
    # An export may have lost what it replied to.
    assert parse_post(POST | {"body": "", "kind": "comment"}).parent is None
    assert refused("post", POST | {"body": "", "kind": "question"}) == "body"


def test_text_that_no_database_holds_is_cleaned():
    post = parse_post(POST | {"body": "a\x00b\ud800", "more": {"k\x00": ["\ud800"]}})
    assert post.body == "ab\ufffd"
    assert post.extra == {"more": {"k": ["\ufffd"]}}
    # Two escaped halves of one character are that character.
    assert parse_post(POST | {"body": "\ud83d\ude00"}).body == "😀"


def test_nesting_without_end_is_refused():
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    assert refused("person", {"id": "ann", "more": deep}) == "more"


def test_other_kinds_are_judged_as_well():
    assert refused("person", {"id": "ann", "consent": "maybe"}) == "consent"
    assert refused("person", {"id": "ann", "weekly_capacity": -1}) == "weekly_capacity"
    assert refused("space", {"id": "s", "visibility": "secret"}) == "visibility"
    assert refused("interaction", {"person": None, "post": "p1"}) == "kind"
    assert refused("link", {"from": "a", "to": "a", "kind": "related"}) == "to"
    assert refused("link", {"from": "a", "kind": "related"}) == "to"
    assert refused("essay", {}) == "type"
    assert refused("post", ["no", "object"]) == "record"


def test_a_date_alone_makes_an_interaction_day_only():
    at_day = parse_record("interaction", {"post": "p", "kind": "like", "at": "2026-03-01"})
    at_noon = parse_record("interaction", {"post": "p", "kind": "like", "at": "2026-03-01T12:00"})
    assert (at_day.day_only, at_noon.day_only) == (True, False)


def test_the_type_of_an_import_line_is_no_extra():
    assert parse_record("person", {"type": "person", "id": "ann"}).extra == {}
    assert parse_person({"type": "clerk", "id": "ann"}).extra == {"type": "clerk"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T09:30:00Z", (2026, 3, 1, 9, 30)),
        ("2026-03-01 09:30", (2026, 3, 1, 9, 30)),
        ("20260301T093000Z", (2026, 3, 1, 9, 30)),
        ("2026-03-01T11:30:00+02:00", (2026, 3, 1, 9, 30)),
        ("2026-03-01T11:30:00 +0200", (2026, 3, 1, 9, 30)),
        ("2026-03-01T04:30-05", (2026, 3, 1, 9, 30)),
        ("2026-03-01t09:30:00,5z", (2026, 3, 1, 9, 30, 0, 500000)),
        ("2026-03-01T09:30:00.123456789Z", (2026, 3, 1, 9, 30, 0, 123456)),
        ("2026-03-01T24:00:00", (2026, 3, 2)),
        ("2016-12-31T23:59:60Z", (2017, 1, 1)),
        ("2026-03-01", (2026, 3, 1)),
        ("2026-03", (2026, 3, 1)),
        ("2026-W09-7", (2026, 3, 1)),
        ("2026-060", (2026, 3, 1)),
        (" 2026-03-01T09:30 UTC ", (2026, 3, 1, 9, 30)),
        ("0001-01-01T00:00:00Z", (1, 1, 1)),
    ],
)
def test_times_of_many_shapes_are_utc(text, expected):
    assert parse_time(text, "at") == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["", "now", "2026-13-01", "2026-02-30", "2026-03-01T25:00", "2026-03-01T09:61", "0000-01-01",
     "12026-01-01", "9999-12-31T23:00-05:00", "0001-01-01T00:00+01:00", "2026-03-01x09:30",
     "٢٠٢٦-03-01", "2026-03-01T24:00:01", "2026-03-01T09:30+99:00", "2" * 10_000, 5, None, True,
     "9999-12-31T24:00", "2026-W60-1", "2026-400"],
)  # fmt: skip
def test_what_is_no_time_is_refused(value):
    with pytest.raises(InvalidRecord, match="at"):
        parse_time(value, "at")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
KNOWN = st.sampled_from(sorted(Post.__dataclass_fields__))


@given(st.dictionaries(KNOWN | st.text(), json_values, max_size=8))
def test_whatever_comes_is_a_record_or_a_named_fault(change):
    try:
        post = parse_post({**POST, **change})
    except InvalidRecord as error:
        assert error.field
        return
    written = to_json(post)
    json.dumps(written).encode()
    assert parse_post(written) == post


@pytest.mark.parametrize(
    ("kind", "obj"),
    [
        ("person", {"id": "ann", "active": False, "languages": ["sv"], "left": "2026-01-01"}),
        ("person", {"id": "ann", "name": "Ann", "consent": "hidden", "shoe": 38}),
        ("space", {"id": "s", "visibility": "members", "members": ["ann", 7]}),
        ("interaction", {"person": None, "post": "p", "kind": "tried", "value": "worked"}),
        ("interaction", {"person": "ann", "post": "p", "kind": "view", "order": 3}),
        ("link", {"from": "a", "to": "b", "kind": "duplicate", "at": "2026-01-01T10:00:00Z"}),
        ("post", POST | {"updated": "2026-03-02", "attachments": [{"url": "a.png"}]}),
    ],
)
def test_writing_a_record_and_reading_it_again_changes_nothing(kind, obj):
    record = parse_record(kind, obj)
    written = to_json(record)
    assert parse_record(kind, json.loads(json.dumps(written))) == record
    assert [] not in written.values()


def test_written_records_are_lean_and_in_the_words_of_the_format():
    assert to_json(parse_person({"id": "ann"})) == {"id": "ann", "active": True, "consent": "open"}
    link = to_json(parse_record("link", {"from": "a", "to": "b", "kind": "related"}))
    assert link == {"from": "a", "to": "b", "kind": "related"}
    assert to_json(parse_post(POST))["created"] == "2026-03-01T09:30:00Z"
