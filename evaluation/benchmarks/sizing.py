"""How much machine for how many people: unit costs that were measured, times stated assumptions.

Run: `python -m evaluation.benchmarks.sizing --out evaluation/results/sizing.md`. Reads units.json
(`evaluation.benchmarks.units`) and, where it is there, scale.json (`evaluation.benchmarks.scale`),
whose costs are of larger sizes and come first.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

RESULTS = Path("evaluation/results")

PEOPLE = (10_000, 100_000, 1_000_000)
YEARS = 5.0
"""Of posts that are kept."""

ACTIVE = 0.3
"""Share of the people who open it on a working day."""

REQUESTS = 20.0
"""Of each of them that day."""

PEAK = 0.2
"""Share of the day's requests that come in its busiest hour."""

MIX: Mapping[str, float] = {"feed": 0.7, "similar by title": 0.2, "who knows": 0.09}
"""Shares of the kinds of requests; the rest are writes."""

USED = 0.6
"""Share of a core that may be used in the busiest hour: beyond it, waiting grows fast."""

CONNECTIONS = 26
"""That one process opens to PostgreSQL at most: its two pools, five and one as a rule."""


@dataclass(frozen=True, slots=True)
class Units:
    """What was measured. Bytes; milliseconds of processor time.

    `disk`, `indexes`: bytes a post on PostgreSQL and of a process's snapshots. `empty`: of a
    process without posts. `resident`: of memory a post beside it. `cpu`: of a request of the mix
    (at no posts, growth a post). `sizes`: posts of what was measured, least and most. `rates`:
    posts a person and year, of each community, in order.
    """

    disk: float
    indexes: float
    empty: float
    resident: float
    cpu: tuple[float, float]
    sizes: tuple[int, int]
    rates: tuple[float, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Need:
    """What so many people need. `rate`: requests a second in the busiest hour."""

    people: int
    posts: float
    rate: float
    writes: float
    cpu_ms: float
    processes: int
    process_bytes: float
    server_bytes: float
    indexes: float

    @property
    def memory(self) -> float:
        """Bytes of all processes together."""
        return self.processes * self.process_bytes

    @property
    def connections(self) -> int:
        """To PostgreSQL at most."""
        return self.processes * CONNECTIONS


def units(own: Mapping[str, Any], scale: Mapping[str, Any] | None) -> Units:
    """Unit costs of the two files; of the largest slice, growth between least and largest."""
    told = scale or own
    slices: Sequence[Mapping[str, Any]] = sorted(told["slices"], key=lambda s: s["made"]["posts"])
    first, last = slices[0], slices[-1]
    posts = [one["made"]["posts"] for one in (first, last)]
    mixed = [_mixed(one) for one in (first, last)]
    growth = max((mixed[1] - mixed[0]) / max(posts[1] - posts[0], 1), 0.0)
    pages = max((one["made"] for one in own["slices"]), key=lambda made: int(made["posts"]))
    resident = last["measured"]["memory"]["asked"]["resident"] - told["empty"]["resident"]
    return Units(
        disk=pages["server_bytes"] / pages["posts"],
        indexes=last["made"]["index_bytes"] / posts[1],
        empty=float(told["empty"]["resident"]),
        resident=max(resident, 0) / posts[1],
        cpu=(max(mixed[1] - growth * posts[1], 0.0), growth),
        sizes=(posts[0], posts[1]),
        rates=tuple(sorted(c["posts_a_year"] for c in own["communities"].values())),
        source="`scale.json` and `units.json`" if scale else "`units.json`",
    )


def _mixed(one: Mapping[str, Any]) -> float:
    """Milliseconds of a mean request; a write counts as the dearest kind."""
    costs = {kind: float(one["measured"]["1 callers"][kind]["cpu_ms"]) for kind in MIX}
    rest = 1 - sum(MIX.values())
    return sum(MIX[kind] * cost for kind, cost in costs.items()) + rest * max(costs.values())


def needs(unit: Units, people: int, rate: float) -> Need:
    """What `people` need who write `rate` posts a person and year each."""
    posts = people * rate * YEARS
    asked = people * ACTIVE * REQUESTS * PEAK / 3600
    cpu_ms = unit.cpu[0] + unit.cpu[1] * posts
    return Need(
        people=people,
        posts=posts,
        rate=asked,
        writes=asked * (1 - sum(MIX.values())),
        cpu_ms=cpu_ms,
        processes=max(math.ceil(asked * cpu_ms / 1e3 / USED), 2),
        process_bytes=unit.empty + unit.resident * posts,
        server_bytes=unit.disk * posts,
        indexes=unit.indexes * posts,
    )


def typical(unit: Units) -> tuple[float, float]:
    """Posts a person and year: the median of the communities, and the busiest one."""
    return float(np.median(unit.rates)), unit.rates[-1]


def main() -> None:
    """Print the page, and keep it where asked."""
    from .sizing_page import sizing_page

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures lie")
    parser.add_argument("--out", type=Path, help="file of the page")
    asked = parser.parse_args()
    own = orjson.loads((asked.results / "units.json").read_bytes())
    scale_file, load_file = asked.results / "scale.json", asked.results / "load.json"
    scale = orjson.loads(scale_file.read_bytes()) if scale_file.exists() else None
    load = orjson.loads(load_file.read_bytes()) if load_file.exists() else None
    page = sizing_page(units(own, scale), load, own)
    print(page)
    if asked.out is not None:
        asked.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
