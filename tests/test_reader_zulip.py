"""Zulip's export: topics are threads, edits are told from moves, what is private stays out."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Interaction, Link, Person, Post, Space
from data.readers import json_tables
from data.readers.face import DELETED, ReadOptions, Rejection
from data.readers.zulip import ZulipReader
from data.text import plain_text

DAY = 1_770_000_000
REALM: dict[str, list[dict[str, object]]] = {
    "zerver_userprofile": [
        {"id": 8, "full_name": "Ann Berg", "delivery_email": "ann@x.example", "is_active": True,
         "timezone": "Europe/Stockholm", "date_joined": DAY - 1e6},
        {"id": 9, "full_name": "Bo", "email": "bo@x.example", "is_active": False},
        {"id": 10, "full_name": "Feed", "is_bot": True},
    ],
    "zerver_userprofile_crossrealm": [{"id": 1, "email": "notification-bot@zulip.com"}],
    "zerver_customprofilefield": [{"id": 1, "name": "Job title", "field_type": 1},
                                  {"id": 2, "name": "Knows", "field_type": 2},
                                  {"id": 3, "name": "Manager", "field_type": 6}],
    "zerver_customprofilefieldvalue": [
        {"user_profile": 8, "field": 1, "value": "Window dresser"},
        {"user_profile": 8, "field": 2, "value": "lamps"},
        {"user_profile": 8, "field": 3, "value": "[9]"},
    ],
    "zerver_stream": [
        {"id": 3, "name": "windows", "invite_only": False, "description": "All of it"},
        {"id": 4, "name": "board", "invite_only": True},
    ],
    "zerver_recipient": [
        {"id": 30, "type": 2, "type_id": 3}, {"id": 40, "type": 2, "type_id": 4},
        {"id": 90, "type": 1, "type_id": 9}, {"id": 50, "type": 3, "type_id": 5},
    ],
    "zerver_subscription": [
        {"user_profile": 8, "recipient": 40}, {"user_profile": 9, "recipient": 40, "active": False},
        {"user_profile": 8, "recipient": 50}, {"user_profile": 10, "recipient": 50},
    ],
}  # fmt: skip


def message(id_: int, content: str = "Hi", **changes: object) -> dict[str, object]:
    row = {"id": id_, "sender": 8, "recipient": 30, "subject": "Lamps", "content": content}
    return row | {"date_sent": DAY + id_} | changes


def export(folder: Path, *rows: object, **tables: object) -> Path:
    (folder / "realm.json").write_text(json.dumps(REALM | tables, indent=1))
    half = len(rows) // 2
    for number, part in enumerate((rows[:half], rows[half:]), 1):
        content = {"zerver_message": part, "zerver_usermessage": []}
        (folder / f"messages-00000{number}.json").write_text(json.dumps(content))
    return folder


def read(path: Path, *private: str) -> list[object]:
    return [item.record for item in ZulipReader().read(path, ReadOptions(private))]


def posts(path: Path, *private: str) -> dict[str, Post]:
    return {record.id: record for record in read(path, *private) if isinstance(record, Post)}


def reasons(path: Path) -> list[str]:
    return [record.reason for record in read(path) if isinstance(record, Rejection)]


def test_people_are_told_from_bots_and_bring_their_profile(tmp_path):
    people = {r.id: r for r in read(export(tmp_path)) if isinstance(r, Person)}
    ann = people["8"]
    assert (ann.name, ann.email, ann.timezone) == ("Ann Berg", "ann@x.example", "Europe/Stockholm")
    assert (ann.title, ann.about) == ("Window dresser", "Knows: lamps")
    assert ann.joined is not None and people["9"].active is False
    assert [id_ for id_, person in people.items() if person.bot] == ["10", "1"]
    assert people["1"].name == "Notification Bot" and people["1"].email is None


def test_a_topic_is_one_thread_whatever_its_tick_or_case(tmp_path):
    found = posts(
        export(
            tmp_path,
            message(11, subject="✔ lamps"),
            message(12, subject="Lamps", sender=9),
            message(13, subject="Arcs"),
            message(14, subject="✔ LAMPS"),
        )
    )
    assert [found[id_].thread for id_ in ("11", "12", "13", "14")] == ["11", "11", "13", "11"]
    assert (found["11"].title, found["11"].kind, found["12"].kind) == ("lamps", "post", "reply")
    assert found["12"].title is None and found["12"].parent == "11" and found["12"].space == "3"
    assert found["11"].created.isoformat() == "2026-02-02T02:40:11+00:00"


def test_what_the_chat_announces_is_no_post_and_begins_no_thread(tmp_path):
    path = export(tmp_path, message(11, "moved here", sender=1), message(12), message(13))
    found = posts(path)
    assert list(found) == ["12", "13"] and found["13"].thread == "12"
    assert "is a notice by the chat itself, no message" in reasons(path)


@pytest.mark.parametrize("key", ["content", "rendered_content"])
def test_a_deleted_message_is_no_post_and_begins_no_thread(tmp_path, key):
    """Thousands of "(deleted)" were posts, and roots of topics."""
    text = "(deleted)" if key == "content" else "<p>(deleted)</p>"
    path = export(tmp_path, message(11) | {"content": None, key: text}, message(12), message(13))
    assert {id_: post.thread for id_, post in posts(path).items()} == {"12": "12", "13": "12"}
    assert ("11", DELETED) in [(r.id, r.reason) for r in read(path) if isinstance(r, Rejection)]


def test_a_closed_stream_is_told_by_its_line(tmp_path):
    path = export(tmp_path, message(11))
    lines = (path / "realm.json").read_text().splitlines()
    (told,) = (record for record in read(path) if isinstance(record, Rejection))
    assert '"id": 4,' in lines[told.line]


def test_without_a_topic_nothing_is_a_thread_but_what_is_quoted(tmp_path):
    said = "@_**Ann Berg|8** [said](https://z.example/#narrow/channel/3-windows/topic//near/11):"
    rows = [message(id_, subject="") for id_ in (11, 12)]
    rows.append(message(13, f"{said}\n```quote\nHi\n```\nYes", subject="(no topic)"))
    found = posts(export(tmp_path, *rows, message(14, said, recipient=40, subject="")), "board")
    assert [found[id_].parent for id_ in found] == [None, None, "11", None]
    assert found["11"].title is None


def test_who_is_quoted_is_the_parent_and_keeps_the_words(tmp_path):
    said = "@_**Bo|9** [said](https://z.example/#narrow/channel/3-windows/topic/Lamps/near/12):"
    answer = f"{said}\n````quote\nuse\n```python\nx = 1\n```\nof it\n````\nBecause it is warm"
    found = posts(export(tmp_path, message(11), message(12, sender=9), message(13, answer)))
    assert (found["13"].parent, found["13"].thread) == ("12", "11")
    assert plain_text(found["13"].body, found["13"].body_format) == "Because it is warm"


def test_marks_become_text(tmp_path):
    text = "@**Bo|9** and @*team* see #**windows>✔ Lamps@12** and #**windows** :tada: ~~old~~"
    (post,) = posts(export(tmp_path, message(11, text))).values()
    shown = plain_text(post.body, post.body_format)
    assert shown == "@Bo and @team see #windows > ✔ Lamps and #windows :tada: old"


EDITS = [
    ([{"prev_content": "x", "timestamp": DAY + 500}], 500),
    ([{"prev_topic": "lamps", "timestamp": DAY + 500}], None),
    ([{"prev_topic": "✔ Lamps", "timestamp": DAY + 500}], None),
    ([{"prev_subject": "Chairs", "timestamp": DAY + 500}], 500),
    ([{"prev_stream": 7, "timestamp": DAY + 500}], None),
    (
        [
            {"prev_topic": "Lamps", "timestamp": DAY + 700},
            {"prev_topic": "Chairs", "prev_content": "x", "timestamp": DAY + 600},
            {"prev_content": "y", "timestamp": DAY + 500},
        ],
        600,
    ),
]


@pytest.mark.parametrize(("history", "after"), EDITS)
@pytest.mark.parametrize("as_text", [False, True])
def test_an_edit_is_one_of_words_or_of_a_thread_s_title(tmp_path, history, after, as_text):
    given_ = json.dumps(history) if as_text else history
    row = message(11, edit_history=given_, last_edit_time=DAY + 900)
    (post,) = posts(export(tmp_path, row)).values()
    assert (post.updated and post.updated.timestamp()) == (after and DAY + after)


def test_an_edit_without_its_history_counts_as_one(tmp_path):
    row = message(11, edit_history=None, last_edit_time=DAY + 9)
    (post,) = posts(export(tmp_path, row)).values()
    assert post.updated is not None and post.updated.timestamp() == DAY + 9


def test_private_streams_and_direct_messages_stay_out_unless_named(tmp_path):
    rows = [message(11), message(12, recipient=40), message(13, recipient=90, subject="")]
    path = export(tmp_path, *rows, message(14, recipient=50, subject=""))
    assert list(posts(path)) == ["11"]
    assert reasons(path) == [
        "is a private stream; it goes in only when asked for by name",
        "direct messages, 2 of them; they go in only when asked for by this word",
    ]
    assert list(posts(path, "board")) == list(posts(path, "groups")) == ["11", "12"]
    assert list(posts(path, "direct")) == ["11", "13", "14"]
    spaces = {r.id: r for r in read(path, "board", "direct") if isinstance(r, Space)}
    assert {id_: space.members for id_, space in spaces.items()} == {
        "3": (), "4": ("8",), "direct-8-9": ("8", "9"), "direct-8-10": ("8", "10"),
    }  # fmt: skip
    assert {space.visibility for id_, space in spaces.items() if id_ != "3"} == {"members"}
    assert {post.space for post in posts(path, "direct").values()} == {
        "3", "direct-8-9", "direct-8-10",
    }  # fmt: skip


def test_a_stream_that_does_not_say_that_it_is_open_is_not(tmp_path):
    path = export(tmp_path, message(11), zerver_stream=[{"id": 3, "name": "windows"}])
    assert posts(path) == {}


def test_reactions_are_one_undated_like_a_person(tmp_path):
    told = [(8, "heart"), (8, "tada"), (9, "-1"), (10, "+1")]
    rows = [{"message": 11, "user_profile": who, "emoji_name": name} for who, name in told]
    rows.append({"message": 12, "user_profile": 8, "emoji_name": "heart"})
    path = export(tmp_path, message(11), message(12, recipient=40), zerver_reaction=rows)
    likes = [r for r in read(path) if isinstance(r, Interaction)]
    assert [(like.person, like.post, like.kind, like.at) for like in likes] == [
        ("8", "11", "like", None), ("10", "11", "like", None),
    ]  # fmt: skip


def test_links_between_threads_that_are_both_there(tmp_path):
    url = "[here](#narrow/channel/3-windows/topic/.E2.9C.94.20Lamps/near/11)"
    path = export(
        tmp_path,
        message(11, "see #**windows>Lamps** and #**windows>Nowhere** and #**board>Lamps**"),
        message(12, recipient=40),
        message(13, url, subject="Arcs"),
        message(14, f"again {url}", subject="Arcs"),
    )
    links = [r for r in read(path) if isinstance(r, Link)]
    assert [(link.source, link.target, link.kind) for link in links] == [("13", "11", "related")]
    assert links[0].at is not None and links[0].at.timestamp() == DAY + 13


def test_a_row_that_is_none_is_named_by_its_line_and_a_cut_file_by_its_end(tmp_path):
    path = export(tmp_path, message(11), message(12))
    content = [message(13), "odd", message(14), {"id": 15}, message(13)]
    whole = json.dumps({"zerver_message": content}, indent=1)
    (path / "messages-000003.json").write_text(whole[: whole.rindex('"id": 13') - 3])
    items = list(ZulipReader().read(path, ReadOptions()))
    told = [(i.record.file, i.line) for i in items if isinstance(i.record, Rejection)][1:]
    lines = whole.splitlines()
    assert told == [
        ("messages-000003.json", lines.index('  "odd",') + 1),
        ("messages-000003.json", lines.index('   "id": 15') or 0),
        ("messages-000003.json", len(lines) - 9),
    ]
    assert {"11", "12", "13", "14"} == set(posts(path))


def test_rows_are_read_in_pieces_of_any_size(tmp_path, monkeypatch):
    path = export(tmp_path, *(message(id_, "ö" * 50) for id_ in range(11, 40)))
    whole = read(path)
    for chunk in (1, 7, 64):
        monkeypatch.setattr(json_tables, "_CHUNK", chunk)
        assert read(path) == whole


odd = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({})
KEYS = st.sampled_from(["id", "sender", "recipient", "subject", "content", "date_sent", "name",
                        "edit_history", "last_edit_time", "rendered_content", "type", "type_id",
                        "invite_only", "full_name", "email", "user_profile"])  # fmt: skip
objects = st.dictionaries(KEYS, odd | st.floats(), max_size=4)


@given(objects, objects)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_strange_values_never_break_the_reading(tmp_path, in_message, in_realm):
    tables = {name: [*rows, in_realm] for name, rows in REALM.items()}
    path = export(tmp_path, message(11) | in_message, message(15), **tables)
    assert "15" in posts(path, "direct") or in_message.get("id") == 15 or in_realm.get("id") in (
        3, 30,
    )  # fmt: skip
