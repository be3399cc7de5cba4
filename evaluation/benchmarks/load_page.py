"""The page of what a load showed: figures in, Markdown out."""

from collections.abc import Mapping, Sequence
from typing import Any

from .load_plan import MIX

HEAD = """# Load

A server of its own on a copy of a database, asked by locust over loopback on the same machine:
{mix}. People and words are drawn by seed from the community; similar ideas are asked for as the
page does, a title growing by two to six letters a request; one feed in five is a second page;
writes are replies, views and new threads. Beside these what each feed has shown is told, as the
page does ("shown"; not while memory is measured), over and above the rate. Arrivals are a Poisson
process; each request is sent when it is due, however many are unanswered, and its latency counts
from then to the last byte.
"shed": answered 503 with `Retry-After`; "failed": any other end than an answer.

The command is `python -m evaluation.benchmarks.load DATABASE`, with what stands below each title.
Whatever else ran on the machine meanwhile counts against the server: the load average before each
trial is told with it.
"""

STEADY = """
## A steady rate

`--rate {rate:g} --minutes {minutes:g}`: {conditions}.

{table}

The server used {cores_used} cores (locust's own use not counted), {threads} threads, and held
{resident_mb} MB at the end.
"""

CAPACITY = """
## The highest rate without an error

`--find`: {conditions}.

{rate} requests a second: the highest at which {trial_s:g} seconds passed with every request
answered, p99 {p99_ms} ms, tried in steps of 15 %.
"""

OVERLOAD = """
## Overload

`--overload --minutes {minutes:g}`: {conditions}.

{rate} requests a second, three times the highest rate without an error ({highest}), which was
found just before:

{table}

Answered: {goodput} a second, {share:.0f} % of the highest rate. At half the highest rate p99 was
{before[ms][2]} ms before and {after[ms][2]} ms after it. {recovery_s} s after its end nothing was
refused any more, or took longer than twice the p99 from before. `/health/ready` said 503 from
{unready_from_s} s on, and 200 again {ready_again_s} s after the end; `/health/live` answered
{lively} of {polls} times, at the latest after {slowest_ms} ms. The server held {resident_mb} MB.
"""

SLOTS = """
## How many to work on at once

`--slots {numbers}`: {conditions}.

{callers} callers asked servers that differ in `WHOKNOWS_CONCURRENCY` alone, by turns, as fast as
they were answered; milliseconds are the medians and 99th of 100:

{table}
"""

MEMORY = """
## Memory

`--memory {requests}`: {conditions}.

As fast as they were answered, {rate} a second; {failed} were not answered. Memory of the server:

{table}

Over the later half it grew by {bytes_a_request} bytes a request. One request in a hundred writes,
and what is written stays, so that not all of it is waste.
"""


def page(told: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of the trials that `told` holds, by their names in `load.measured`."""
    mix = ", ".join(f"{100 * share:g} % {kind}" for kind, share in MIX.items())
    parts = [HEAD.format(mix=mix)]
    if steady := told.get("steady"):
        parts.append(STEADY.format(**steady, table=_kinds(steady["kinds"])))
    if capacity := told.get("capacity"):
        parts.append(CAPACITY.format(**capacity))
    if overload := told.get("overload"):
        share = 100 * overload["goodput"] / overload["highest"]
        table = _kinds(overload["kinds"])
        parts.append(OVERLOAD.format(**overload, share=share, table=table))
    if slots := told.get("slots"):
        numbers = ",".join(str(one["slots"]) for one in slots["tried"])
        parts.append(SLOTS.format(**slots, numbers=numbers, table=_slots(slots["tried"])))
    if memory := told.get("memory"):
        parts.append(MEMORY.format(**memory, table=_points(memory["points"])))
    return "".join(parts)


def _kinds(kinds: Sequence[Mapping[str, Any]]) -> str:
    rows = ["| kind | requests | answered | shed | failed | p50 ms | p95 ms | p99 ms |"]
    rows.append("|---" * 8 + "|")
    for kind in kinds:
        cells = [kind[name] for name in ("name", "count", "answered", "shed", "failed")]
        rows.append("| " + " | ".join(map(str, [*cells, *kind["ms"]])) + " |")
    return "\n".join(rows)


def _slots(tried: Sequence[Mapping[str, Any]]) -> str:
    names = [kind["name"] for kind in tried[0]["kinds"]]
    rows = ["| slots | a second | " + " | ".join(names) + " |", "|---" * (2 + len(names)) + "|"]
    for one in tried:
        ms = {kind["name"]: f"{kind['ms'][0]} / {kind['ms'][2]}" for kind in one["kinds"]}
        cells = [one["slots"], one["rate"], *(ms[name] for name in names)]
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def _points(points: Sequence[Sequence[float]]) -> str:
    rows = ["| requests | MB |", "|---|---|"]
    return "\n".join([*rows, *(f"| {done:g} | {held:g} |" for done, held in points)])
