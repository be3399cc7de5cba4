"""What outcomes of a load say: by kind, in all, and the growth of memory. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .load_run import Outcome

QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request. `ms`: the `QUANTILES` of the answered ones' latencies."""

    name: str
    count: int
    answered: int
    shed: int
    failed: int
    ms: tuple[float, ...]


def of_kind(name: str, outcomes: Sequence[Outcome]) -> Kind:
    """The figures of `outcomes`; latencies are NaN where nothing was answered."""
    answered = [1e3 * outcome.latency for outcome in outcomes if outcome.answered]
    shed = sum(outcome.shed for outcome in outcomes)
    ms = np.quantile(answered, QUANTILES) if answered else np.full(len(QUANTILES), np.nan)
    return Kind(
        name,
        len(outcomes),
        len(answered),
        shed,
        len(outcomes) - len(answered) - shed,
        tuple(round(float(value), 1) for value in ms),
    )


def by_kind(outcomes: Sequence[Outcome]) -> list[Kind]:
    """The figures of each kind there is, the commonest first, then of all."""
    names = sorted({outcome.kind for outcome in outcomes})
    kinds = [of_kind(name, [o for o in outcomes if o.kind == name]) for name in names]
    kinds.sort(key=lambda kind: -kind.count)
    return [*kinds, of_kind("all", outcomes)]


def goodput(outcomes: Sequence[Outcome], seconds: float) -> float:
    """Planned requests a second that were answered, of those due within the first `seconds`."""
    return sum(o.answered and o.planned for o in outcomes if o.due < seconds) / seconds


def recovery(outcomes: Sequence[Outcome], start: float, usual: float) -> float:
    """Seconds after `start` from which on nothing was refused, failed, or took longer than `usual`
    seconds; 0 where that was so from the start."""
    late = [
        o.due - start for o in outcomes if o.due >= start and (not o.answered or o.latency > usual)
    ]
    return max(late, default=0.0)


def growth(counts: Sequence[int], resident: Sequence[int]) -> float:
    """Bytes a request by which memory grew, fitted to the later half of the measured points.

    The first half is left out: what is remembered up to a bound fills up there.
    """
    half = len(counts) // 2
    return float(np.polyfit(counts[half:], resident[half:], 1)[0])
