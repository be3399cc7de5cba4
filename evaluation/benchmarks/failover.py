"""A primary killed under load, again and again: what was lost, how long it took, how stale it got.

Run: `python -m evaluation.benchmarks.failover --out evaluation/results`. Everything is
started here: two PostgreSQL servers streaming, two `whoknows serve` that write and one that
prefers the standby, callers over HTTP. Nobody tells the processes when the servers change places.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
import psycopg

from data.importing import import_path
from data.sample import sample_folder
from data.store import Store

from .apiprocess import ApiProcess
from .corpus import records
from .durability import commit_times, seen_after
from .failover_load import Callers, Told
from .failover_page import Outcome, Round, failover_page
from .streaming import DURABILITY, WAIT_SECONDS, Pair, streaming

WRITERS, READERS = CALLERS = 4, 2
STALE_AFTER = 1.0
"""Seconds after the standby is back from which its staleness is that of usual work."""


class NotThere(Exception):
    """Something that should come did not; `str` says what."""


def fail_over_repeatedly(settings: dict[str, str], times: int, seconds: float) -> Outcome:
    """Run `times` rounds: load, kill, promote, load, copy the failed server anew, load.

    `seconds`: of load before the kill and after it.

    Raises
    ------
    NoServer : PostgreSQL cannot run here.
    NotThere : a process does not come back to its work.
    """
    folder = sample_folder()
    texts = [post["body"] for post in records(folder, "posts") if len(post["body"]) > 80]
    people = [person["id"] for person in records(folder, "people")]
    with streaming(settings) as pair, ExitStack() as stack:
        store = Store.open(pair.primary.url())
        import_path(store, folder)
        store.close()
        apis = []
        for wanted in ("read-write", "read-write", "prefer-standby"):
            apis.append(ApiProcess(pair.url(wanted)))
            stack.callback(apis[-1].stop)
        first, second, reader = (api.address for api in apis)
        for address in (first, reader):
            _until(partial(_ready, address), "readiness")
        callers = Callers(texts, people)
        stack.callback(callers.stop)
        for number in range(WRITERS):
            callers.write((first, second)[number % 2], f"w{number}")
        for number in range(READERS):
            callers.read(reader, number)
        callers.watch(reader)
        rounds, stale = [], []
        for _ in range(times):
            found, seen = _round(pair, callers, reader, seconds)
            rounds.append(found)
            print(found, file=sys.stderr, flush=True)
            stale += seen
        callers.stop()
        apis.append(ApiProcess(pair.url("read-write")))
        stack.callback(apis[-1].stop)
        agree = _agree([api.address for api in apis], texts[:20], people[:10])
        return Outcome(rounds, stale, agree, callers.failures)


def _round(pair: Pair, callers: Callers, reader: str, seconds: float) -> tuple[Round, list[float]]:
    _until(lambda: (_ready(reader) or {}).get("standby") is not None, "the reader at a standby")
    writes, reads, stale = len(callers.writes), len(callers.reads), len(callers.stale)
    acknowledged = len(callers.acknowledged)
    begun = time.perf_counter()
    time.sleep(seconds)
    killed = time.perf_counter()
    pair.fail_over()
    time.sleep(seconds)
    for told in (callers.writes, callers.reads):
        _until(partial(_goes_on, told, killed), "answers after the fail-over")
    now = len(callers.acknowledged)
    missing, twice = _missing(pair, callers.acknowledged[:now])
    wrote, read = callers.writes[writes:], callers.reads[reads:]
    seen = [s.behind_s for s in callers.stale[stale:] if begun + STALE_AFTER < s.at < killed]
    pair.join()
    found = Round(
        acknowledged=now - acknowledged,
        lost=missing,
        twice=twice,
        write_gap=_gap(wrote, killed),
        read_gap=_gap(read, killed),
        writes_refused=sum(told.status == 503 for told in wrote),
        reads=len(read),
        reads_refused=sum(told.status == 503 for told in read),
        rude=sum(not told.polite for told in [*wrote, *read]),
    )
    return found, seen


def _goes_on(told: Sequence[Told], killed: float) -> bool:
    """Whether somebody has been answered who asked after the kill."""
    return any(one.status and one.status < 300 and one.at - one.took > killed for one in told)


def _gap(told: Sequence[Told], killed: float) -> float:
    """The longest time without a success from just before the kill on."""
    # What the primary acknowledged may be heard of just after its end: the widest gap counts.
    after = np.sort([one.at for one in told if 0 < one.status < 300])
    # From the last success before the kill on, also where that was long before.
    first = max(int(np.searchsorted(after, killed)) - 1, 0)
    return float(np.diff(after[first:]).max(initial=0.0))


def _missing(pair: Pair, acknowledged: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """How many of the acknowledged are not there, and how many are more than once."""
    found: dict[str, list[str]] = {}
    with psycopg.connect(pair.primary.url()) as connection:
        # A post that was written twice would have had two texts.
        posts = connection.execute(
            "SELECT id FROM posts JOIN versions ON versions.post = posts.pk WHERE id LIKE 'load-%'"
        )
        found["posts"] = [id_ for (id_,) in posts]
        views = connection.execute("SELECT value FROM interactions WHERE value LIKE 'load-%'")
        found["interactions"] = [id_ for (id_,) in views]
    lost = sum(id_ not in there for kind, id_ in acknowledged for there in [set(found[kind])])
    return lost, sum(len(there) - len(set(there)) for there in found.values())


def _ready(address: str) -> dict[str, object] | None:
    answer = httpx.get(f"{address}/health/ready", timeout=WAIT_SECONDS)
    return dict(answer.json()) if answer.status_code == 200 else None


def _until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise NotThere(f"no {what} within {WAIT_SECONDS} s")
        time.sleep(0.1)


def _agree(addresses: Sequence[str], texts: Sequence[str], people: Sequence[str]) -> bool:
    """Whether all answer the same, as soon as the standby has caught up."""

    def answers(address: str) -> list[object]:
        found: list[object] = []
        with httpx.Client(base_url=address, timeout=WAIT_SECONDS) as client:
            for text in texts:
                for path, body in (
                    ("similar", {"body": text}),
                    ("experts/search", {"query": text}),
                ):
                    answer = client.post(f"/v1/{path}", json=body).json()
                    answer.pop("took_ms")
                    found.append(answer)
            found += [client.get(f"/v1/people/{who}/feed").json() for who in people]
        return found

    for _ in range(20):
        first, *others = [answers(address) for address in addresses]
        if all(other == first for other in others):
            return True
        time.sleep(0.5)
    return False


def priced(writes: int) -> dict[str, Any]:
    """What each promise costs a commit, and how soon the standby shows it; milliseconds."""
    with streaming(DURABILITY["standby"]) as pair:
        prices = commit_times(pair, writes)
    with streaming(DURABILITY["primary"]) as pair:
        return {"commit_ms": prices, "seen_ms": seen_after(pair, writes)}


def main() -> None:
    """Measure part by part, and print the page of what has been measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of load before and after")
    parser.add_argument("--times", type=int, default=5, help="fail-overs for each promise")
    parser.add_argument("--writes", type=int, default=200, help="for the price of each promise")
    parser.add_argument("--out", type=Path, help="a folder for failover.json and failover.md")
    parts = ("price", *DURABILITY)
    parser.add_argument("--part", choices=parts, action="append", help="of it, all if not given")
    asked = parser.parse_args()
    kept = None if asked.out is None else asked.out / "failover.json"
    told: dict[str, Any] = {}
    if kept is not None and kept.exists() and asked.part:
        told = orjson.loads(kept.read_bytes())
    for part in asked.part or parts:
        if part == "price":
            told[part] = priced(asked.writes)
        else:
            outcome = fail_over_repeatedly(DURABILITY[part], asked.times, asked.seconds)
            told[part] = asdict(outcome)
        if kept is not None:
            kept.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
            kept.with_suffix(".md").write_text(failover_page(told, CALLERS), encoding="utf-8")
    print(failover_page(told, CALLERS))


if __name__ == "__main__":
    main()
