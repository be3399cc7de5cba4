"""The sizing page: what so many people need, what breaks first, and where to go from there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .sizing import (
    ACTIVE,
    CONNECTIONS,
    MIX,
    PEAK,
    PEOPLE,
    REQUESTS,
    USED,
    YEARS,
    Need,
    Units,
    needs,
    typical,
)

GB = 1e9
ONE_MACHINE = 64 * GB
"""Memory that one process may be given before another way is cheaper."""

SLOW_MS = 200.0
"""Processor time of a request from which on somebody who types notices."""

HEAD = """# How much machine for how many people

By `python -m evaluation.benchmarks.sizing --out evaluation/results/sizing.md`, from {source}
(`python -m evaluation.benchmarks.units --databases DB... --communities FOLDER... --out
evaluation/results/units.json`; larger sizes from `evaluation.benchmarks.scale` come first where its
figures are there). {conditions}.

**Measured.** On {least:,} to {most:,} posts of real communities: {disk:.1f} KB a post in
PostgreSQL, its indexes included; {indexes:.1f} KB a post of index snapshots beside each process; a
process holds {empty:.0f} MB, and {resident:.1f} KB more for each post. A request of the mix takes
{fixed:.0f} ms of one core{growth}. {communities} real communities wrote {rates} posts a year for
each person who ever wrote.

**Assumed.** {years:.0f} years are kept. Everybody counts as such a person, which a company's staff
does not: halve the posts where half of them only read. {active:.0%} of the people open it on a
working day and make {requests:.0f} requests each; {peak:.0%} of these fall in the busiest hour. Of
100 requests {mix}, the rest write. A core may be {used:.0%} busy in that hour. One process uses one
core, as Python does; there are two at least. Beyond {most:,} posts everything is extrapolated along
straight lines.
"""

NEEDS = """
| people | posts a person and year | posts | requests a second, peak | writes a second | ms of a core a request | processes (cores) | memory a process, GB | memory in all, GB | PostgreSQL's disk, GB | snapshots a process, GB | connections | what breaks first |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""  # noqa: E501

LOAD = """
**Held against a load.** {rate:g} requests a second of the same mix for {minutes:g} minutes used
{cores} cores (`load.md`, another community): {ms:.0f} ms of a core a request.
"""

FOOT = """
## What breaks first, and what then

1. **Memory a process.** Each process holds a view of everything and answers from it alone: that
   is what makes it quick, and what it costs. From some {memory_posts:.1f} million posts a process
   needs more than 64 GB. Until then: fewer, larger processes; several on one machine share nothing.
2. **Time a request.** Masks, activity and exact search run over all posts once a request. {slow}
   More processes answer more people, but nobody sooner.
3. **Writes.** One at a time in the whole community: the change sequence needs it. A commit takes
   milliseconds (`failover.md` has the price of a second disk), so that tens to hundreds a second
   can be had. The table asks for fewer; an import of a large export waits with them in one line.
4. **Connections.** PostgreSQL takes 100 as it comes; each process opens {connections} at the most,
   six as a rule. Raise `max_connections`.
5. **The standby** reads what the primary writes: it needs the same disk, and each reader there the
   same memory as anywhere.

Large tables in parts (`data/SERVER.md`) make none of these better: they keep vacuuming, index
building and moving to another disk in pieces of bearable size.

A sharded PostgreSQL, a cluster of a vector engine, or several communities: `data/SERVER.md` says
what would change for each, and in which files.
"""


def sizing_page(unit: Units, load: Mapping[str, Any] | None, own: Mapping[str, Any]) -> str:
    """The page; `load`: what load.json holds, `own`: units.json."""
    usual, most = typical(unit)
    page = HEAD.format(
        source=unit.source,
        conditions=own["conditions"],
        least=unit.sizes[0],
        most=unit.sizes[1],
        disk=unit.disk / 1e3,
        indexes=unit.indexes / 1e3,
        empty=unit.empty / 1e6,
        resident=unit.resident / 1e3,
        fixed=unit.cpu[0],
        growth=_growth(unit),
        communities=len(unit.rates),
        rates=", ".join(f"{rate:.1f}" for rate in unit.rates),
        years=YEARS,
        active=ACTIVE,
        requests=REQUESTS,
        peak=PEAK,
        mix=", ".join(f"{100 * share:.0f} are {kind}" for kind, share in MIX.items()),
        used=USED,
    )
    page += NEEDS
    for people in PEOPLE:
        for rate in (usual, most):
            page += "| " + " | ".join(_cells(needs(unit, people, rate), rate, unit)) + " |\n"
    if load is not None and "steady" in load:
        steady = load["steady"]
        cost = 1e3 * steady["cores_used"] / steady["rate"]
        page += LOAD.format(
            rate=steady["rate"], minutes=steady["minutes"], cores=steady["cores_used"], ms=cost
        )
    return page + FOOT.format(
        memory_posts=(ONE_MACHINE - unit.empty) / unit.resident / 1e6,
        slow=_slow(unit),
        connections=CONNECTIONS,
    )


def _growth(unit: Units) -> str:
    grown = unit.cpu[1] * 1e5
    return f", and {grown:.1f} ms more for each 100,000 posts" if grown else ", at either size"


def _slow(unit: Units) -> str:
    if not unit.cpu[1]:
        return (
            f"Up to {unit.sizes[1]:,} posts that is not seen beside what a request takes anyhow, so"
            "\n   that the table counts none of it: measure at a larger size before you rely on it."
        )
    posts = (SLOW_MS - unit.cpu[0]) / unit.cpu[1] / 1e6
    return (
        f"From some {posts:.1f} million\n   posts one takes more than {SLOW_MS:.0f} ms of a core."
    )


def _cells(need: Need, rate: float, unit: Units) -> Iterator[str]:
    yield f"{need.people:,}"
    yield f"{rate:.1f}"
    yield f"{need.posts:,.0f}"
    yield f"{need.rate:.1f}"
    yield f"{need.writes:.2f}"
    yield f"{need.cpu_ms:.0f}"
    yield f"{need.processes:,}"
    for size in (need.process_bytes, need.memory, need.server_bytes, need.indexes):
        yield f"{size / GB:,.1f}"
    yield f"{need.connections:,}"
    yield ", ".join(_breaks(need)) or "nothing"


def _breaks(need: Need) -> Sequence[str]:
    """What one machine, or the way it is built, does not give any more, the worst first."""
    found = []
    if need.process_bytes > ONE_MACHINE:
        found.append("memory a process")
    if need.cpu_ms > SLOW_MS:
        found.append("time a request")
    if need.connections > 100:
        found.append("connections")
    return found
