"""Every fault of a caller is a problem with one sentence, and never a 5xx."""

from typing import Any

import httpx
import orjson
import pytest
from fastapi.testclient import TestClient

SEARCH = "/v1/experts/search"


def assert_problem(answer: httpx.Response, status: int, field: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(content)
    assert content["status"] == status
    assert content["detail"]
    if field is not None:
        assert content["field"] == field
    return content


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"query": NaN}',
        b'{"query": "x", "min_probability": Infinity}',
        b'{"query": "x", "min_probability": 1e999}',
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"\xef\xbb\xbf\x00",
    ],
)
@pytest.mark.parametrize("path", [SEARCH, "/v1/similar", "/v1/interactions"])
def test_what_is_not_json_is_a_400(client: TestClient, path: str, body: bytes) -> None:
    assert_problem(client.post(path, content=body), 400, "body")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("query", ""),
        ("query", " \n"),
        ("query", 7),
        ("query", None),
        ("query", "x" * 100_001),
        ("k", 0),
        ("k", 101),
        ("k", -1),
        ("k", "5"),
        ("k", 2.5),
        ("k", True),
        ("k", 10**18),
        ("as_of", "yesterday"),
        ("as_of", 5),
        ("as_of", "2026-02-30"),
        ("as_of", "9999-12-31T23:59:59-14:00"),
        ("min_probability", 1.5),
        ("min_probability", -0.1),
        ("tags", "a"),
        ("exclude", [1]),
        ("viewer_id", {}),
        ("asker_id", "a\x00"),
        ("assker_id", "a"),
    ],
)
def test_a_bad_value_is_named(client: TestClient, field: str, value: Any) -> None:
    body = {"query": "who knows?", field: value}
    content = assert_problem(client.post(SEARCH, json=body), 422)
    assert content["field"].startswith(field)


def test_an_integer_of_any_length_is_refused(client: TestClient) -> None:
    body = b'{"query": "x", "k": 1' + b"0" * 5_000 + b"}"
    assert client.post(SEARCH, content=body).status_code in (400, 422)


def test_several_faults_are_all_listed(client: TestClient) -> None:
    content = assert_problem(client.post(SEARCH, json={"k": 0, "z": 1}), 422)
    assert {entry["field"] for entry in content["errors"]} == {"query", "k", "z"}


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"null", b'"x"'])
def test_a_body_that_is_no_object_is_refused(client: TestClient, body: bytes) -> None:
    for method, path in [("POST", SEARCH), ("PUT", "/v1/people/a"), ("POST", "/v1/interactions")]:
        assert_problem(client.request(method, path, content=body), 422)


def test_similar_needs_some_text(client: TestClient) -> None:
    assert_problem(client.post("/v1/similar", json={}), 422)
    assert_problem(client.post("/v1/similar", json={"title": " ", "body": ""}), 422)
    assert client.post("/v1/similar", json={"title": None, "body": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("k=0", "k"),
        ("k=101", "k"),
        ("k=x", "k"),
        ("k=" + "9" * 5_000, "k"),
        ("as_of=x", "as_of"),
        ("cursor=never", "cursor"),
        ("kk=1", "kk"),
    ],
)
def test_a_bad_parameter_is_named(client: TestClient, query: str, field: str) -> None:
    client.put("/v1/people/a", json={})
    assert_problem(client.get(f"/v1/people/a/feed?{query}"), 422, field)


@pytest.mark.parametrize(
    "path",
    [
        "people",
        "people/a/expertise",
        "people/a/peers",
        "posts/p",
        "posts/p/thread",
        "topics",
        "topics/t1/threads",
    ],
)
def test_an_empty_viewer_is_refused_not_taken_for_another(client: TestClient, path: str) -> None:
    """A proxy that knew nobody got the administrator's read of a post, or the asker's search."""
    client.put("/v1/people/a", json={})
    client.put("/v1/posts/p", json={"author": "a", "created": "2024-05-01", "body": "x"})
    assert_problem(client.get(f"/v1/{path}?viewer_id="), 422, "viewer_id")
    assert_problem(client.get(f"/v1/{path}?viewer_id=%00"), 422, "viewer_id")


