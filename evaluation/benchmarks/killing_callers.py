"""Who calls a server that is killed again and again: one that imports, some that ask.

In: bulks in their order, and questions about them. Out: what was acknowledged, and every answer
that nobody should get.
"""

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from urllib.parse import quote

from data.models import Post
from data.text import body_text
from evaluation.benchmarks.killing_check import Bulk
from evaluation.benchmarks.serving import Asked, Caller

CONNECTION = (ConnectionError, http.client.HTTPException)
"""How a request to a server that is not there, or goes meanwhile, fails."""

QUESTIONS = 24
MOMENT = "2100-01-01T00:00:00Z"
"""Answers are as of then, after everything: with the hour that passes, ages would differ."""


@dataclass
class Seen:
    """What callers saw; `faults` are answers that no caller should get."""

    answers: int = 0
    cut: int = 0
    faults: list[str] = field(default_factory=list)


class Importing(Thread):
    """Sends bulks in their order, each until it is acknowledged, as a careful client does."""

    def __init__(self, address: str, bulks: Sequence[Bulk], ends: Event) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.bulks = bulks
        self.ends = ends
        self.may_send = Event()
        self.acknowledged = 0
        self.refused: frozenset[str] = frozenset()
        self.sent_again = 0
        self.faults: list[str] = []

    def run(self) -> None:
        """Send everything; give up at a fault, or when `ends` is set."""
        with Caller(self.address) as caller:
            while self.acknowledged < len(self.bulks) and not self.ends.is_set():
                if not self.may_send.wait(0.1):
                    continue
                try:
                    bulk = self.bulks[self.acknowledged]
                    status, told = caller.ask("POST", "/v1/import", bulk.lines)
                except CONNECTION:
                    self.sent_again += 1
                    time.sleep(0.02)
                    continue
                except TimeoutError:
                    self.faults.append("import: no answer in time")
                    return
                if status != 200:
                    self.faults.append(f"import: {status}")
                    return
                self.refused = frozenset(str(error["id"]) for error in told["errors"])
                self.acknowledged += 1


def read(address: str, asked: Sequence[Asked], seen: Seen, ends: Event) -> None:
    """Ask in turn until the end. The server may be gone; but where it answers, it answers."""
    number = 0
    with Caller(address) as caller:
        while not ends.is_set():
            method, path, body = asked[number % len(asked)]
            number += 1
            try:
                status, _ = caller.ask(method, path, body)
            except TimeoutError:
                seen.faults.append("no answer in time")
            except CONNECTION:
                seen.cut += 1
                time.sleep(0.02)
            else:
                seen.answers += 1
                # Of a feed whose person is not in yet, 404 is the answer.
                if status != 200 and not (method == "GET" and status == 404):
                    seen.faults.append(f"{path.partition('?')[0].rpartition('/')[2]}: {status}")


def questions(bulks: Sequence[Bulk]) -> list[Asked]:
    """Requests of each kind, of texts and people that come in with `bulks`."""
    posts = [record for bulk in bulks for record in bulk.records if isinstance(record, Post)]
    asked: list[Asked] = []
    for post in posts[:: max(len(posts) // QUESTIONS, 1)]:
        text = body_text(post)[:2_000].strip() or "nothing"
        person = quote(post.author or "", safe="")
        asked += [
            ("POST", "/v1/experts/search", {"query": text, "k": 10, "as_of": MOMENT}),
            ("POST", "/v1/similar", {"body": text, "k": 10, "as_of": MOMENT}),
            ("GET", f"/v1/people/{person}/feed?as_of={MOMENT}", None),
        ]
    return asked
