"""Zulip's web archive: a topic a file, its name in the file's, people by their names."""

import json
from pathlib import Path

import pytest

from data.models import Link, Person, Post, Space
from data.readers.face import DELETED, ReadOptions, Rejection
from data.readers.zulip_archive import ZulipArchiveReader
from data.readers.zulip_topics import decoded, named_like_a_bot, topic_key, topic_title
from data.text import plain_text


def message(id_: int, content: str = "<p>Hi</p>", name: str = "Ann Berg") -> dict[str, object]:
    return {"id": id_, "sender_full_name": name, "timestamp": 1_770_000_000, "content": content}


def export(folder: Path, **topics: list[dict[str, object]]) -> Path:
    place = folder / "zulip_json" / "3-all-windows"
    place.mkdir(parents=True)
    for name, messages in topics.items():
        (place / f"{name}.json").write_text(json.dumps(messages))
    return folder


def read(path: Path) -> list[object]:
    return [item.record for item in ZulipArchiveReader().read(path, ReadOptions())]


def posts(path: Path) -> dict[str, Post]:
    return {record.id: record for record in read(path) if isinstance(record, Post)}


def test_names_are_decoded_and_a_settled_topic_is_the_same(tmp_path):
    path = export(
        tmp_path, **{"Lamps.2E.20.26": [message(11)], ".E2.9C.94.20lamps.2E.20.26": [message(10)]}
    )
    found = posts(path)
    assert found["11"].thread == found["10"].thread == "10"
    assert (found["10"].title, found["11"].title) == ("lamps. &", None)
    (space,) = (record for record in read(path) if isinstance(record, Space))
    assert (space.id, space.name, space.visibility) == ("3", "all windows", "open")
    index = {"streams": {"all-windows & doors": {"id": 3}}}
    (path / "zulip_json" / "stream_index.json").write_text(json.dumps(index))
    (space,) = (record for record in read(path) if isinstance(record, Space))
    assert space.name == "all-windows & doors"


def test_quotes_make_parents_links_make_links_and_notices_nothing(tmp_path):
    said = (
        '<p><span class="user-mention silent" data-user-id="8">Ann Berg</span> '
        '<a href="/#narrow/stream/3-all-windows/topic/a/near/12">said</a>:</p>\n'
        "<blockquote><p>old</p></blockquote><p>mine</p>"
    )
    link = '<p><a href="https://z.example/#narrow/stream/3-x/topic/.E2.9C.94.20A/near/11">x</a></p>'
    notice = message(9, name="Notification Bot")
    topics = {"a": [notice, message(11), message(12), message(13, said)], "b": [message(14, link)]}
    path = export(tmp_path, **topics)
    found = posts(path)
    assert (found["13"].parent, found["13"].thread) == ("12", "11")
    assert plain_text(found["13"].body, "html") == "mine"
    links = [record for record in read(path) if isinstance(record, Link)]
    assert [(one.source, one.target) for one in links] == [("14", "11")]
    assert [r.id for r in read(path) if isinstance(r, Rejection)] == ["9"]


def test_a_deleted_message_is_no_post_and_begins_no_thread(tmp_path):
    """Thousands of "(deleted)" were posts, and roots of topics."""
    gone = message(11, "<p>(deleted)</p>")
    path = export(tmp_path, a=[gone, message(12), message(13)], b=[message(14, "(deleted)\n")])
    assert {id_: post.thread for id_, post in posts(path).items()} == {"12": "12", "13": "12"}
    told = [(r.id, r.reason) for r in read(path) if isinstance(r, Rejection)]
    assert told == [("11", DELETED), ("14", DELETED)]


def test_what_is_broken_is_told_and_the_rest_goes_in(tmp_path):
    odd = [message(11), message(11), "odd", {"content": "x"}, message(12) | {"timestamp": None}]
    path = export(tmp_path, a=odd)  # type: ignore[arg-type]
    cut = json.dumps([message(13), message(14)], indent=1)[:-20]
    (path / "zulip_json" / "3-all-windows" / "b.json").write_text(cut)
    # What stands before the place where a file was cut goes in.
    assert list(posts(path)) == ["11", "13"]
    reasons = [record.reason for record in read(path) if isinstance(record, Rejection)]
    assert reasons == [
        "is no message of a web archive",
        "id: is required and must be a whole number",
        "stands in the archive already",
        "created: is required",
        "is no JSON (Unterminated string starting at) here",
    ]


def test_what_is_refused_is_told_with_the_line_on_which_it_begins(tmp_path):
    """It was told by its id alone, in a file of thousands of lines."""
    odd = [message(11), message(11), "odd", {"content": "x"}, message(12) | {"timestamp": None}]
    place = export(tmp_path) / "zulip_json" / "3-all-windows"
    # As it comes, each on a line, and indented; behind each other, all are on the first.
    layouts: dict[str, tuple[str, list[int]]] = {
        "lines": ("[\n" + ",\n".join(json.dumps(entry) for entry in odd) + "\n]\n", [4, 5, 3, 6]),
        "indented": (json.dumps(odd, indent=2), [14, 15, 8, 18]),
        "one": (json.dumps(odd), [1, 1, 1, 1]),
    }
    for content, lines in layouts.values():
        (place / "a.json").write_text(content)
        found = [record for record in read(tmp_path) if isinstance(record, Rejection)]
        assert [(record.file[-6:], record.line) for record in found] == [
            ("a.json", line) for line in lines
        ]


@pytest.mark.parametrize(
    ("name", "bot"),
    [("Welcome Bot", True), ("port-progress-bot", True), ("RemBot", True), ("Ann :bot:", True),
     ("John Talbot", False), ("Bo", False), ("Abbot", False)],
)  # fmt: skip
def test_bots_are_told_by_their_names(tmp_path, name, bot):
    assert named_like_a_bot(name) is bot
    (person,) = (r for r in read(export(tmp_path, a=[message(1, name=name)])) if type(r) is Person)
    assert person.bot is bot


def test_topics_names():
    assert topic_title("✔ Lamps") == "Lamps" and topic_title("(no topic)") is None
    assert topic_key(" ✔ LAMPS ") == topic_key("lamps") and topic_key("") is None
    assert decoded(".E2.9C.94.20a.2Eb") == "✔ a.b"