@pytest.mark.parametrize(
    ("path", "asked"),
    [(SEARCH, {"query": "x", "asker_id": "a"}), ("/v1/similar", {"body": "x"})],
)
def test_an_empty_viewer_of_a_search_is_refused(
    client: TestClient, path: str, asked: dict[str, str]
) -> None:
    assert_problem(client.post(path, json={**asked, "viewer_id": ""}), 422, "viewer_id")
    for eyes in (None, "b"):
        assert client.post(path, json={**asked, "viewer_id": eyes}).status_code == 200


def test_a_plus_that_was_not_encoded_is_understood(client: TestClient) -> None:
    client.put("/v1/people/a", json={})
    assert client.get("/v1/people/a/feed?as_of=2026-01-01T00:00:00+01:00").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/docs", 404),
        ("GET", "/web/none.js", 404),
        ("PATCH", "/v1/people/a", 405),
        ("GET", SEARCH, 405),
        ("GET", "/v1/people/none", 404),
        ("GET", "/v1/people/none/feed", 404),
        ("GET", "/v1/people/none/expertise", 404),
        ("GET", "/v1/posts/none", 404),
        ("GET", "/v1/posts/none/thread", 404),
    ],
)
def test_absent_things_are_problems(
    client: TestClient, method: str, path: str, status: int
) -> None:
    assert_problem(client.request(method, path), status)


def test_a_405_says_what_is_possible(client: TestClient) -> None:
    assert client.get(SEARCH).headers["allow"] == "POST"
    assert client.patch("/v1/people/a").headers["allow"] == "DELETE, GET, PUT"


@pytest.mark.parametrize("kind", ["text/csv", "multipart/form-data; boundary=x", "text/plain"])
def test_another_kind_of_body_is_a_415(client: TestClient, kind: str) -> None:
    headers = {"Content-Type": kind}
    assert_problem(client.post(SEARCH, content=b"{}", headers=headers), 415)


def test_a_compressed_body_is_a_415(client: TestClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert_problem(client.post(SEARCH, content=b"x", headers=headers), 415)


def test_a_huge_body_is_a_413(client: TestClient) -> None:
    body = orjson.dumps({"query": "x" * (5 * 2**20)})
    assert_problem(client.post(SEARCH, content=body), 413)


def test_a_record_that_breaks_a_rule_is_named(client: TestClient) -> None:
    post = {"author": "a", "created": "2026-01-01", "body": "b"}
    for field, value in [
        ("created", "soon"),
        ("author", ""),
        ("kind", "poem"),
        ("parent", "p"),
        ("anonymous", "yes"),
        ("score", 2**40),
    ]:
        answer = client.put("/v1/posts/p", json={**post, field: value})
        assert_problem(answer, 422, field)


def test_foreign_hosts_and_origins_are_refused(client: TestClient) -> None:
    assert_problem(client.get("/health/live", headers={"Host": "evil.example"}), 400)
    assert_problem(client.get("/health/live", headers={"Host": "127.0.0.1.evil.example"}), 400)
    for host in ("localhost:8000", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"):
        assert client.get("/health/live", headers={"Host": host}).status_code == 200
    for origin in ("http://evil.example", "null", "http://[", "http://127.0.0.1:9"):
        answer = client.post("/v1/import", content=b"", headers={"Origin": origin})
        assert_problem(answer, 403)
    same = {"Origin": "http://127.0.0.1"}
    assert client.post("/v1/import", content=b"", headers=same).status_code == 200


def test_an_unforeseen_error_is_a_problem_without_a_traceback(
    client: TestClient, service: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(service[1], "search_experts", fail)
    answer = client.post(SEARCH, json={"query": "x"})
    assert_problem(answer, 500)
    assert "secret" not in answer.text
