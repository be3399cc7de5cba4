"""Slack exports: private stays out, mentions become names, bots and events are told from people."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import UnreadableSource
from data.importing import import_path
from data.models import Interaction, Person, Post, Space
from data.readers.face import ReadOptions, Rejection
from data.readers.slack import SlackReader
from data.text import body_text
from tests.communities import new_store

USERS = [
    {"id": "U1", "name": "ann", "tz": "Europe/Stockholm", "deleted": False,
     "profile": {"real_name": "Ann Berg", "title": "Window dresser", "email": "a@example.org"}},
    {"id": "U2", "name": "bo", "deleted": True},
    {"id": "U3", "name": "deploy", "is_bot": True},
    {"id": "USLACKBOT", "name": "slackbot"},
]  # fmt: skip
CHANNELS = [{"id": "C1", "name": "windows", "purpose": {"value": "All about windows"}}]


def export(folder: Path, *messages: object, **lists: object) -> Path:
    for name, content in ({"users": USERS, "channels": CHANNELS} | lists).items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    put(folder / "windows", list(messages))
    return folder


def put(folder: Path, messages: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "2026-03-01.json").write_text(json.dumps(messages))


def message(**changes: object) -> dict[str, object]:
    return {"type": "message", "user": "U1", "text": "Hi", "ts": "1700000000.000100"} | changes


def read(path: Path, *private: str) -> list[object]:
    return [item.record for item in SlackReader().read(path, ReadOptions(private))]


def posts(path: Path, *private: str) -> list[Post]:
    return [record for record in read(path, *private) if isinstance(record, Post)]


def reasons(path: Path) -> list[str]:
    return [record.reason for record in read(path) if isinstance(record, Rejection)]


def test_people_carry_name_title_zone_and_state(tmp_path):
    people = {r.id: r for r in read(export(tmp_path)) if isinstance(r, Person)}
    ann = people["U1"]
    assert (ann.name, ann.title, ann.timezone) == ("Ann Berg", "Window dresser", "Europe/Stockholm")
    assert (people["U2"].active, people["U3"].bot, people["USLACKBOT"].bot) == (False, True, True)


def test_marks_become_text(tmp_path):
    text = "<@U1> <@U9|cy> see <#C1|windows> <https://x.org/a|the guide> <https://x.org> "
    text += "&lt;b&gt; <!here> <mailto:a@x.org|a@x.org>"
    (post,) = posts(export(tmp_path, message(text=text)))
    assert post.body == (
        "@Ann Berg @cy see #windows the guide (https://x.org/a) https://x.org <b> @here a@x.org"
    )
    assert post.body_format == "text"


def test_threads_edits_ids_and_times(tmp_path):
    root = message(edited={"user": "U1", "ts": "1700000500.000000"})
    reply = message(ts="1700000100.000200", thread_ts=root["ts"], user="U2")
    first, second = posts(export(tmp_path, root, reply))
    assert first.id == "C1:1700000000.000100"
    assert first.created.isoformat() == "2023-11-14T22:13:20.000100+00:00"
    assert first.updated is not None and first.updated.isoformat().startswith("2023-11-14T22:21:40")
    assert (second.parent, second.thread, second.kind) == (first.id, first.id, "reply")
    assert (first.parent, first.space, first.kind) == (None, "C1", "post")


def test_events_empty_and_repeated_messages_stay_out_with_a_reason(tmp_path):
    path = export(
        tmp_path,
        message(),
        message(),
        message(ts="1.1", subtype="channel_join"),
        message(ts="1.2", text=""),
        message(ts="x"),
        message(ts="1.3", hidden=True),
        "no object",
    )
    assert len(posts(path)) == 1
    assert reasons(path) == [
        "stands in this channel already",
        "is a channel_join event, no message",
        "body: is empty, and there is neither a title nor a parent",
        "ts: is no Slack time",
        "is hidden",
        "is no JSON object",
    ]


def test_bots_are_people_of_their_own(tmp_path):
    by_id = message(user=None, bot_id="B1", username="ci", subtype="bot_message", text="built")
    by_name = message(ts="1.1", user=None, subtype="bot_message", username="rss", text="news")
    attached = message(ts="1.2", user="U3", bot_id="B2", text="", attachments=[{"fallback": "up"}])
    path = export(tmp_path, by_id, by_name, attached)
    bots = {r.id: r.name for r in read(path) if isinstance(r, Person) and r.bot}
    assert bots == {"B1": "ci", "bot:rss": "rss", "U3": "deploy", "USLACKBOT": "slackbot"}
    assert [(post.author, post.body) for post in posts(path)] == [
        ("B1", "built"), ("bot:rss", "news"), ("U3", "up"),
    ]  # fmt: skip


def test_who_is_in_no_list_is_named_by_the_message(tmp_path):
    """Guests of other workspaces were named by their ids."""
    profile = {"real_name": "Cy Dahl", "name": "cy"}
    guest = message(user="U9", attachments=[{"fallback": "another's page"}])
    path = export(
        tmp_path,
        guest | {"ts": "1.1", "text": "", "thread_ts": "1.0"},
        guest | {"ts": "1.2", "user_profile": profile},
        guest | {"ts": "1.3", "user_profile": profile},
    )
    told = [(r.id, r.name, r.bot) for r in read(path) if isinstance(r, Person) and r.id == "U9"]
    assert told == [("U9", "Cy Dahl", False)]
    assert [post.body for post in posts(path)] == ["", "Hi", "Hi"]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Mine\n&gt;&gt;&gt; old\nolder\n\noldest", "Mine"),
        ("&gt; old\nMine", "Mine"),
        ("```\n&gt;&gt;&gt; x = 1\n```\nMine\n&gt;&gt;&gt; old\nolder", "```\n```\nMine"),
        ("```\n&gt;&gt;&gt; x = 1\n2", "```\n2"),
    ],
)
def test_what_is_quoted_to_the_end_is_not_the_authors(tmp_path, text, own):
    """Of what `>>>` quotes only the first line was left out."""
    (post,) = posts(export(tmp_path, message(text=text)))
    assert body_text(post) == own


def test_previews_of_other_pages_are_not_the_authors_words(tmp_path):
    (post,) = posts(export(tmp_path, message(attachments=[{"text": "somebody else's article"}])))
    assert post.body == "Hi"


def test_files_are_attachments_and_stand_in_for_missing_text(tmp_path):
    file = {"permalink": "https://x.org/f", "title": "red window", "name": "f.png"}
    (post,) = posts(export(tmp_path, message(text="", files=[file], subtype="file_share")))
    assert post.body == "red window"
    assert post.attachments[0].alt == "red window"


def test_reactions_are_one_undated_like_a_person(tmp_path):
    reactions = [
        {"name": "+1", "users": ["U1", "U2"]},
        {"name": "tada", "users": ["U1"]},
        {"name": "-1", "users": ["U3"]},
    ]
    found = read(export(tmp_path, message(reactions=reactions)))
    likes = [record for record in found if isinstance(record, Interaction)]
    assert [(like.person, like.kind, like.at) for like in likes] == [
        ("U1", "like", None), ("U2", "like", None),
    ]  # fmt: skip


def test_private_channels_and_messages_stay_out_unless_named(tmp_path):
    path = export(
        tmp_path,
        groups=[{"id": "G1", "name": "board", "members": ["U1"]}],
        dms=[{"id": "D1", "members": ["U1", "U2"]}],
        mpims=[{"id": "M1", "name": "mpdm-1", "members": ["U1", "U2"]}],
    )
    for folder in ("board", "D1", "mpdm-1", "unlisted"):
        put(path / folder, [message(text=folder)])
    assert posts(path) == []
    assert len(reasons(path)) == 4
    assert [post.body for post in posts(path, "board")] == ["board"]
    assert [post.body for post in posts(path, "direct")] == ["D1", "mpdm-1"]
    spaces = {record.id: record for record in read(path, "direct") if isinstance(record, Space)}
    assert (spaces["D1"].visibility, spaces["D1"].members) == ("members", ("U1", "U2"))
    assert (spaces["C1"].visibility, spaces["C1"].members) == ("open", ())


def test_a_broken_day_is_a_rejection_and_the_others_go_in(tmp_path):
    path = export(tmp_path, message())
    cut = json.dumps([message(ts="1.1"), message(ts="1.2")], indent=1)[:-20]
    (path / "windows" / "2026-03-02.json").write_text(cut)
    assert [post.id for post in posts(path)] == ["C1:1700000000.000100", "C1:1.1"]
    (told,) = (record for record in read(path) if isinstance(record, Rejection))
    assert "is no JSON" in told.reason and told.line == cut.count("\n", 0, cut.rindex("{")) + 1


def test_what_is_refused_is_told_with_the_line_on_which_it_begins(tmp_path):
    """It was told by its time alone, in a file of thousands of lines."""
    odd = [
        message(), message(), "no object", message(ts="1.1", subtype="channel_join"),
        message(ts="1.2", text=""), message(ts="1.3", hidden=True), message(ts="x"),
    ]  # fmt: skip
    path = export(tmp_path, groups=[{"id": "G1", "name": "board"}, {"id": 7}])
    for name, content in {
        "channels": [*CHANNELS, 3],
        "users": [*USERS, {"name": "nobody"}],
    }.items():
        (path / f"{name}.json").write_text("[\n" + ",\n".join(map(json.dumps, content)) + "]")
    (path / "windows" / "2026-03-01.json").write_text(json.dumps(odd, indent=4))
    told = [record for record in read(path) if isinstance(record, Rejection)]
    text = json.dumps(odd, indent=4).splitlines()
    assert [(record.file, record.line) for record in told[:4]] == [
        ("channels.json", 3), ("groups.json", 1), ("groups.json", 1), ("users.json", 6),
    ]  # fmt: skip
    day = told[4:]
    assert len(day) == 6 and {record.file for record in day} == {"windows/2026-03-01.json"}
    starts = [
        number for number, line in enumerate(text, 1) if line in ("    {", '    "no object",')
    ]
    assert [record.line for record in day] == starts[1:]


def test_the_store_tells_the_line_of_what_it_refuses(tmp_path):
    path = export(tmp_path)
    odd = [message(), message(ts="1.1", reactions=[{"name": "+1", "users": ["U2"]}])]
    (path / "windows" / "2026-03-01.json").write_text(json.dumps(odd, indent=0))
    store = new_store()
    import_path(store, path)
    store.withdraw("U2", "C1:1.1", "like")
    (told,) = import_path(store, path).rejections
    assert (told.file, told.line) == ("windows/2026-03-01.json", 8)
    # What no database takes as text is no reason to fail.
    odd = [message(ts="\ud800"), message(ts="1.2", subtype="\x00\ud800")]
    (path / "windows" / "2026-03-01.json").write_text(json.dumps(odd, indent=0))
    assert len(import_path(store, path).rejections) == 2
    store.close()


odd = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({})
KEYS = st.sampled_from(["type", "subtype", "user", "text", "ts", "thread_ts", "edited", "files",
                        "reactions", "bot_id", "username", "attachments", "hidden", "id", "name",
                        "profile", "members", "is_bot", "purpose", "comment"])  # fmt: skip
objects = st.dictionaries(KEYS, odd | st.lists(st.dictionaries(KEYS, odd, max_size=3)), max_size=4)


@given(objects, objects, objects)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_strange_values_never_break_the_reading(tmp_path, in_message, in_user, in_channel):
    path = export(tmp_path, message(**in_message), message(ts="1.5"))
    (path / "users.json").write_text(json.dumps([*USERS, in_user]))
    (path / "channels.json").write_text(json.dumps([*CHANNELS, in_channel]))
    try:
        assert any(post.id == "C1:1.5" for post in posts(path)) or in_message.get("ts") == "1.5"
    except UnreadableSource as error:
        raise AssertionError("one strange record must not refuse the export") from error
