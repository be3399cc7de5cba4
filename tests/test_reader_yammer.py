"""Viva Engage's export: threads by thread_id, private and deleted kept true, versions by time."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Person, Post, Space
from data.readers.face import ReadOptions, Rejection
from data.readers.yammer import YammerReader
from tests.reader_exports import write_csv

ROW: dict[str, object] = {
    "id": 10, "replied_to_id": "", "parent_id": "", "thread_id": 10, "conversation_id": 1,
    "group_id": 3, "group_name": "Windows", "participants": "", "in_private_group": "false",
    "in_private_conversation": "false", "sender_id": 8, "sender_type": "user",
    "sender_name": "Ann Berg", "sender_email": "ann@x.example", "body": "Which?",
    "attachments": "", "created_at": "2026-03-01T10:00:00.123Z", "deleted_at": "", "title": "",
    "message_type": "",
}  # fmt: skip
USERS: list[dict[str, object]] = [
    {"id": 8, "name": "Ann Berg", "email": "ann@x.example", "job_title": "Window dresser",
     "location": "Umeå", "department": "Design", "joined_at": "2020/01/02 03:04:05 +0000",
     "deleted_at": "", "suspended_at": "", "state": "active"},
    {"id": 9, "name": "Bo", "state": "soft_delete"},
]  # fmt: skip
GROUPS: list[dict[str, object]] = [
    {"id": 3, "name": "Windows", "description": "All of it", "private": "false"},
    {"id": 4, "name": "Board", "description": "", "private": "true"},
]


def export(folder: Path, *rows: dict[str, object]) -> Path:
    keys = dict.fromkeys(key for row in (ROW, *rows) for key in row)
    write_csv(folder / "Messages.csv", [dict.fromkeys(keys, "") | ROW | row for row in rows])
    write_csv(folder / "Users.csv", USERS)
    write_csv(folder / "Groups.csv", GROUPS)
    write_csv(folder / "Files.csv", [{"file_id": 77, "name": "a.png", "description": "Red window"}])
    return folder


def read(path: Path, *private: str) -> list[object]:
    return [item.record for item in YammerReader().read(path, ReadOptions(private))]


def posts(path: Path, *private: str) -> list[Post]:
    return [record for record in read(path, *private) if isinstance(record, Post)]


def reasons(path: Path) -> list[str]:
    told = [record for record in read(path) if isinstance(record, Rejection)]
    return [one.reason for one in told if one.id != "community 4"]


def test_people_bring_their_work_and_whoever_no_row_tells_of_a_name(tmp_path):
    bot = {"id": 12, "sender_id": 5, "sender_type": "bot", "sender_name": "Feed"}
    path = export(tmp_path, ROW, bot, {"id": 13, "sender_id": 6, "sender_name": "Cy (guest)"})
    people = {r.id: r for r in read(path) if isinstance(r, Person)}
    ann = people["8"]
    assert (ann.title, ann.department, ann.location) == ("Window dresser", "Design", "Umeå")
    assert ann.joined is not None and ann.joined.isoformat() == "2020-01-02T03:04:05+00:00"
    assert (ann.active, people["9"].active, people["6"].name) == (True, False, "Cy (guest)")
    assert [id_ for id_, person in people.items() if person.bot] == ["5"]


def test_threads_titles_questions_and_times(tmp_path):
    root = {"title": "Lamps", "message_type": "question"}
    reply = {"id": 11, "replied_to_id": 10, "body": "Warm", "sender_id": 9}
    after = {"id": 12, "replied_to_id": 11, "created_at": "2026/03/01 10:00:09 +0000"}
    first, second, third = posts(export(tmp_path, root, reply, after))
    assert (first.title, first.kind, first.parent, first.thread) == (
        "Lamps",
        "question",
        None,
        "10",
    )
    assert first.created.isoformat() == "2026-03-01T10:00:00.123000+00:00"
    assert (second.parent, second.thread, second.kind) == ("10", "10", "reply")
    assert (third.parent, third.created.second, third.space) == ("11", 9, "3")


def test_what_was_deleted_and_what_the_network_says_stay_out(tmp_path):
    path = export(
        tmp_path,
        {"deleted_at": "2026-03-02T10:00:00Z"},
        {"id": 11, "message_type": "system", "body": "has created the group"},
        {"id": 12, "thread_id": 12, "body": ""},
        {"id": 13, "thread_id": 13},
        {"id": 13, "thread_id": 13},
        {"id": 14, "thread_id": 14},
        {"id": 14, "thread_id": 14, "deleted_at": "2026-03-02T10:00:00Z"},
    )
    assert [post.id for post in posts(path)] == ["13"]
    assert reasons(path) == [
        "was deleted",
        "is a notice by the network itself, no message",
        "body: is empty, and there is neither a title nor a parent",
        "stands in the export already",
        "was deleted",
        "was deleted",
    ]


def test_versions_that_bear_a_time_all_go_in(tmp_path):
    rows = [{"body": "first"}, {"body": "second", "updated_at": "2026-03-03T10:00:00Z"}]
    assert [(post.id, post.body) for post in posts(export(tmp_path, *rows))] == [
        ("10", "first"), ("10", "second"),
    ]  # fmt: skip


def test_references_become_names_and_previews_nothing(tmp_path):
    body = "[[user:9]] and [[user:404]] see [[tag:5:lamps]] [User:8:Ann]"
    page = 'opengraphobject:[5 : https://x.example : title="T" : description="not hers"]'
    (post,) = posts(export(tmp_path, {"body": body, "attachments": f"{page},uploadedfile:77"}))
    assert post.body == "@Bo and @404 see lamps @Ann Berg"
    assert [(one.url, one.alt) for one in post.attachments] == [("file:77", "Red window")]
    (post,) = posts(export(tmp_path, {"body": "", "attachments": "uploadedfile:77"}))
    assert post.body == "Red window"


def test_private_communities_and_conversations_stay_out_unless_named(tmp_path):
    path = export(
        tmp_path,
        {"body": "board", "group_id": 4},
        {"id": 11, "thread_id": 11, "body": "hidden", "group_id": 5, "group_name": "Pay",
         "in_private_group": "true"},
        {"id": 12, "thread_id": 12, "body": "psst", "group_id": "",
         "in_private_conversation": "true", "participants": "user:8,user:9"},
        {"id": 13, "thread_id": 13, "body": "to all", "group_id": ""},
    )  # fmt: skip
    assert [(post.body, post.space) for post in posts(path)] == [("to all", None)]
    assert reasons(path) == [
        "Pay is a private community; it goes in only when asked for by name",
        "private conversations; they go in only when asked for by this word",
    ]
    assert [post.body for post in posts(path, "Board")] == ["board", "to all"]
    assert [post.body for post in posts(path, "groups")] == ["board", "hidden", "to all"]
    assert [post.body for post in posts(path, "direct")] == ["psst", "to all"]
    spaces = {r.id: r for r in read(path, "groups", "direct") if isinstance(r, Space)}
    assert {id_: (s.visibility, s.members) for id_, s in spaces.items()} == {
        "3": ("open", ()), "4": ("members", ("8",)), "5": ("members", ("8",)),
        "direct-12": ("members", ("8", "9")),
    }  # fmt: skip


def test_a_network_shared_with_others_is_private(tmp_path):
    export(tmp_path, {"body": "home"})
    (tmp_path / "4711").mkdir()
    export(tmp_path / "4711", {"id": 20, "thread_id": 20, "body": "with others", "group_id": ""})
    assert [post.body for post in posts(tmp_path)] == ["home"]
    assert [post.body for post in posts(tmp_path, "network-4711")] == ["home", "with others"]


def test_a_table_that_somebody_uploaded_is_no_network(tmp_path):
    """The larger one was taken for the organisation's own, and its rows for open posts."""
    for place in ("net", "Files"):
        (tmp_path / place).mkdir()
    export(tmp_path / "net", {"body": "home"})
    export(tmp_path / "Files", {"body": "forged", "id": 20, "thread_id": 20}, {"body": "x" * 999})
    assert [post.body for post in posts(tmp_path, "groups")] == ["home"]


odd = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
objects = st.dictionaries(st.sampled_from(sorted(ROW)), odd, max_size=4)


@given(objects)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_strange_values_never_break_the_reading(tmp_path, changes):
    path = export(tmp_path, changes, {"id": 99, "thread_id": 99, "body": "still here"})
    found = [post for post in posts(path, "groups", "direct") if post.body == "still here"]
    assert found or changes.get("id") == 99
