"""Choosing topics over HTTP: replaced whole, bounded, and shown on no other route."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.usefixtures("each_database")

HERE = "/v1/people/anna%2F1/topics"
ANNA = {"name": "Anna", "about": "lamps"}


@pytest.fixture
def known(client: TestClient) -> TestClient:
    client.put("/v1/people/anna%2F1", json=ANNA)
    return client


def test_they_are_put_whole_and_read_back(known: TestClient) -> None:
    assert known.get(HERE).json() == {"topics": [], "ids": {}, "share": 1.0}
    for topics in (["carpets · rugs", "橱窗灯光"], ["橱窗灯光"], []):
        answer = known.put(HERE, json={"topics": topics})
        assert (answer.status_code, answer.json()) == (
            200,
            {"topics": topics, "ids": {}, "share": 1.0},
        )
        assert known.get(HERE).json() == answer.json()


def test_what_is_put_is_one_line_each_once(known: TestClient) -> None:
    told = known.put(HERE, json={"topics": ["  two \n lines\u0000 ", "a", "two lines", "a"]})
    assert told.json()["topics"] == ["two lines", "a"]


def test_nobody_unknown_has_any(client: TestClient) -> None:
    for answer in (
        client.get("/v1/people/nobody/topics"),
        client.put("/v1/people/nobody/topics", json={"topics": ["a"]}),
    ):
        assert (answer.status_code, answer.json()["field"]) == (404, "id")
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "topics"),
        ({"topics": None}, "topics"),
        ({"topics": "light"}, "topics"),
        ({"topics": ["a", 7]}, "topics[1]"),
        ({"topics": ["a", " \u001c\u0000"]}, "topics[1]"),
        ({"topics": ["x" * 201]}, "topics[0]"),
        ({"topics": [str(i) for i in range(21)]}, "topics"),
        ({"topics": ["a"], "topic": "b"}, "topic"),
        ({"topics": ["a"], "ids": ["t1"]}, "ids"),
        ({"topics": ["a"], "ids": {"a": "shelves"}}, "ids.a"),
    ],
)
def test_what_is_wrong_is_named(known: TestClient, body: Any, field: str) -> None:
    known.put(HERE, json={"topics": ["stays"]})
    answer = known.put(HERE, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert known.get(HERE).json()["topics"] == ["stays"]


def test_neither_the_record_nor_the_topics_replace_the_other(known: TestClient) -> None:
    record = known.get("/v1/people/anna%2F1").json()
    known.put(HERE, json={"topics": ["light"]})
    assert known.get("/v1/people/anna%2F1").json() == record
    known.put("/v1/people/anna%2F1", json={"name": "Anna Berg"})
    line = '{"type": "person", "id": "anna/1", "title": "Buyer"}'
    known.post("/v1/import", content=line)
    assert known.get(HERE).json()["topics"] == ["light"]


def test_they_go_with_the_person(known: TestClient) -> None:
    known.put(HERE, json={"topics": ["light"]})
    known.delete("/v1/people/anna%2F1")
    assert known.get(HERE).status_code == 404
    known.put("/v1/people/anna%2F1", json=ANNA)
    assert known.get(HERE).json()["topics"] == []


def test_no_other_route_shows_them(known: TestClient) -> None:
    post = {"author": "ben", "created": "2026-05-01T10:00:00Z", "body": "Which lamps?"}
    known.put("/v1/posts/p", json=post)
    reply = {**post, "author": "anna/1", "body": "Warm ones.", "parent": "p"}
    known.put("/v1/posts/r", json=reply)
    known.put(HERE, json={"topics": ["Wishbringer"]})
    shown = [
        known.get(f"/v1/people{path}").text
        for path in (
            "", "/anna%2F1", "/anna%2F1/expertise", "/anna%2F1/peers", "/ben/peers", "/ben/feed",
        )
    ]  # fmt: skip
    shown.append(known.post("/v1/experts/search", json={"query": "which lamps"}).text)
    shown.append(known.get("/v1/topics").text)
    shown.append(known.get("/metrics").text)
    assert "anna/1" in shown[-3]
    assert not any("Wishbringer" in text for text in shown)
