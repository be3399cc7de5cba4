"""Callers of a community's API who note what they were told: writers, readers, a watcher.

Everybody speaks HTTP to `whoknows serve`, tries again where told 503, and ends when asked to.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle

import httpx

TIMEOUT = 120.0
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. `status` 0: none came. `at`, `took`: seconds of `time.perf_counter`.

    `polite`: nothing else than a success, or 503 with Retry-After.
    """

    what: str
    status: int
    at: float
    took: float
    polite: bool


@dataclass(frozen=True, slots=True)
class Staleness:
    """What a reader's /health/ready said of its standby at a moment."""

    at: float
    streaming: bool
    behind_s: float


class Callers:
    """Threads that call until `stop`.

    Attributes
    ----------
    acknowledged : kind and name of each write that was answered with success, in that order.
    writes, reads : every answer, refusals too.
    stale : what the readers' processes said of their standby; a moment without one says nothing.
    """

    def __init__(self, texts: Sequence[str], people: Sequence[str]) -> None:
        self._texts, self._people = texts, people
        self._ends = threading.Event()
        self._threads: list[threading.Thread] = []
        self.acknowledged: list[tuple[str, str]] = []
        self.writes: list[Told] = []
        self.reads: list[Told] = []
        self.stale: list[Staleness] = []
        self.failures: list[str] = []

    def write(self, address: str, name: str) -> None:
        """Begin a writer: roots, replies to them and views, each until it is acknowledged."""
        self._begin(self._write, address, name)

    def read(self, address: str, first: int) -> None:
        """Begin a reader: feeds, similar, who knows and threads, in turn."""
        self._begin(self._read, address, first)

    def watch(self, address: str) -> None:
        """Begin to ask how far behind its standby a process is."""
        self._begin(self._watch, address)

    def stop(self) -> None:
        """End all of them and wait."""
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _begin(self, call: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=call, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _write(self, address: str, name: str) -> None:
        with httpx.Client(base_url=address, timeout=TIMEOUT) as client:
            for kind, id_, method, path, body in self._wishes(name):
                while not self._ends.is_set():
                    told = self._ask(client, method, path, body)
                    self.writes.append(told)
                    if 200 <= told.status < 300:
                        self.acknowledged.append((kind, id_))
                        break
                    self._ends.wait(0.02)
                if self._ends.is_set():
                    return

    def _wishes(self, name: str) -> Iterator[tuple[str, str, str, str, dict[str, str]]]:
        """(kind, name, method, path, body) of one write after the other."""
        root = ""
        for number, text in zip(count(), cycle(self._texts)):
            id_ = f"load-{name}-{number}"
            who = self._people[number % len(self._people)]
            # Younger than all else, so that feeds have something to move.
            when = (START + timedelta(seconds=number)).isoformat()
            if number % 3 == 2:
                body = {"person": who, "post": root, "kind": "view", "at": when, "value": id_}
                yield "interactions", id_, "POST", "/v1/interactions", body
                continue
            body = {"author": who, "created": when, "body": f"{text} {id_}"}
            if number % 3:
                body["parent"] = root
            else:
                root, body["title"] = id_, text[:80]
            yield "posts", id_, "PUT", f"/v1/posts/{id_}", body

    def _read(self, address: str, first: int) -> None:
        with httpx.Client(base_url=address, timeout=TIMEOUT) as client:
            for number in count(first):
                if self._ends.is_set():
                    return
                text = self._texts[number % len(self._texts)]
                person = self._people[number % len(self._people)]
                asked: tuple[str, str, dict[str, str] | None] = (
                    ("GET", f"/v1/people/{person}/feed", None),
                    ("POST", "/v1/similar", {"body": text}),
                    ("POST", "/v1/experts/search", {"query": text, "asker_id": person}),
                    ("GET", "/v1/posts/load-w0-0/thread", None),
                )[number % 4]
                told = self._ask(client, *asked)
                # Before the first write has come through there is no such thread.
                self.reads.append(told)
                self._ends.wait(0.0 if told.status < 500 else 0.02)

    def _watch(self, address: str) -> None:
        with httpx.Client(base_url=address, timeout=TIMEOUT) as client:
            while not self._ends.wait(0.05):
                try:
                    answer = client.get("/health/ready")
                except httpx.HTTPError:
                    continue
                standby = answer.json().get("standby") if answer.status_code == 200 else None
                if standby is not None:
                    now = time.perf_counter()
                    found = Staleness(now, standby["streaming"], float(standby["behind_s"]))
                    self.stale.append(found)

    def _ask(
        self, client: httpx.Client, method: str, path: str, body: dict[str, str] | None
    ) -> Told:
        begun = time.perf_counter()
        try:
            answer = client.request(method, path, json=body)
        except httpx.HTTPError as error:
            self.failures.append(f"{method} {path}: {type(error).__name__}")
            return Told(path, 0, time.perf_counter(), time.perf_counter() - begun, False)
        now = time.perf_counter()
        polite = answer.status_code < 500
        if answer.status_code == 503:
            polite = "retry-after" in answer.headers
        if not polite:
            self.failures.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return Told(path, answer.status_code, now, now - begun, polite)
