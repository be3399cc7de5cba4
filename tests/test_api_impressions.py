"""Telling over HTTP what a feed has shown: bounded, and shown on no route."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.usefixtures("each_database")

HERE = "/v1/people/anna%2Ffeed/impressions"


@pytest.fixture
def known(client: TestClient) -> TestClient:
    client.put("/v1/people/anna%2Ffeed", json={"name": "Anna"})
    post = {"author": "bo", "created": "2026-01-02T10:00:00Z", "body": "light"}
    client.put("/v1/posts/a%2Fb", json=post)
    return client


def test_the_first_time_counts_and_what_is_gone_is_passed_over(known: TestClient) -> None:
    for noted in (1, 0):
        answer = known.post(HERE, json={"posts": ["a/b", "gone", "a/b"]})
        assert (answer.status_code, answer.json()) == (200, {"noted": noted})
    feed = known.get("/v1/people/anna%2Ffeed/feed").json()["items"]
    assert [item["post"]["id"] for item in feed] == ["a/b"]


def test_nobody_unknown_is_shown_anything(client: TestClient) -> None:
    answer = client.post("/v1/people/nobody/impressions", json={"posts": ["a"]})
    assert (answer.status_code, answer.json()["field"]) == (404, "id")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "posts"),
        ({"posts": []}, "posts"),
        ({"posts": "a/b"}, "posts"),
        ({"posts": ["a/b", " "]}, "posts[1]"),
        ({"posts": ["a/b"] * 101}, "posts"),
        ({"posts": ["a/b"], "at": "2026-01-01"}, "at"),
    ],
)
def test_what_is_wrong_is_named(known: TestClient, body: Any, field: str) -> None:
    answer = known.post(HERE, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert known.post(HERE, json={"posts": ["a/b"]}).json() == {"noted": 1}
