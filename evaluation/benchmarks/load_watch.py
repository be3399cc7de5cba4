"""A monitor beside a load: what `/health/ready` and `/health/live` say, twice a second."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

PAUSE_S = 0.5
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look, `at` seconds after the first: two statuses (0: no answer), and how long the live
    one took, in seconds."""

    at: float
    ready: int
    live: int
    took: float


@contextmanager
def watching(address: str) -> Iterator[list[Look]]:
    """Look at the server at `address` while the block runs; the list grows meanwhile."""
    seen: list[Look] = []
    ends = threading.Event()
    start = time.perf_counter()

    def look() -> None:
        with httpx.Client(base_url=address, timeout=TIMEOUT_S) as client:
            while not ends.wait(PAUSE_S):
                asked = time.perf_counter()
                live = _status(client, "/health/live")
                took = time.perf_counter() - asked
                seen.append(Look(asked - start, _status(client, "/health/ready"), live, took))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        ends.set()
        watcher.join()


def _status(client: httpx.Client, path: str) -> int:
    try:
        return client.get(path).status_code
    except httpx.HTTPError:
        return 0
