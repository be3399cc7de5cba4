"""The searches, feeds and expertise as JSON; what never leaves the house."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

SECRETS = {
    "email": "anna@secret.example",
    "manager": "the-manager",
    "away_until": "2099-01-01T00:00:00Z",
    "weekly_capacity": 987654,
    "private_key": "kept out",
}


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    client.put(
        "/v1/people/anna",
        json={"name": "Anna", "title": "Lamps", "timezone": "Asia/Riyadh", **SECRETS},
    )
    client.put("/v1/people/bo", json={"name": "Bo", "timezone": "Not/AZone"})
    client.put("/v1/people/../../etc".replace("/../", "/%2E%2E%2F"), json={"timezone": "../x"})
    for number in range(5):
        post = {"author": "anna", "created": f"2026-01-0{number + 1}", "body": "lamps and light"}
        client.put(f"/v1/posts/p{number}", json={**post, "title": f"Lamps {number}"})
    reply = {"author": "bo", "created": "2026-01-07", "body": "use dimmers", "parent": "p0"}
    client.put("/v1/posts/r", json={**reply, "thread": "p0"})
    return client


def test_experts_answer_in_the_agreed_shape(filled: TestClient) -> None:
    answer = filled.post("/v1/experts/search", json={"query": "lamps?", "k": 3})
    content = answer.json()
    assert set(content) == {"candidates", "answerable", "reason", "took_ms"}
    for candidate in content["candidates"]:
        assert set(candidate) == {"person", "score", "probability", "contributions"}
        total = sum(part["points"] for part in candidate["contributions"])
        assert total == pytest.approx(candidate["score"], abs=1e-6)
        assert all(part["reason"] for part in candidate["contributions"])
    chances = [candidate["probability"] for candidate in content["candidates"]]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/experts/search", {"query": "lamps"}),
        ("POST", "/v1/similar", {"title": "lamps"}),
        ("GET", "/v1/people/bo/feed", None),
        ("GET", "/v1/people/anna/expertise", None),
        ("GET", "/v1/people", None),
        ("GET", "/v1/posts/p0/thread", None),
    ],
)
def test_private_fields_stay_inside(
    filled: TestClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = filled.request(method, path, json=body)
    assert answer.status_code == 200
    for name, value in SECRETS.items():
        assert str(value) not in answer.text, name
        assert f'"{name}"' not in answer.text, name
    for name in ("consent", "active", "left", "implicit", "extra"):
        assert f'"{name}"' not in answer.text, name


def test_local_time_is_that_of_the_moment_asked_about(filled: TestClient) -> None:
    people = filled.get("/v1/people").json()["people"]
    by_id = {person["id"]: person for person in people}
    assert by_id["anna"]["local_time"].endswith("+03:00")
    assert "local_time" not in by_id["bo"]
    body = {"query": "lamps", "as_of": "2026-06-01T12:00:00Z", "k": 100}
    found = filled.post("/v1/experts/search", json=body).json()["candidates"]
    clocks = [one["person"].get("local_time") for one in found if one["person"]["id"] == "anna"]
    assert set(clocks) <= {"2026-06-01T15:00+03:00"}


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31T23:59:59Z"])
def test_the_ends_of_time_are_answered(filled: TestClient, moment: str) -> None:
    body = {"query": "lamps", "as_of": moment}
    assert filled.post("/v1/experts/search", json=body).status_code == 200
    assert filled.post("/v1/similar", json={"body": "x", "as_of": moment}).status_code == 200
    assert filled.get(f"/v1/people/bo/feed?as_of={moment}").status_code == 200


def test_similar_answers_with_posts_and_their_authors(filled: TestClient) -> None:
    content = filled.post("/v1/similar", json={"title": "lamps", "k": 2}).json()
    assert set(content) == {"posts", "took_ms"}
    assert len(content["posts"]) == 2
    for idea in content["posts"]:
        assert {"post", "score", "probability_same", "reason"} <= set(idea)
        assert idea["author"]["name"] == "Anna"


def test_the_author_of_what_stays_reads_deleted(filled: TestClient, service: Any) -> None:
    filled.delete("/v1/people/bo")
    assert "Bo" not in filled.get("/v1/posts/p0/thread").text


@pytest.mark.parametrize(
    ("path", "schema", "body"),
    [
        ("/v1/experts/search", "ExpertsSearch", {"query": "lamps"}),
        ("/v1/similar", "SimilarSearch", {"title": "lamps"}),
    ],
)
def test_null_is_left_out(filled: TestClient, path: str, schema: str, body: dict[str, str]) -> None:
    """Some optional keys took null, of others it was a 422."""
    stated = filled.get("/openapi.json").json()["components"]["schemas"][schema]
    optional = stated["properties"].keys() - body.keys()
    for key in optional:
        assert {"type": "null"} in stated["properties"][key]["anyOf"], key
    bare = filled.post(path, json=body).json()
    nulls = filled.post(path, json=body | dict.fromkeys(optional))
    assert nulls.status_code == 200, nulls.text
    assert nulls.json() | {"took_ms": 0} == bare | {"took_ms": 0}
    assert filled.post(path, json=dict.fromkeys(body)).status_code == 422
    assert filled.post(path, json=body | {"viewer": None}).json()["field"] == "viewer"


def test_parameters_left_empty_are_not_asked(filled: TestClient) -> None:
    bare = filled.get("/v1/people/bo/feed", params={"k": 2}).json()
    assert filled.get("/v1/people/bo/feed?k=2&as_of=&cursor=").json() == bare


def test_feed_pages_follow_their_cursor(filled: TestClient) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        parameters = {"k": 2} | ({"cursor": cursor} if cursor else {})
        page = filled.get("/v1/people/bo/feed", params=parameters).json()
        assert set(page) == {"items", "next"}
        seen += [item["post"]["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))


def test_expertise_answers_topics(filled: TestClient) -> None:
    content = filled.get("/v1/people/anna/expertise").json()
    assert set(content) == {"topics", "took_ms"}
    for topic in content["topics"]:
        assert {"label", "weight", "replies", "latest", "evidence"} == set(topic)
