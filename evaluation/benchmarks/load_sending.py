"""The load itself, by locust: `python -m evaluation.benchmarks.load_sending ADDRESS PLAN`.

In: a plan, one call a line (`load_plan.Call`). Out, on standard output: one line for each call, as
`load_run.Outcome` has it. The process is apart from the one that starts the server and draws the
plan, since locust replaces the standard library's sockets and threads.

Each call is sent when the plan says, however many are still unanswered, and its latency counts
from that moment: a server that stalls does not thereby get fewer questions, or kinder ones
("coordinated omission"). With `--callers` instead, so many callers ask one after the other, as
fast as they are answered.
"""

# The first import: it replaces what others would have taken.
from locust import FastHttpUser, task
from locust.env import Environment

# isort: split
import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
from gevent.pool import Group

MOST = 20_000
"""Requests that may be under way at once: more than any server here lets wait."""

SHOWN = "shown"
"""The kind of what tells which threads a feed has shown: beside the plan, one for each feed that
was answered, and none with `--callers`."""

TIMEOUT = 60.0
"""Seconds after which a caller gives up."""


class Community(FastHttpUser):
    """All the callers of a plan; one user to locust, since when who asks is the plan's to say."""

    concurrency = MOST
    network_timeout = TIMEOUT
    connection_timeout = TIMEOUT
    plan: Path
    callers: int | None

    @task
    def everything(self) -> None:
        """Send the whole plan, then end."""
        self._cursors: dict[str, str] = {}
        self._start = time.perf_counter()
        under_way = Group()
        calls = _read(self.plan)
        if self.callers is None:
            for call in calls:
                gevent.sleep(max(0.0, call["at"] - self._now()))
                under_way.spawn(self._send, call, call["at"])
        else:
            for _ in range(self.callers):
                under_way.spawn(self._send_on, calls)
        under_way.join()
        runner = self.environment.runner
        if runner is not None:
            runner.quit()

    def _now(self) -> float:
        return time.perf_counter() - self._start

    def _send_on(self, calls: Iterator[dict[str, Any]]) -> None:
        for call in calls:
            self._send(call, self._now())

    def _send(self, call: dict[str, Any], due: float) -> None:
        path = call["path"]
        cursor = self._cursors.get(path) if call["more"] else None
        answer = self.client.request(
            call["method"],
            f"{path}&cursor={cursor}" if cursor else path,
            name=call["kind"],
            json=call["body"],
        )
        self._told(call["kind"], due, answer)
        if call["kind"] == "feed" and answer.status_code == 200:
            page = answer.json()
            self._cursors[path] = page["next"] or ""
            shown = [item["post"]["id"] for item in page["items"]]
            if shown and self.callers is None:
                self._show(path.partition("/feed")[0], shown)

    def _show(self, person: str, shown: list[str]) -> None:
        """Tell what a feed has shown, as the page does."""
        due = self._now()
        body = {"posts": shown}
        answer = self.client.post(f"{person}/impressions", name=SHOWN, json=body)
        self._told(SHOWN, due, answer)

    def _told(self, kind: str, due: float, answer: Any) -> None:
        told = {
            "kind": kind,
            "due": due,
            "latency": self._now() - due,
            "status": answer.status_code,
            "retry_after": answer.headers.get("retry-after") if answer.headers else None,
        }
        sys.stdout.write(json.dumps(told) + "\n")


def _read(plan: Path) -> Iterator[dict[str, Any]]:
    with plan.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main() -> None:
    """Send a plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="of the server, as http://127.0.0.1:8000")
    parser.add_argument("plan", type=Path)
    parser.add_argument("--callers", type=int, help="as fast as so many callers are answered")
    asked = parser.parse_args()
    Community.host = asked.address
    Community.plan, Community.callers = asked.plan, asked.callers
    runner = Environment(user_classes=[Community]).create_local_runner()
    runner.start(1, spawn_rate=1)
    runner.greenlet.join()


if __name__ == "__main__":
    main()
