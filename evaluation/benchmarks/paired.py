"""Ways to answer the same questions, asked in turns, so that other load on the machine hits all.

In: named functions, and what to ask them. Out: seconds a question and way, ratios with intervals.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ..significance import SEED

Q = TypeVar("Q")
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

BLOCK = 10
"""Questions that one way is asked before the next has its turn: long enough for its own data to be
in the processor's caches as they would be in use, short enough that all meet the same load."""

RESAMPLES = 2_000

BATCH = 1_000
"""Rows that an engine takes in at a time."""


class Filling(Protocol):
    """What rows with items are put into."""

    def add(self, rows: Rows, items: Any, /) -> None:
        """Take in new rows; none comes twice."""
        ...

    def finish(self) -> None:
        """Do what is done once after a bulk of rows."""
        ...


class Unsupported(Exception):
    """An engine cannot do what was asked of it; `str` says why."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of ratios a question, and the bounds that hold it with 95 % confidence."""

    median: float
    low: float
    high: float


def interleaved(
    ways: Mapping[str, Callable[[Q], object]],
    asked: Sequence[Q],
    patience: float,
    block: int = BLOCK,
    warm: bool = True,
) -> dict[str, Floats]:
    """Seconds (len(asked),) that each way took for each question, nan where it was not asked.

    The ways take turns of `block` questions, another first each time; if `warm`, a way is asked
    the first of its turn once before, which is not counted. A way that has taken `patience`
    seconds is asked nothing more.
    """
    seconds = {name: np.full(len(asked), np.nan) for name in ways}
    names = list(ways)
    for turn, start in enumerate(range(0, len(asked), block)):
        part = asked[start : start + block]
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            ask, spent = ways[name], seconds[name]
            if np.nansum(spent) >= patience:
                continue
            if warm:
                ask(part[0])
            for place, one in enumerate(part, start):
                begun = time.perf_counter()
                ask(one)
                spent[place] = time.perf_counter() - begun
    return seconds


def ratio(seconds: Floats, base: Floats) -> Ratio | None:
    """How many times as long as `base` it took, by the questions that both were asked.

    The interval is the percentile bootstrap's of the median (Efron 1979). None where they share
    no question.
    """
    both = ~np.isnan(seconds) & ~np.isnan(base)
    if not both.any():
        return None
    ratios = seconds[both] / base[both]
    draws = np.random.default_rng(SEED).integers(0, len(ratios), (RESAMPLES, len(ratios)))
    low, high = np.quantile(np.median(ratios[draws], axis=1), [0.025, 0.975])
    return Ratio(float(np.median(ratios)), float(low), float(high))


def against(seconds: Mapping[str, Floats], ours: str) -> dict[str, dict[str, object]]:
    """By way: median and 95th percentile in milliseconds, and the ratio to the way `ours`."""
    found: dict[str, dict[str, object]] = {}
    for name, spent in seconds.items():
        asked = spent[~np.isnan(spent)]
        compared = ratio(spent, seconds[ours]) if ours in seconds else None
        found[name] = {
            "asked": len(asked),
            "p50_ms": 1e3 * float(np.median(asked)),
            "p95_ms": 1e3 * float(np.quantile(asked, 0.95)),
            "times_ours": None if compared is None else asdict(compared),
        }
    return found


def fill(engines: Mapping[str, Filling], items: Any, ours: str) -> dict[str, dict[str, float]]:
    """Fill all engines with `items`, which can be cut, in turns of `BATCH` rows; how long it took.

    By engine: rows a second, and how many times the time of `ours`.
    """
    spent = dict.fromkeys(engines, 0.0)
    for start in range(0, len(items), BATCH):
        part = items[start : start + BATCH]
        rows = np.arange(start, start + len(part))
        for name, engine in engines.items():
            begun = time.perf_counter()
            engine.add(rows, part)
            spent[name] += time.perf_counter() - begun
    for name, engine in engines.items():
        begun = time.perf_counter()
        engine.finish()
        spent[name] += time.perf_counter() - begun
    return {
        name: {"per_second": len(items) / seconds, "times_ours": seconds / spent[ours]}
        for name, seconds in spent.items()
    }
