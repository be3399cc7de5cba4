"""Discourse topics: threads, likes, accepted answers; what is private or gone stays out."""

import gzip
import json
import lzma
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Link, Person, Post, Space
from data.readers.discourse import DiscourseReader
from data.readers.face import ReadOptions, Rejection


def post(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": 100 + number,
        "post_number": number,
        "post_type": 1,
        "username": "ann",
        "name": "Ann Berg",
        "created_at": "2026-03-01T10:00:00.000Z",
        "updated_at": "2026-03-02T10:00:00.000Z",
        "version": 1,
        "cooked": f"<p>Post {number}</p>",
    } | changes


def topic(*posts: object, **changes: object) -> dict[str, object]:
    return {
        "post_stream": {"posts": list(posts)},
        "id": 7,
        "title": "Lamps",
        "category_id": 3,
        "tags": ["light", {"id": 1, "name": "window"}],
        "archetype": "regular",
    } | changes


def read(folder: Path, *topics: object, private: tuple[str, ...] = ()) -> list[object]:
    path = folder / "topics.jsonl"
    path.write_text("\n".join(json.dumps(topic) for topic in topics))
    return [item.record for item in DiscourseReader().read(path, ReadOptions(private))]


def kept(records: list[object]) -> list[Post]:
    return [record for record in records if isinstance(record, Post)]


def reasons(records: list[object]) -> list[str]:
    return [record.reason for record in records if isinstance(record, Rejection)]


def test_a_topic_is_a_thread(tmp_path):
    records = read(
        tmp_path,
        topic(
            post(1, actions_summary=[{"id": 2, "count": 4}], version=2),
            post(2, username="bo", name=""),
            post(3, reply_to_post_number=2, accepted_answer=True),
            post(4, reply_to_post_number=99),
        ),
    )
    root, second, third, fourth = kept(records)
    assert (root.id, root.title, root.tags, root.space) == (
        "101", "Lamps", ("light", "window"), "category-3",
    )  # fmt: skip
    assert (root.kind, root.parent, root.thread, root.score) == ("post", None, "101", 4)
    assert root.updated is not None and second.updated is None
    assert (second.kind, second.parent, second.title, second.tags) == ("reply", "101", None, ())
    assert (third.parent, third.thread, third.accepted) == ("102", "101", True)
    assert fourth.parent == "101"
    assert [record.id for record in records if isinstance(record, Space)] == ["category-3"]
    people = {record.id: record for record in records if isinstance(record, Person)}
    assert (people["ann"].name, people["bo"].name, people["ann"].bot) == ("Ann Berg", "bo", False)


def test_what_is_gone_or_no_post_stays_out_with_a_reason(tmp_path):
    records = read(
        tmp_path,
        topic(
            post(1),
            post(2, post_type=3, cooked=""),
            post(3, post_type=4),
            post(4, deleted_at="2026-03-02"),
            post(5, hidden=True),
            post(6, user_deleted=True),
            post(1),
            post(7, cooked=5),
            "strange",
        ),
        topic(post(10), id=8, deleted_at="2026-03-02"),
        topic(post(11), id=9, visible=False),
    )
    assert len(kept(records)) == 1
    assert reasons(records) == [
        "is a small action of the forum",
        "is a whisper among staff",
        "was deleted",
        "is hidden",
        "was deleted",
        "stands in the export already",
        "body: must be text",
        "holds a post that is no JSON object",
        "was deleted",
        "is unlisted",
    ]


def test_a_private_message_stays_out_unless_asked_for(tmp_path):
    details = {"allowed_users": [{"username": "ann"}, {"username": "bo"}]}
    message = topic(post(1), archetype="private_message", category_id=None, details=details)
    assert kept(read(tmp_path, message)) == []
    records = read(tmp_path, message, private=("direct",))
    (space,) = (record for record in records if isinstance(record, Space))
    assert (space.visibility, space.members) == ("members", ("ann", "bo"))
    assert kept(records)[0].space == space.id


def test_the_forum_s_own_accounts_are_bots(tmp_path):
    records = read(tmp_path, topic(post(1, username="system"), post(2, username="discobot")))
    assert all(record.bot for record in records if isinstance(record, Person))


def test_links_between_topics_of_the_export_are_dated_by_the_post_or_its_edit(tmp_path):
    def to(url: str, **more: object) -> list[dict[str, object]]:
        return [{"url": url, "internal": True, "reflection": False} | more]

    records = read(
        tmp_path,
        topic(post(1)),
        topic(
            post(2, link_counts=to("https://f.example/t/lamps/7/3?u=x")),
            post(3, link_counts=to("/t/lamps/7")),
            post(4, link_counts=to("/t/elsewhere/55")),
            post(5, link_counts=to("/t/lamps/7", reflection=True)),
            id=8,
        ),
        topic(post(6, version=3, link_counts=to("/t/7")), id=9),
    )
    links = [record for record in records if isinstance(record, Link)]
    assert [(link.source, link.target, link.kind) for link in links] == [
        ("102", "101", "related"), ("106", "101", "related"),
    ]  # fmt: skip
    assert [link.at.day for link in links if link.at] == [1, 2]


def test_posts_missing_from_a_long_topic_are_told(tmp_path):
    stream = {"posts": [post(1)], "stream": [101, 102, 103]}
    assert "2 of the topic's 3 posts" in reasons(read(tmp_path, topic(post_stream=stream)))[0]


@pytest.mark.parametrize("opener", [gzip.open, lzma.open])
def test_lines_may_be_compressed_and_a_broken_one_does_not_end_them(tmp_path, opener):
    path = tmp_path / "topics.jsonl.gz"
    with opener(path, "wt") as file:
        file.write(json.dumps(topic(post(1))) + "\n{broken\n\n" + json.dumps(topic(post(2), id=8)))
    items = list(DiscourseReader().read(path, ReadOptions()))
    assert sum(isinstance(item.record, Post) for item in items) == 2
    (rejection,) = (item for item in items if isinstance(item.record, Rejection))
    assert (rejection.file, rejection.line) == ("topics.jsonl.gz", 2)


odd = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({})
POST_KEYS = st.sampled_from([*post(1), "reply_to_post_number", "actions_summary", "link_counts",
                             "hidden", "user_title", "raw"])  # fmt: skip


@given(
    st.dictionaries(
        POST_KEYS, odd | st.lists(st.dictionaries(st.sampled_from(["id", "url"]), odd))
    ),
    st.dictionaries(st.sampled_from([*topic(), "details", "deleted_at"]), odd),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_strange_values_never_break_the_reading(tmp_path, in_post, in_topic):
    records = read(tmp_path, topic(post(1)), topic(post(2, **in_post), **{"id": 8} | in_topic))
    assert "101" in {record.id for record in kept(records)}
