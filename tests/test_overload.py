"""Too much to do, by real HTTP: 503 with Retry-After, not ready until it is over, nothing lost."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

import recommender.following
from api.app import create_app
from api.settings import Settings
from api.standing import Standing
from data.store import Store
from recommender.engine import Engine
from tests.conftest import serving

Service = tuple[Store, Engine]
SLOTS, WAITING = 2, 3
NDJSON = {"Content-Type": "application/x-ndjson"}


class SlowFeeds:
    """An engine's feeds, held until they are let go; how many were in work at once."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        self.asked = self.in_work = self.most = 0
        self._lock = threading.Lock()
        self._feed = engine.feed
        monkeypatch.setattr(engine, "feed", self)

    def __call__(self, *args: Any, **named: Any) -> Any:
        with self._lock:
            self.asked += 1
            self.in_work += 1
            self.most = max(self.most, self.in_work)
        try:
            assert self.go.wait(20)
            return self._feed(*args, **named)
        finally:
            with self._lock:
                self.in_work -= 1


@contextmanager
def asked(service: Service, **said: Any) -> Iterator[httpx.Client]:
    """A client of a real server with few slots."""
    settings = Settings(concurrency=SLOTS, waiting=WAITING, **said)
    limits = httpx.Limits(max_connections=None)
    with (
        serving(create_app(*service, settings)) as address,
        httpx.Client(base_url=address, timeout=20, limits=limits) as client,
    ):
        assert client.put("/v1/people/ada", json={"name": "Ada"}).status_code == 201
        yield client


def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


def figure(client: httpx.Client, name: str, lane: str = "read") -> float:
    for line in client.get("/metrics").text.splitlines():
        if line.startswith(f'{name}{{lane="{lane}"}}'):
            return float(line.split()[1])
    raise AssertionError(name)


def feed(client: httpx.Client) -> httpx.Response:
    return client.get("/v1/people/ada/feed")


