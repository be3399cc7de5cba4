"""What is counted for a monitor: requests by route and status, their time, the index's size."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.admission import Lane

# Seconds; the goal for a question is 50 ms.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Counters:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._noted: dict[str, int] = {}
        self.requests = Counter(
            "whoknows_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "whoknows_request_seconds",
            "Time to the first byte of an answer",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.posts = Gauge("whoknows_posts", "Posts in the store", registry=self.registry)
        self.indexed = Gauge("whoknows_posts_indexed", "Posts searchable", registry=self.registry)
        self.pending = Gauge("whoknows_posts_pending", "Posts to index", registry=self.registry)
        self.in_work = Gauge(
            "whoknows_requests_in_work", "Requests worked on", ("lane",), registry=self.registry
        )
        self.waiting = Gauge(
            "whoknows_requests_waiting", "Requests that wait", ("lane",), registry=self.registry
        )
        self.refused = Counter(
            "whoknows_requests_refused",
            "Requests answered 503 because there was too much to do",
            ("lane",),
            registry=self.registry,
        )

    def note_index(self, status: Mapping[str, Any]) -> None:
        """Take over the index's figures from `Engine.status`."""
        self.posts.set(status["posts"])
        self.indexed.set(status["indexed"])
        self.pending.set(status["pending"])

    def note_lanes(self, lanes: Iterable[Lane]) -> None:
        """Take over how many requests are in work, wait, and were refused since the start."""
        for lane in lanes:
            self.in_work.labels(lane.name).set(lane.in_work)
            self.waiting.labels(lane.name).set(lane.queued)
            refused = self.refused.labels(lane.name)
            refused.inc(lane.refused - self._noted.get(lane.name, 0))
            self._noted[lane.name] = lane.refused


class Counting:
    """ASGI middleware: counts every answer under its route's pattern, never under an id."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self.app = app
        self.counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                known = scope["method"] in ("GET", "HEAD", "PUT", "POST", "DELETE")
                method = scope["method"] if known else "other"
                self.counters.requests.labels(method, route, message["status"]).inc()
                self.counters.seconds.labels(route).observe(time.perf_counter() - start)
            await send(message)

        await self.app(scope, receive, send_counted)
