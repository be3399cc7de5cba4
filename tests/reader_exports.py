"""One small invented export of each format, as the contract test of all readers takes them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path


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


def mattermost(folder: Path) -> None:
    day = 1_770_000_000_000
    like = [{"user": "bo", "emoji_name": "+1", "create_at": day + 9}]
    reply = {"user": "bo", "message": "Warm", "create_at": day + 5, "reactions": like}
    place = {"team": "shop", "channel": "windows"}
    root = place | {"user": "ann", "message": "Which?", "create_at": day, "replies": [reply]}
    joined = place | {"user": "bo", "type": "system_join_channel", "message": "joined"}
    lines: list[dict[str, object]] = [
        {"type": "version", "version": 1},
        {"type": "team", "team": {"name": "shop", "display_name": "Shop", "type": "O"}},
        {"type": "channel", "channel": {"team": "shop", "name": "windows", "type": "O"}},
        {"type": "user", "user": {"username": "ann", "teams": [{"name": "shop"}]}},
        {"type": "user", "user": {"username": "bo", "teams": [{"name": "shop"}]}},
        {"type": "post", "post": root},
        {"type": "post", "post": joined | {"create_at": day + 1}},
    ]
    write_lines(folder / "import.jsonl", lines)


def zulip(folder: Path) -> None:
    realm = {
        "zerver_userprofile": [{"id": 8, "full_name": "Ann"}, {"id": 9, "full_name": "Bo"}],
        "zerver_userprofile_crossrealm": [{"id": 1, "email": "notification-bot@zulip.com"}],
        "zerver_stream": [{"id": 3, "name": "windows", "invite_only": False}],
        "zerver_recipient": [{"id": 30, "type": 2, "type_id": 3}],
        "zerver_reaction": [{"id": 1, "message": 11, "user_profile": 8, "emoji_name": "heart"}],
    }
    write_json(folder / "realm.json", realm)
    place = {"recipient": 30, "subject": "Lamps", "date_sent": 1_770_000_000.5}
    rows = [
        place | {"id": 10, "sender": 8, "content": "Which?"},
        place | {"id": 11, "sender": 9, "content": "See #**windows>Arcs**"},
        place | {"id": 12, "sender": 1, "content": "Ann has marked this topic as resolved."},
        place | {"id": 13, "sender": 9, "content": "Why?", "subject": "Arcs"},
    ]
    write_json(folder / "messages-000001.json", {"zerver_message": rows})


def zulip_archive(folder: Path) -> None:
    message = {"sender_full_name": "Ann", "timestamp": 1_770_000_000, "content": "<p>Which?</p>"}
    link = '<p><a class="stream-topic" href="/#narrow/stream/3-windows/topic/Arcs">x</a></p>'
    lamps = [
        message | {"id": 10},
        message | {"id": 11, "sender_full_name": "Bo", "content": link},
        message | {"id": 12, "sender_full_name": "Notification Bot"},
    ]
    (folder / "zulip_json").mkdir()
    write_json(folder / "zulip_json" / "3-windows" / "Lamps.2E.json", lamps)
    write_json(folder / "zulip_json" / "3-windows" / "Arcs.json", [message | {"id": 13}])
    index = {"streams": {"windows": {"id": 3, "latest_id": 13}}, "time": 1}
    write_json(folder / "zulip_json" / "stream_index.json", index)


def yammer(folder: Path) -> None:
    row = {"thread_id": 10, "replied_to_id": "", "group_id": 3, "sender_id": 8}
    row |= {"created_at": "2026-03-01T10:00:00Z", "body": "Which?", "deleted_at": ""}
    rows = [
        row | {"id": 10},
        row | {"id": 11, "replied_to_id": 10, "sender_id": 9, "body": "Warm"},
        row | {"id": 12, "replied_to_id": 11, "deleted_at": "2026-03-02T10:00:00Z"},
    ]
    write_csv(folder / "Messages.csv", rows)
    write_csv(folder / "Users.csv", [{"id": 8, "name": "Ann"}, {"id": 9, "name": "Bo"}])
    write_csv(folder / "Groups.csv", [{"id": 3, "name": "Windows", "private": "false"}])


def csv_tables(folder: Path) -> None:
    row = {"author": "ann", "created": "2026-03-01", "parent": "", "space": "windows"}
    rows = [
        row | {"id": 1, "body": "Which?"},
        row | {"id": 2, "body": "Warm", "author": "bo", "parent": 1},
        row | {"id": 3, "body": "When?", "created": "yesterday"},
    ]
    write_csv(folder / "posts.csv", rows)
    write_csv(folder / "people.csv", [{"id": "ann", "name": "Ann"}])
    write_csv(folder / "spaces.csv", [{"id": "windows"}])
    write_csv(folder / "links.csv", [{"from": 2, "to": 1, "kind": "related"}])


def write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("\n".join(json.dumps(row) for row in rows))


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
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
    "mattermost": (mattermost, 2, 1),
    "zulip": (zulip, 3, 1),
    "zulip-archive": (zulip_archive, 3, 1),
    "yammer": (yammer, 2, 1),
    "csv": (csv_tables, 2, 1),
}
