"""Windows and labels of a hand-made community whose right answers are known."""

from datetime import UTC, datetime, timedelta

import pytest

from data.models import Interaction, Person, Post, Record
from evaluation.protocol import Question, Split, check_same_queries, qrels, split

START = datetime(2024, 1, 1, tzinfo=UTC)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def root(id_: str, author: str | None, day: float) -> Post:
    return Post(id=id_, author=author, created=at(day), body=id_, title=id_, thread=id_)


def reply(thread: str, author: str | None, day: float, kind: str = "reply") -> Post:
    id_ = f"{thread}-{author}-{day}-{kind}"
    return Post(
        id=id_, author=author, created=at(day), body="", kind=kind, parent=thread, thread=thread
    )


def community(*extra: Record) -> list[Record]:
    """Ten questions, one every ten days; ada and bob answer the first one."""
    roots: list[Record] = [root(f"q{n}", "asker", 10 * n) for n in range(10)]
    first: list[Record] = [reply("q0", "ada", 1), reply("q0", "bob", 2)]
    export_end = root("end", "robot", 200)
    return [*roots, *first, export_end, Person("robot", bot=True), *extra]


def question(parts: Split, id_: str) -> Question:
    windows = (parts.train, parts.validation, parts.test)
    return next(q for window in windows for q in window.questions if q.id == id_)


def ids(questions: tuple[Question, ...]) -> list[str]:
    return [question.id for question in questions]


def test_windows_are_cut_by_time_whatever_the_order_of_the_records() -> None:
    for records in (community(), community()[::-1]):
        parts = split(records)
        assert ids(parts.train.questions) == ["q0", "q1", "q2", "q3", "q4", "q5"]
        assert ids(parts.validation.questions) == ["q6", "q7"]
        assert ids(parts.test.questions) == ["q8", "q9"]
        assert parts.test_starts == at(80)


def test_questions_whose_labels_the_export_cuts_are_dropped_after_the_cut() -> None:
    records = [r for r in community() if not (isinstance(r, Post) and r.id == "end")]
    parts = split([*records, reply("q9", "ada", 115)])
    assert ids(parts.test.questions) == ["q8"]
    assert parts.test.too_late == 1


def test_relevant_are_candidates_who_reply_within_thirty_days() -> None:
    parts = split(
        community(
            reply("q8", "ada", 81),
            reply("q8", "bob", 111),  # after 30 days
            reply("q8", "newcomer", 82),  # no reply before: not a candidate
            reply("q8", "asker", 82),
            reply("q8", "robot", 82),
            reply("q8", None, 82),
            reply("q8", "cyd", 82, kind="comment"),
        )
    )
    assert question(parts, "q8").repliers == {"ada", "newcomer"}
    assert question(parts, "q8").relevant == {"ada"}
    assert question(parts, "q0").relevant == frozenset()


def test_only_a_reply_before_the_question_makes_a_candidate() -> None:
    parts = split(community(reply("q7", "dee", 80), reply("q8", "dee", 81)))
    assert question(parts, "q8").relevant == frozenset()
    parts = split(community(reply("q7", "dee", 79.9), reply("q8", "dee", 81)))
    assert question(parts, "q8").relevant == {"dee"}


def test_what_is_no_reply() -> None:
    stray = Post("stray", "ada", at(5), "", kind="reply", parent="gone", thread="gone")
    early = reply("q9", "ada", 89)
    own = reply("q1", "asker", 11)
    parts = split(community(stray, early, own, Interaction("ada", "q1", "helpful")))
    assert [r.person for r in parts.replies] == ["ada", "bob"]


def test_roots_by_bots_and_by_nobody_are_no_questions_but_replies_there_count() -> None:
    parts = split(community(root("bot", "robot", 3), root("anon", None, 4), reply("bot", "eve", 5)))
    assert {"bot", "anon"}.isdisjoint(post.id for post in parts.roots)
    assert [r.person for r in parts.replies] == ["ada", "bob", "eve"]


def test_share_of_dropped_questions() -> None:
    parts = split(community(reply("q8", "ada", 81)))
    assert parts.test.dropped_share == 0.5
    assert ids(parts.test.answered) == ["q8"]
    assert qrels(parts.test.questions) == {"q8": {"ada"}}


def test_an_empty_community_has_empty_windows() -> None:
    parts = split([])
    assert parts.test.questions == () and parts.test_starts is None
    assert parts.test.dropped_share == 0


def test_unequal_query_sets_are_refused() -> None:
    check_same_queries({"a": {"p"}}, {"a": ["p"]})
    with pytest.raises(ValueError, match="lacks 1 queries and has 1"):
        check_same_queries({"a": {"p"}}, {"b": ["p"]})
