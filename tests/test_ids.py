"""Ids in paths round-trip through a real server, whatever characters they hold."""

import socket
from urllib.parse import quote, urlsplit

import httpx
import pytest

IDS = [
    "plain",
    "a/b",
    "a/feed",
    "feed",
    "/",
    "//",
    "a//b",
    "/feed/",
    "a?b",
    "a#b",
    "a b",
    "a+b",
    "a%b",
    "a%2Fb",
    "100%",
    "[x]",
    "(x);y=z&w",
    "<m@example.org>",
    "åäö",
    "林晓梅",
    "مصباح",
    "🪑",
    "..",
    ".",
    "../people",
    "a\\b",
    "a:b",
    'a"b',
    "tab\there",
    "line\nbreak",
    "x" * 512,
]


def encoded(id_: str) -> str:
    # Dots too: a client or proxy may fold a segment of dots alone.
    return quote(id_, safe="").replace(".", "%2E")


def raw(address: str, method: str, target: str, body: bytes = b"") -> tuple[int, bytes]:
    """A request whose target no client has touched."""
    parts = urlsplit(address)
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(head.encode("latin-1") + body)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return int(received.split(b" ", 2)[1]), received.partition(b"\r\n\r\n")[2]


def test_every_id_round_trips(address: str, http: httpx.Client) -> None:
    for id_ in IDS:
        target = f"/v1/people/{encoded(id_)}"
        assert raw(address, "PUT", target, b'{"name": "N"}')[0] == 201, id_
        assert raw(address, "PUT", target, b'{"name": "N"}')[0] == 200, id_
        status, body = raw(address, "GET", target)
        assert status == 200, id_
        assert httpx.Response(200, content=body).json()["id"] == id_
        assert raw(address, "GET", f"{target}/feed")[0] == 200, id_
        assert raw(address, "GET", f"{target}/expertise")[0] == 200, id_
    listed = http.get("/v1/people", params={"limit": 100}).json()["people"]
    assert {person["id"] for person in listed} == set(IDS)
    for id_ in IDS:
        target = f"/v1/people/{encoded(id_)}"
        assert raw(address, "DELETE", target)[0] == 204
        assert raw(address, "GET", target)[0] == 404, id_


def test_every_post_id_round_trips(address: str) -> None:
    post = b'{"author": "a", "created": "2026-01-01", "body": "b"}'
    for id_ in IDS:
        target = f"/v1/posts/{encoded(id_)}"
        assert raw(address, "PUT", target, post)[0] == 201, id_
        status, body = raw(address, "GET", target)
        assert (status, httpx.Response(200, content=body).json()["id"]) == (200, id_)
        assert raw(address, "GET", f"{target}/thread")[0] == 200, id_
    for id_ in IDS:
        assert raw(address, "DELETE", f"/v1/posts/{encoded(id_)}")[0] == 204


def test_an_encoded_feed_is_a_person_and_a_plain_one_a_feed(http: httpx.Client) -> None:
    assert http.put("/v1/people/a", json={}).status_code == 201
    assert http.get("/v1/people/a%2Ffeed").status_code == 404
    assert http.put("/v1/people/a%2Ffeed", json={}).status_code == 201
    assert http.get("/v1/people/a%2Ffeed").json()["id"] == "a/feed"
    assert "items" in http.get("/v1/people/a/feed").json()
    assert "items" in http.get("/v1/people/a%2Ffeed/feed").json()
    assert http.get("/v1/people/b%2Ffeed/feed").status_code == 404


def test_lower_case_escapes_and_needless_ones_mean_the_same(http: httpx.Client) -> None:
    http.put("/v1/people/a%2Fb", json={})
    assert http.get("/v1/people/%61%2fb").json()["id"] == "a/b"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1/people/", 404),
        ("/v1/people//feed", 404),
        ("/v1/people/%", 400),
        ("/v1/people/%zz", 400),
        ("/v1/people/%ff", 400),
        ("/v1/people/%ED%A0%80", 400),
        ("/v1/people/a%00b", 422),
        ("/v1/people/a?k=%ff", 400),
        ("/v1/people/x/feed?cursor=%00", 422),
        ("/v1/people/" + "x" * 600, 404),
        ("/v1/people/caf\xe9", 400),
    ],
)
def test_unreadable_paths_are_the_callers_fault(address: str, target: str, status: int) -> None:
    got, body = raw(address, "GET", target)
    assert got == status
    # The server itself, before any application, answers what is no HTTP at all.
    assert b'"detail"' in body or b"Invalid HTTP" in body


@pytest.mark.parametrize("id_", ["%00", "%20", "x" * 513])
def test_an_id_that_cannot_be_kept_is_refused(address: str, id_: str) -> None:
    status, body = raw(address, "PUT", f"/v1/people/{id_}", b"{}")
    assert status == 422
    assert httpx.Response(422, content=body).json()["field"] == "id"


def test_the_body_may_not_name_another_id(client: httpx.Client) -> None:
    answer = client.put("/v1/people/a", json={"id": "b"})
    assert (answer.status_code, answer.json()["field"]) == (422, "id")
    assert client.put("/v1/people/a", json={"id": "a"}).status_code == 201
    # A whole number is the same id as its digits, as in every other record.
    assert client.put("/v1/people/5", json={"id": 5}).status_code == 201
