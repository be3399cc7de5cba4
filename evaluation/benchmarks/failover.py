"""Two servers streaming, the primary killed with kill -9 under load: what was lost, and the price.

Run: `python -m evaluation.benchmarks.failover`. Servers are started here (`pgserver`). Writers and
readers are stores as the API has them, by one URL that names both servers; nobody tells them.
"""

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import psycopg

from data.errors import StoreError
from data.models import Post
from data.store import Store

from .corpus import row
from .pgserver import Server

WRITERS = 4
START = datetime(2024, 1, 1, tzinfo=UTC)

DURABILITY = {
    "on the standby's disk": {"synchronous_standby_names": "*", "synchronous_commit": "on"},
    "on the primary's disk": {"synchronous_standby_names": "", "synchronous_commit": "on"},
}
"""When a write is acknowledged, and by which settings of the primary."""


@dataclass
class Load:
    """What the writers were told, by one list of (id, seconds it took, when) each."""

    acknowledged: list[tuple[str, float, float]] = field(default_factory=list)
    refused: int = 0
    ends: threading.Event = field(default_factory=threading.Event)

    def write(self, url: str, name: str) -> None:
        """Write a post after the other until the end; a refused one is not tried again."""
        store, number = Store.open(url), 0
        while not self.ends.is_set():
            number += 1
            begun = time.perf_counter()
            try:
                store.apply([Post(f"{name}-{number}", name, START, "glass")])
            except StoreError:
                self.refused += 1
                self.ends.wait(0.05)
                continue
            now = time.perf_counter()
            self.acknowledged.append((f"{name}-{number}", now - begun, now))
        store.close()


@contextmanager
def streaming(settings: dict[str, str]) -> Iterator[tuple[Server, Server]]:
    """A primary with `settings`, and a standby that streams from it. NoServer as `Server`."""
    # Until the standby is there, a commit would wait for it for ever.
    promise = settings.get("synchronous_standby_names", "")
    primary = Server({k: v for k, v in settings.items() if k != "synchronous_standby_names"})
    standby = Server({k: v for k, v in settings.items() if not k.startswith("synchronous")})
    try:
        primary.create()
        primary.start()
        Store.open(primary.url()).close()
        source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
        standby.call("pg_basebackup", [*source, "-D", str(standby.data), "-R", "-c", "fast"])
        standby.start()
        _wait_until_streaming(standby)
        with psycopg.connect(primary.url(), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{promise}'")
            connection.execute("SELECT pg_reload_conf()")
        yield primary, standby
    finally:
        primary.dispose()
        standby.dispose()


def _wait_until_streaming(standby: Server) -> None:
    store = Store.open(standby.url())
    for _ in range(200):
        found = store.database.standby()
        if found is not None and found.streaming:
            break
        time.sleep(0.1)
    store.close()


def both(*servers: Server) -> str:
    """The URL that leads to whichever of `servers` takes writes."""
    hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://postgres@/postgres?{hosts}&target_session_attrs=read-write"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fail-over showed; times in seconds."""

    acknowledged: int
    lost: int
    writes_per_s: float
    commit_ms: float
    outage_s: float


def fail_over(settings: dict[str, str], seconds: float) -> Outcome:
    """Write, kill the primary after `seconds`, promote the standby, write as long again."""
    with streaming(settings) as (primary, standby):
        url, load = both(primary, standby), Load()
        threads = [threading.Thread(target=load.write, args=(url, f"w{i}")) for i in range(WRITERS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        killed = time.perf_counter()
        primary.kill()
        standby.call("pg_ctl", ["promote", "-D", str(standby.data), "-w"])
        time.sleep(seconds)
        load.ends.set()
        for thread in threads:
            thread.join()
        store = Store.open(standby.url())
        there = {post.id for post in store.posts(range(1, store.seq() * 2 + 1)).values()}
        store.close()
    before = [(took, when) for _, took, when in load.acknowledged if when < killed]
    # What the primary acknowledged may be heard of just after its end: the widest gap counts.
    times = np.sort([when for _, _, when in load.acknowledged if when > killed - 1])
    return Outcome(
        acknowledged=len(load.acknowledged),
        lost=len({id_ for id_, _, _ in load.acknowledged} - there),
        writes_per_s=len(before) / seconds,
        commit_ms=1e3 * float(np.median([took for took, _ in before])),
        outage_s=float(np.diff(times).max()),
    )


def staleness(count: int) -> list[float]:
    """Seconds from the acknowledgement of each of `count` writes to its being on the standby."""
    waited = []
    with streaming(DURABILITY["on the primary's disk"]) as (primary, standby):
        writer, reader = Store.open(primary.url()), Store.open(standby.url())
        for number in range(count):
            writer.apply([Post(f"p{number}", "a", START, "glass")])
            begun, wanted = time.perf_counter(), writer.seq()
            while reader.seq() < wanted:
                time.sleep(0.0005)
            waited.append(time.perf_counter() - begun)
        writer.close()
        reader.close()
    return waited


def main() -> None:
    """Print what was lost, how long it took, and what each promise costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of load before the kill")
    parser.add_argument("--times", type=int, default=3, help="fail-overs for each setting")
    asked = parser.parse_args()
    print(f"{WRITERS} writers on one machine; one post a write, each its own commit\n")
    row("acknowledged when", "writes", "lost", "a second", "median ms", "outage s")
    row(*["---"] * 6)
    for promise, settings in DURABILITY.items():
        for _ in range(asked.times):
            found = fail_over(settings, asked.seconds)
            row(
                promise,
                found.acknowledged,
                found.lost,
                found.writes_per_s,
                found.commit_ms,
                found.outage_s,
            )
    waited = 1e3 * np.quantile(staleness(200), [0.5, 0.99])
    print(f"\non the standby after {waited[0]:.1f} ms (median), {waited[1]:.1f} ms (99th of 100)")


if __name__ == "__main__":
    main()
