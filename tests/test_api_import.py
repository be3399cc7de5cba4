"""Bulk import over HTTP: every line judged by itself, within bounds."""

import random
import string

import httpx
import orjson
import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.usefixtures("each_database")

POST = {"type": "post", "id": "p", "author": "a", "created": "2026-01-01", "body": "text"}


def lines(*records: object) -> bytes:
    return b"\n".join(orjson.dumps(record) for record in records)


def test_every_kind_goes_in(client: TestClient) -> None:
    body = lines(
        {"type": "person", "id": "a", "name": "A"},
        {"type": "space", "id": "s"},
        POST,
        {**POST, "id": "q", "space": "s"},
        {"type": "interaction", "person": "a", "post": "q", "kind": "like", "at": "2026-01-02"},
        {"type": "link", "from": "q", "to": "p", "kind": "related"},
    )
    answer = client.post("/v1/import", content=body)
    assert answer.json() == {"accepted": 6, "rejected": 0, "errors": []}
    assert client.get("/v1/people/a").json()["name"] == "A"
    assert "type" not in client.get("/v1/posts/p").json()
    body = lines({"type": "delete_post", "id": "q"}, {"type": "delete_person", "id": "a"})
    assert client.post("/v1/import", content=body).json()["accepted"] == 2
    assert client.get("/v1/posts/q").status_code == 404
    assert client.get("/v1/people/a").status_code == 404


def test_a_bad_line_stops_no_other_and_is_named(client: TestClient) -> None:
    body = b"\n".join(
        [
            b"\xef\xbb\xbf" + orjson.dumps({"type": "person", "id": "a"}) + b"\r",
            b"",
            b"{nonsense",
            b"[1]",
            b'"\xff"',
            orjson.dumps({"type": "poem", "id": "x"}),
            orjson.dumps({"id": "untyped"}),
            orjson.dumps({"type": ["post"], "id": 7}),
            orjson.dumps({**POST, "created": "soon"}),
            orjson.dumps({"type": "person", "id": "b", "name": 5}),
            orjson.dumps({"type": "interaction", "person": "a", "post": "none", "kind": "like"}),
            orjson.dumps({"type": "link", "from": "none", "to": "p", "kind": "related"}),
            orjson.dumps({"type": "delete_post"}),
            b"   ",
            orjson.dumps({"type": "person", "id": "c"}),
            b"[" * 10_000,
            b'{"type": "person", "id": "n", "x": NaN}',
            '{"type": "person", "id": "sep", "name": "a\u2028b"}'.encode(),
        ]
    )
    answer = client.post("/v1/import", content=body)
    assert answer.status_code == 200
    content = answer.json()
    assert [error["line"] for error in content["errors"]] == [*range(3, 14), 16, 17]
    assert (content["accepted"], content["rejected"]) == (3, 13)
    by_line = {error["line"]: error for error in content["errors"]}
    assert by_line[6]["id"] == "x"
    assert by_line[8]["id"] == "7"
    assert by_line[9]["reason"].startswith("created")
    assert "post" in by_line[11]["reason"]
    assert all(error["reason"] for error in content["errors"])
    assert client.get("/v1/people/c").status_code == 200


@pytest.mark.parametrize("kind", ["delete_person", "delete_post"])
def test_deletions_are_judged_like_records(client: TestClient, kind: str) -> None:
    """An id that PostgreSQL cannot hold failed the whole import; a number was refused."""
    letters = random.Random(1)
    long = "".join(letters.choice(string.ascii_letters) for _ in range(20_000))
    bad = [{"type": kind, "id": id_} for id_ in ("a\x00b", long, " ", True)]
    whole = [{**POST, "id": 7}, {"type": "person", "id": 7}, {"type": kind, "id": 7}]
    answer = client.post("/v1/import", content=lines(*bad, *whole)).json()
    assert [(error["line"], error["reason"][:3]) for error in answer["errors"]] == [
        (line, "id:") for line in range(1, 5)
    ]
    assert answer["accepted"] == 3
    deleted = "/v1/people/7" if kind == "delete_person" else "/v1/posts/7"
    assert client.get(deleted).status_code == 404


def test_an_empty_import_is_fine(client: TestClient) -> None:
    for body in (b"", b"\n\n  \n"):
        answer = client.post("/v1/import", content=body)
        assert answer.json() == {"accepted": 0, "rejected": 0, "errors": []}


def test_ten_thousand_lines_and_no_more(client: TestClient) -> None:
    line = b'{"type": "delete_person", "id": "nobody"}\n'
    assert client.post("/v1/import", content=line * 10_000).json()["accepted"] == 10_000
    refused = client.post("/v1/import", content=line * 10_000 + b'{"type": "person", "id": "a"}')
    assert refused.status_code == 413
    # All or nothing: what is refused as too large leaves no trace.
    line = b'{"type": "person", "id": "kept"}\n'
    assert client.post("/v1/import", content=line * 10_001).status_code == 413
    assert client.get("/v1/people/kept").status_code == 404


@pytest.mark.parametrize("chunked", [True, False])
def test_more_than_32_megabytes_are_a_413_that_the_client_sees(
    http: httpx.Client, chunked: bool
) -> None:
    piece = b" " * 2**20
    body = (piece for _ in range(40)) if chunked else piece * 40
    answer = http.post("/v1/import", content=body)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert http.post("/v1/import", content=piece * 32).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/x-ndjson", 200),
        ("application/x-ndjson; charset=utf-8", 200),
        ("application/json", 200),
        ("text/plain", 200),
        ("text/csv", 415),
        ("image/png", 415),
    ],
)
def test_kinds_of_body(client: TestClient, kind: str, status: int) -> None:
    answer = client.post("/v1/import", content=lines(POST), headers={"Content-Type": kind})
    assert answer.status_code == status
