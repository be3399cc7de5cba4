"""Mattermost's bulk file: ids are made, threads are nested, private and direct stay out."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Interaction, Person, Post, Space
from data.readers.detect import open_reader
from data.readers.face import ReadOptions, Rejection
from data.readers.mattermost import MattermostReader

DAY = 1_770_000_000_000
TEAM = {"name": "shop", "display_name": "The Shop", "type": "O"}
CHANNEL = {"team": "shop", "name": "windows", "display_name": "Windows", "type": "O"}
BOARD = {"team": "shop", "name": "board", "display_name": "The board", "type": "P"}


def user(name: str, *channels: str, **changes: object) -> dict[str, object]:
    teams = [{"name": "shop", "channels": [{"name": channel} for channel in channels]}]
    return {"username": name, "teams": teams} | changes


ANN = user(
    "ann", "windows", "board", first_name="Ann", last_name="Berg", email="ann@x.example",
    position="Window dresser", timezone={"useAutomaticTimezone": "true",
                                         "automaticTimezone": "Europe/Stockholm"},
)  # fmt: skip


def post(message: str = "Hi", after: int = 0, **changes: object) -> dict[str, object]:
    row = {"team": "shop", "channel": "windows", "user": "ann", "message": message}
    return row | {"create_at": DAY + after} | changes


def export(folder: Path, *rows: dict[str, object], team: dict[str, object] = TEAM) -> Path:
    lines: list[dict[str, object]] = [{"type": "version", "version": 1, "info": {"generator": "x"}}]
    lines += [{"type": "team", "team": team}]
    lines += [{"type": "channel", "channel": one} for one in (CHANNEL, BOARD)]
    lines += [{"type": "user", "user": one} for one in (ANN, user("bo", "windows", delete_at=5))]
    lines += [{"type": "bot", "bot": {"username": "feed", "display_name": "Feed", "owner": "ann"}}]
    for row in rows:
        kind = "direct_post" if "channel_members" in row else "post"
        lines.append(row if "type" in row and row["type"] in row else {"type": kind, kind: row})
    path = folder / "import.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    return path


def read(path: Path, *private: str) -> list[object]:
    return [item.record for item in MattermostReader().read(path, ReadOptions(private))]


def posts(path: Path, *private: str) -> list[Post]:
    return [record for record in read(path, *private) if isinstance(record, Post)]


def reasons(path: Path) -> list[str]:
    told = [record for record in read(path) if isinstance(record, Rejection)]
    return [one.reason for one in told if one.id != "shop:board"]


def test_people_and_bots(tmp_path):
    people = {r.id: r for r in read(export(tmp_path)) if isinstance(r, Person)}
    ann = people["ann"]
    assert (ann.name, ann.title, ann.timezone) == ("Ann Berg", "Window dresser", "Europe/Stockholm")
    assert (ann.email, people["bo"].active, people["bo"].name) == ("ann@x.example", False, "bo")
    assert people["feed"].bot and people["feed"].name == "Feed" and people["feed"].email is None


def test_threads_edits_and_ids_that_an_edit_leaves(tmp_path):
    reply = post("Warm", 5, user="bo", edit_at=DAY + 70_000)
    first, second = posts(export(tmp_path, post(replies=[reply])))
    assert first.id == f"shop:windows:{DAY}:ann"
    assert first.created.isoformat() == "2026-02-02T02:40:00+00:00"
    assert (second.parent, second.thread, second.kind) == (first.id, first.id, "reply")
    assert second.created.microsecond == 5_000 and second.updated is not None
    assert (first.updated, first.space, first.body_format) == (None, "shop:windows", "markdown")
    (later, _) = posts(export(tmp_path, post("Hi!", replies=[reply], edit_at=DAY + 1)))
    assert later.id == first.id


def test_posts_of_one_moment_are_numbered_and_the_same_one_stands_once(tmp_path):
    path = export(tmp_path, post("a"), post("b"), post("a"), post("c", reactions=[
        {"user": "bo", "emoji_name": "+1", "create_at": DAY + 9}]))  # fmt: skip
    id_ = f"shop:windows:{DAY}:ann"
    assert [(one.id, one.body) for one in posts(path)] == [
        (id_, "a"), (f"{id_}:2", "b"), (f"{id_}:3", "c"),
    ]  # fmt: skip
    assert reasons(path) == ["stands in this channel already"]
    (like,) = (record for record in read(path) if isinstance(record, Interaction))
    assert like.post == f"{id_}:3"


def test_events_and_deleted_and_empty_posts_stay_out(tmp_path):
    path = export(
        tmp_path,
        post("joined", 1, type="system_join_channel"),
        post("gone", 2, delete_at=DAY + 9),
        post("", 3),
        post("x", 4, create_at=None),
        {"type": "post", "post": "odd"},
    )
    assert posts(path) == []
    assert reasons(path) == [
        "is a system_join_channel event, no message",
        "was deleted",
        "body: is empty, and there is neither a title nor a parent",
        "create_at: shop:windows has a post without a time",
        "holds no object under 'post', its type",
    ]


def test_replies_to_a_post_that_stays_out_are_kept(tmp_path):
    path = export(tmp_path, post("x", 4, create_at=None, replies=[post("y", 5)]))
    assert [(one.body, one.parent) for one in posts(path)] == [("y", None)]


def test_an_integration_speaks_for_itself(tmp_path):
    hook = {"from_webhook": "true", "override_username": "Till alarms",
            "attachments": [{"fallback": "f", "title": "Till 3", "text": "is stuck"}]}  # fmt: skip
    rows = [post("", 1, props=hook), post("up", 2, props={"from_bot": "true"})]
    path = export(tmp_path, *rows, post("", 3, user="feed", props=hook))
    assert [(one.author, one.body) for one in posts(path)] == [
        ("bot:Till alarms", "Till 3\nis stuck"), ("bot:ann", "up"), ("feed", "Till 3\nis stuck"),
    ]  # fmt: skip
    assert [r.id for r in read(path) if isinstance(r, Person) and r.bot] == [
        "feed", "bot:Till alarms", "bot:ann",
    ]  # fmt: skip


def test_files_are_attachments_and_stand_in_for_missing_text(tmp_path):
    (one,) = posts(export(tmp_path, post("", attachments=[{"path": "20260202/x/red window.png"}])))
    assert (one.body, one.attachments[0].alt) == ("red window.png", "red window.png")


def test_reactions_are_one_dated_like_a_person(tmp_path):
    told = [("bo", "tada", 9), ("bo", "+1", 4), ("ann", "-1", 5), ("feed", "heart", 6)]
    rows = [{"user": u, "emoji_name": name, "create_at": DAY + at} for u, name, at in told]
    path = export(tmp_path, post(replies=[post("y", 2, reactions=rows)], reactions=rows[:1]))
    likes = [record for record in read(path) if isinstance(record, Interaction)]
    assert [(like.person, like.at and round(like.at.timestamp() * 1000) - DAY) for like in likes] \
        == [("bo", 9), ("bo", 4), ("feed", 6)]  # fmt: skip


def test_private_channels_and_direct_messages_stay_out_unless_named(tmp_path):
    people = ["bo", "ann"]
    path = export(
        tmp_path,
        post("secret", channel="board"),
        post("unknown", channel="nowhere"),
        {"type": "direct_channel", "direct_channel": {"members": people}},
        {"user": "bo", "message": "psst", "create_at": DAY, "channel_members": people},
    )
    assert posts(path) == []
    assert reasons(path) == [
        "is a channel that no line tells of, so whether it is open; it stays out",
        'is a direct conversation; it goes in only when asked for by "direct"',
    ]
    for name in ("board", "The board", "shop:board", "groups"):
        assert [one.body for one in posts(path, name)] == ["secret"]
    assert [one.body for one in posts(path, "direct")] == ["psst"]
    spaces = [r for r in read(path, "board", "direct") if isinstance(r, Space)]
    assert [(one.visibility, one.members) for one in spaces] == [
        ("open", ()), ("members", ("ann",)), ("members", ("ann", "bo")),
    ]  # fmt: skip


def test_a_team_by_invitation_is_open_only_where_all_are_in_it(tmp_path):
    closed = TEAM | {"type": "I", "allow_open_invite": False}
    path = export(tmp_path, post(), team=closed)
    assert [r.visibility for r in read(path) if isinstance(r, Space)] == ["open"]
    stranger = {"type": "user", "user": {"username": "cy", "teams": []}}
    path = export(tmp_path, post(), stranger, team=closed)
    (space,) = (r for r in read(path) if isinstance(r, Space))
    assert (space.visibility, space.members) == ("members", ("ann",))


@pytest.mark.parametrize("form", ["zip", "gz", "folder"])
def test_a_zip_with_files_a_compressed_one_and_a_folder_are_the_same(tmp_path, form):
    plain = export(tmp_path, post())
    told = [r for r in read(plain) if not isinstance(r, Rejection)]
    if form == "zip":
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(plain, "import.jsonl")
            archive.writestr("data/20260202/notes.jsonl", '{"type": "version", "version": 1}')
            archive.writestr("data/20260202/lamp.png", b"\x89PNG")
    elif form == "gz":
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        path = tmp_path
    assert open_reader(path).name == "mattermost"
    assert [r for r in read(path) if not isinstance(r, Rejection)] == told


odd = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({})
KEYS = st.sampled_from(["team", "channel", "user", "message", "create_at", "edit_at", "delete_at",
                        "props", "replies", "reactions", "attachments", "type", "name", "username",
                        "teams", "channel_members", "display_name", "timezone"])  # fmt: skip
inner = st.dictionaries(KEYS, odd, max_size=3)
objects = st.dictionaries(KEYS, odd | st.lists(inner) | inner, max_size=4)


@given(objects, objects)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_strange_values_never_break_the_reading(tmp_path, in_post, in_user):
    rows = [{"type": "post", "post": post() | in_post}, {"type": "user", "user": in_user}]
    path = export(tmp_path, *rows, {"type": "post", "post": post("still here", 77)})
    assert [one for one in posts(path, "direct") if one.body == "still here"]