def test_beyond_the_queue_503_then_recovers(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowFeeds(service[1], monkeypatch)
    with asked(service, patience=10) as client, ThreadPoolExecutor(40) as callers:
        assert client.get("/health/ready").status_code == 200
        answers = [callers.submit(feed, client) for _ in range(30)]
        until(lambda: sum(answer.done() for answer in answers) == 30 - SLOTS - WAITING)
        refused = [answer.result() for answer in answers if answer.done()]
        for answer in refused:
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == 503 and "try again" in answer.json()["detail"]
        ready = client.get("/health/ready")
        assert ready.status_code == 503 and "refused" in ready.json()["detail"]
        assert client.get("/health/live").status_code == 200
        assert figure(client, "whoknows_requests_in_work") == SLOTS
        assert figure(client, "whoknows_requests_waiting") == WAITING
        assert figure(client, "whoknows_requests_refused_total") == len(refused)
        # Who writes is not kept waiting by who reads.
        said = {"author": "ada", "created": "2024-01-01", "body": "spotlight"}
        assert client.put("/v1/posts/a", json=said).status_code == 201
        slow.go.set()
        assert sorted(a.result().status_code for a in answers) == [200] * 5 + [503] * 25
        assert slow.most == SLOTS and slow.asked == SLOTS + WAITING
        until(lambda: client.get("/health/ready").status_code == 200)
        assert feed(client).status_code == 200
        assert figure(client, "whoknows_requests_in_work") == 0
        post = service[0].get_post("a")
        assert post is not None and post.body == "spotlight"


def test_nobody_waits_longer_than_patience(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowFeeds(service[1], monkeypatch)
    with asked(service, patience=0.3) as client, ThreadPoolExecutor(9) as callers:
        answers = [callers.submit(feed, client) for _ in range(SLOTS + WAITING)]
        until(lambda: sum(answer.done() for answer in answers) == WAITING)
        waited = [a.result() for a in answers if a.done()]
        assert all(a.status_code == 503 and "Retry-After" in a.headers for a in waited)
        assert all(0.2 < a.elapsed.total_seconds() < 5 for a in waited)
        slow.go.set()
        assert sorted(a.result().status_code for a in answers)[:SLOTS] == [200] * SLOTS
    assert slow.asked == SLOTS


def test_who_hangs_up_loses_the_place(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowFeeds(service[1], monkeypatch)
    with asked(service, patience=20) as client, ThreadPoolExecutor(9) as callers:
        working = [callers.submit(feed, client) for _ in range(SLOTS)]
        until(lambda: slow.in_work == SLOTS)
        server = urlsplit(str(client.base_url))
        impatient = [socket.create_connection((server.hostname, server.port)) for _ in range(3)]
        for one in impatient:
            one.sendall(b"GET /v1/people/ada/feed HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        until(lambda: figure(client, "whoknows_requests_waiting") == len(impatient))
        for one in impatient:
            one.close()
        until(lambda: figure(client, "whoknows_requests_waiting") == 0)
        slow.go.set()
        assert [a.result().status_code for a in working] == [200] * SLOTS
        assert feed(client).status_code == 200
    assert slow.asked == SLOTS + 1


def test_an_import_holds_up_nobody_else(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    go, embedding = threading.Event(), recommender.following.embed_pending

    def held(store: Store, encoders: Any, progress: Any = None, **said: Any) -> int:
        if store.get_post("imported") is not None and store.get_post("small") is None:
            assert go.wait(20)
        return embedding(store, encoders, progress, **said)

    line = b'{"type": "post", "id": "%s", "author": "ada", "created": "2024-01-01", "body": "x"}'
    with asked(service) as client, ThreadPoolExecutor(9) as callers:
        monkeypatch.setattr(recommender.following, "embed_pending", held)

        def bring(id_: bytes) -> httpx.Response:
            return client.post("/v1/import", content=line % id_, headers=NDJSON)

        first = callers.submit(bring, b"imported")
        until(lambda: figure(client, "whoknows_requests_in_work", "import") == 1)
        waiting = [callers.submit(bring, b"next-%d" % n) for n in range(2)]
        until(lambda: figure(client, "whoknows_requests_waiting", "import") == 2)
        refused = bring(b"one-too-many")
        assert refused.status_code == 503 and "Retry-After" in refused.headers
        assert service[0].get_post("one-too-many") is None
        # Others are served, and this is no overload.
        assert feed(client).status_code == 200
        assert "refused" not in client.get("/health/ready").text
        said = {"author": "ada", "created": "2024-01-01", "body": "x"}
        assert client.put("/v1/posts/small", json=said).status_code == 201
        go.set()
        for answer in (first, *waiting):
            assert answer.result().json()["accepted"] == 1
        for id_ in ("imported", "next-0", "next-1"):
            assert service[0].get_post(id_) is not None
        until(lambda: client.get("/health/ready").status_code == 200)


def test_a_monitor_is_answered_while_the_engine_is_held(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, status = threading.Event(), service[1].status

    def held() -> dict[str, object]:
        assert go.wait(20)
        return status()

    with asked(service) as client:
        assert client.get("/health/ready").status_code == 200
        monkeypatch.setattr(service[1], "status", held)
        ready = client.get("/health/ready")
        assert ready.status_code == 503 and "held" in ready.json()["detail"]
        assert client.get("/health/live").status_code == 200
        assert "whoknows_posts 0.0" in client.get("/metrics").text
        go.set()
        until(lambda: client.get("/health/ready").status_code == 200)


def test_many_monitors_are_answered_at_once(service: Service) -> None:
    """Who was back first asked anew, and the others took that for their own: 500, and the
    connection closed."""
    standing = Standing(service[1])

    async def monitor() -> list[Mapping[str, Any] | None]:
        return [await standing.ask() for _ in range(3)]

    async def monitors() -> list[list[Mapping[str, Any] | None]]:
        return await asyncio.gather(*(monitor() for _ in range(3)))

    assert all(status is not None for told in asyncio.run(monitors()) for status in told)
