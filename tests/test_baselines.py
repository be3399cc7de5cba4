"""Baselines on a hand-made community where each has one right answer, and no future leaks in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.models import Person, Post, Record
from embeddings.face import Vectors
from evaluation.baselines import System, baselines
from evaluation.history import DAY, History, root_text
from evaluation.protocol import Question, Split, split
from evaluation.relevance import Bm25, Dense, Terms, TfIdf
from evaluation.textmodel import TextModel
from evaluation.vectors import CachedEncoder

START = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = ("shader", "physics", "network")


class WordEncoder:
    """A vector with one dimension a known word; counts what it is asked."""

    fingerprint = "words"
    dim = len(WORDS)

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        counts = np.array([[text.lower().count(word) for word in WORDS] for text in texts])
        rows = counts.reshape(len(texts), self.dim).astype(np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.ascontiguousarray(rows / np.maximum(norms, 1), dtype=np.float32)


def post(id_: str, author: str, day: float, body: str, thread: str | None = None) -> Post:
    return Post(
        id=id_,
        author=author,
        created=START + timedelta(days=day),
        body=body,
        kind="reply" if thread else "question",
        parent=thread,
        thread=thread or id_,
        space="help",
    )


def community() -> list[Record]:
    """Ada answers on shaders long ago and often, bob on physics, cyd on networks just now."""
    records: list[Record] = []
    for n in range(4):
        records += [
            post(f"s{n}", "asker", n, "shader colour"),
            post(f"p{n}", "asker", n, "physics"),
        ]
        records += [post(f"s{n}a", "ada", n + 0.1, "use a shader colour", f"s{n}")]
    records += [post("p0b", "bob", 50, "physics bodies collide", "p0")]
    records += [post("n0", "asker", 98, "network"), post("n0c", "cyd", 99, "network port", "n0")]
    records += [post("test1", "dee", 100, "physics"), post("test1b", "bob", 101, "ok", "test1")]
    records += [post("test2", "dee", 102, "physics"), post("end", "dee", 200, "bye", "test2")]
    return records


def systems(parts: Split) -> dict[str, System]:
    history = History(parts)
    assert parts.test_starts is not None
    start = parts.test_starts.timestamp()
    texts = [root_text(root) for root in history.roots]
    encoder = WordEncoder()
    replies = Terms((r.post.body for r in history.replies), history.replies_before(start))
    return baselines(
        history,
        words=TfIdf(Terms(texts, history.roots_before(start))),
        meaning=Dense(encoder.encode(texts), encoder.encode),
        posts=Bm25(replies),
        profile=TextModel(replies, history.reply_people, len(history.people)),
    )


def asked(parts: Split, id_: str = "test1") -> Question:
    return next(q for q in parts.test.questions if q.id == id_)


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("replies", "ada"),
        ("replies-14d", "cyd"),
        ("replies-60d", "ada"),
        ("replies-space-60d", "ada"),
        ("bm25", "bob"),
        ("bm25-90d", "bob"),
        ("minilm", "bob"),
        ("minilm-90d", "bob"),
        ("profile", "bob"),
        ("zsum", "bob"),
    ],
)
def test_the_best_of_each(name: str, best: str) -> None:
    parts = split(community())
    assert systems(parts)[name](asked(parts))[0] == best


def test_everyone_who_replied_before_is_ranked_but_the_asker() -> None:
    records = [*community(), post("x", "dee", 97, "hello", "n0"), Person("ada", name="Ada")]
    parts = split(records)
    for name, system in systems(parts).items():
        assert sorted(system(asked(parts))) == ["ada", "bob", "cyd"], name


def test_ties_are_broken_by_id() -> None:
    records = [
        *community(),
        post("s0z", "abe", 0.1, "shader", "s0"),
        post("s1z", "zoe", 0.1, "", "s0"),
    ]
    parts = split(records)
    ranked = list(systems(parts)["minilm"](asked(parts)))
    assert ranked == ["bob", "abe", "ada", "cyd", "zoe"]


def test_the_future_moves_nothing() -> None:
    parts = split(community())
    future: list[Record] = [
        post("later", "ada", 150, "physics physics", "test1"),
        post("more", "asker", 100, "physics shader network"),
        post("more-c", "cyd", 100, "physics", "p1"),
        *(post(f"late{n}", "eve", 103 + n, "physics", "p2") for n in range(20)),
    ]
    other = split([*community(), *future])
    question = replace(asked(parts))
    planted = systems(other)
    for name, system in systems(parts).items():
        if name != "random":
            assert planted[name](question) == system(question), name


def test_one_joining_a_thread_and_person() -> None:
    twice = post("s0again", "ada", 0.3, "and so on", "s0")
    history = History(split([*community(), twice]))
    assert history.activity(START.timestamp() + 90 * DAY)[history.person("ada")] == 4


def test_activity_and_votes_halve() -> None:
    history = History(split(community()))
    bob = history.person("bob")
    thirty_later = START.timestamp() + 80 * DAY
    assert history.activity(thirty_later, 30 * DAY)[bob] == pytest.approx(0.5)
    p0 = np.array([next(n for n, root in enumerate(history.roots) if root.id == "p0")])
    votes = history.votes(thirty_later, p0, np.array([0.8]), 30 * DAY)
    assert votes[bob] == pytest.approx(0.8**2 / 2)
    assert history.votes(START.timestamp() + 50 * DAY, p0, np.array([0.8]))[bob] == 0


def test_vectors_are_computed_once(tmp_path: Path) -> None:
    encoder = WordEncoder()
    first = CachedEncoder(encoder, tmp_path)
    texts = ["shader", "physics physics", "shader"]
    expected = WordEncoder().encode(texts)
    assert np.array_equal(first.encode(texts), expected)
    first.close()
    again = CachedEncoder(encoder, tmp_path)
    assert np.array_equal(again.encode(texts), expected)
    assert again.encode([]).shape == (0, 3)
    again.close()
    assert encoder.seen == ["shader", "physics physics"]
