"""Linked threads as questions, and the rankings that compare them, on hand-made communities."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from data.models import Link, Post, Record
from data.store import Store
from evaluation.archive import Archive
from evaluation.links import Linked, linked_queries, ordered_roots, query_text
from evaluation.relevance import Bm25, Dense, Terms
from evaluation.report import OURS
from evaluation.same import figures, pairs_of, same_report
from evaluation.similarbaselines import DENSE_WEIGHT, convex, fused, similar_systems

START = datetime(2024, 1, 1, tzinfo=UTC)


def root(id_: str, day: int, body: str = "text") -> Post:
    return Post(id_, "ada", START + timedelta(days=day), body, title=id_, thread=id_)


def queries_of(records: list[Record], folder: Path) -> tuple[list[Post], list[Linked]]:
    store = Store.open(f"sqlite:///{folder / 'links.db'}")
    assert not any(store.apply(records))
    archive = Archive(store)
    list(archive.records())
    roots = ordered_roots(archive)
    found = linked_queries(archive, roots)
    store.close()
    return roots, found


def test_the_later_thread_asks_whichever_names_the_other(tmp_path: Path) -> None:
    records: list[Record] = [
        root("c", 3),
        root("a", 1),
        root("b", 2),
        root("twin", 3),
        Post("reply", "bob", START + timedelta(days=4), "x", kind="reply", thread="a", parent="a"),
        Link("c", "a", "duplicate"),
        Link("b", "c", "related"),
        Link("b", "a", "not_same"),
        Link("reply", "c", "related"),
        Link("c", "twin", "related"),
    ]
    roots, queries = queries_of(records, tmp_path)
    assert [post.id for post in roots] == ["a", "b", "c", "twin"]
    assert len(queries) == 1
    query = queries[0]
    assert (query.id, query.before, query.targets) == ("c", 2, (0, 1))
    assert query.kinds == {"duplicate", "related"}
    assert query.at == START + timedelta(days=3)


def test_addresses_are_stripped_from_the_question(tmp_path: Path) -> None:
    body = '<p>As in <a href="https://x.org/q/1">https://x.org/q/1</a>, or www.x.org/2 says</p>'
    asked = Post(
        "q",
        "ada",
        START + timedelta(days=2),
        body,
        title="See http://x.org/q/1 again",
        body_format="html",
        thread="q",
    )
    _, queries = queries_of([root("a", 1), asked, Link("q", "a", "duplicate")], tmp_path)
    assert "x.org" not in query_text(queries[0])
    assert query_text(queries[0]).split() == ["See", "again", "As", "in", "or", "says"]


def test_the_sums_by_hand() -> None:
    dense, lexical = np.array([0.2, 0.6, 0.4]), np.array([3.0, 0.0, 0.0])
    expected = [1 - DENSE_WEIGHT, DENSE_WEIGHT, DENSE_WEIGHT / 2]
    assert convex(dense, lexical) == pytest.approx(np.array(expected))
    assert convex(np.ones(2), np.zeros(2)).tolist() == [0, 0]
    both = fused(dense, lexical)
    assert both == pytest.approx(np.array([1 / 63 + 1 / 61, 1 / 61 + 1 / 62, 1 / 62 + 1 / 63]))


def test_the_best_of_each() -> None:
    texts = ["roses in the garden", "engine oil", "roses and thorns", "roses"]
    query = Linked(root("roses", 9, "garden"), 3, (0,), frozenset(("related",)))
    axes = np.array([[0, 1], [0.6, 0.8], [1, 0], [1, 0]], dtype=np.float32)
    systems = similar_systems(
        Bm25(Terms(texts, 3)), Dense(axes, lambda texts: np.array([[1, 0]], dtype=np.float32))
    )
    best = {name: int(np.argmax(system(query))) for name, system in systems.items()}
    assert best == {"bm25": 0, "minilm": 2, "convex": 2, "rrf": 2}
    assert {len(system(query)) for system in systems.values()} == {3}


def test_pairs_are_the_linked_and_the_nearest_others() -> None:
    assert pairs_of(np.array([5, 2, 7]), [2, 9]) == [2, 9, 5, 7]


def test_average_precision_and_recall_by_hand() -> None:
    # Over both queries in order of score: linked, not, linked, not.
    pairs = ({"right": [0.9, 0.1], "some": [0.9, 0.8]}, {"right": [0.8, 0.2], "some": [0.7, 0.1]})
    lines = [
        {"linked": [True, False], "called": [True, False], "pairs": {**one, OURS: [0.9, 0.3]}}
        for one in pairs
    ]
    report = same_report(lines)
    assert (report["pairs"], report["linked"]) == (4, 2)
    assert report["called"] == {"pairs": 2, "linked": 2}
    assert report["ece"] == pytest.approx((0.1 + 0.3) / 2)
    right, some = report["systems"]["right"], report["systems"]["some"]
    assert right["average_precision"]["mean"] == right["recall_at_90"]["mean"] == 1
    assert some["average_precision"]["mean"] == pytest.approx((1 + 2 / 3) / 2)
    assert some["recall_at_90"]["mean"] == 0.5
    assert some["average_precision"]["low"] <= some["average_precision"]["high"] <= 1


def test_average_precision_and_recall_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        scores = rng.integers(0, 12, 40) / 12
        linked = rng.random(40) < 0.2 + 0.6 * scores
        linked[0] = True
        weights = rng.integers(0, 3, 40) + (np.arange(40) == 0)
        precision, recall, _ = precision_recall_curve(linked, scores, sample_weight=weights)
        expected = (
            average_precision_score(linked, scores, sample_weight=weights),
            recall[precision >= 0.9].max(initial=0),
        )
        assert figures(linked, scores, weights) == pytest.approx(expected)
