"""The four things that a load is to show: a steady rate, the highest one, overload, flat memory.

In: a database and a rate. Out: for each a dictionary of figures, as the page tells them.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data.store import Store

from .load_figures import by_kind, goodput, growth, of_kind, recovery
from .load_plan import Call, Drawing
from .load_run import Outcome, Served, send, serving
from .load_watch import Look, watching

WARM_UP = 200
"""Requests before anything is measured."""

TRIAL_S = 20.0
"""Seconds that each rate is tried for in looking for the highest one."""

GAP_S = 3.0
"""Seconds between two trials: what the one left undone must not burden the next."""

STEP = 1.15
"""The factor between two rates that are tried."""

TIMES = 3
"""Overload: so many times the highest rate that can be carried."""

AFTER_S = 30.0
"""Seconds of half the highest rate, after an overload, in which normality must return."""

EVERY = 10_000
"""Requests between two looks at the memory."""

CALLERS = 3
"""Who ask as fast as they are answered, where it is not about latency: all are in work."""

MB = 2**20

Settings = Mapping[str, str]
Say = Callable[[str], None]


def _drawing(database: Path, seed: int) -> Drawing:
    store = Store.open(f"sqlite:///{database}")
    try:
        return Drawing(store, seed)
    finally:
        store.close()


def _at(served: Served, calls: Sequence[Call]) -> list[Outcome]:
    return list(send(served.address, calls))


def steady(database: Path, rate: float, minutes: float, seed: int) -> dict[str, Any]:
    """`minutes` of `rate` requests a second."""
    drawing, seconds = _drawing(database, seed), 60 * minutes
    with serving(database) as served:
        list(send(served.address, drawing.calls(CALLERS, WARM_UP / CALLERS), CALLERS))
        used, begun = served.processor_seconds(), time.perf_counter()
        outcomes = _at(served, drawing.calls(rate, seconds))
        took = time.perf_counter() - begun
        return {
            "rate": rate,
            "minutes": minutes,
            "kinds": [asdict(kind) for kind in by_kind(outcomes)],
            "cores_used": round((served.processor_seconds() - used) / took, 2),
            "resident_mb": served.resident() // MB,
            "threads": served.threads(),
        }


def highest(served: Served, drawing: Drawing, first: float, say: Say) -> tuple[float, float]:
    """The highest rate tried at which `TRIAL_S` seconds pass without an error, and its p99 in
    milliseconds; zeros if there is none.

    Upwards from `first` in factors of `STEP`, downwards where `first` is too much already.
    """
    best, rate, upwards = (0.0, 0.0), first, True
    while rate >= 1.0:
        outcomes = _at(served, drawing.calls(rate, TRIAL_S))
        every = of_kind("all", outcomes)
        sound = every.answered == every.count
        say(
            f"{rate:.1f} a second: {every.answered} of {every.count} answered, p99 {every.ms[2]} ms"
        )
        if sound and not upwards:
            return rate, every.ms[2]
        if sound:
            best, rate = (rate, every.ms[2]), rate * STEP
        elif best[0]:
            return best
        else:
            rate, upwards = rate / STEP, False
        time.sleep(GAP_S)
    return best


def capacity(database: Path, first: float, seed: int, say: Say) -> dict[str, Any]:
    """The highest rate without an error."""
    drawing = _drawing(database, seed)
    with serving(database) as served:
        list(send(served.address, drawing.calls(CALLERS, WARM_UP / CALLERS), CALLERS))
        rate, p99_ms = highest(served, drawing, first, say)
        return {"rate": round(rate, 1), "p99_ms": p99_ms, "trial_s": TRIAL_S}


def overload(database: Path, first: float, minutes: float, seed: int, say: Say) -> dict[str, Any]:
    """`minutes` at `TIMES` the highest rate, found first; then `AFTER_S` at half of it."""
    drawing, seconds = _drawing(database, seed), 60 * minutes
    with serving(database) as served:
        list(send(served.address, drawing.calls(CALLERS, WARM_UP / CALLERS), CALLERS))
        rate, _ = highest(served, drawing, first, say)
        if not rate:
            raise ValueError("no rate from 1 a second on was answered without an error")
        time.sleep(GAP_S)
        before = of_kind("all", _at(served, drawing.calls(rate / 2, TRIAL_S)))
        storm = drawing.calls(TIMES * rate, seconds)
        calm = drawing.calls(rate / 2, AFTER_S)
        with watching(served.address) as seen:
            outcomes = _at(served, [*storm, *_later(calm, seconds)])
        during = [o for o in outcomes if o.due < seconds]
        after = [o for o in outcomes if o.due >= seconds]
        usual = 2 * before.ms[2] / 1e3
        return {
            "highest": round(rate, 1),
            "rate": round(TIMES * rate, 1),
            "minutes": minutes,
            "kinds": [asdict(kind) for kind in by_kind(during)],
            "goodput": round(goodput(during, seconds), 1),
            "before": asdict(before),
            "after": asdict(of_kind("all", after)),
            "recovery_s": round(recovery(outcomes, seconds, usual), 1),
            **_standing(seen, seconds),
            "resident_mb": served.resident() // MB,
        }


def _standing(seen: Sequence[Look], end: float) -> dict[str, Any]:
    """What a monitor saw of an overload that lasted until `end`; None where it did not come."""
    unready = [look.at for look in seen if look.ready == 503]
    again = [look.at for look in seen if look.ready == 200 and look.at > max(unready, default=0.0)]
    return {
        "unready_from_s": round(min(unready), 1) if unready else None,
        "ready_again_s": round(min(again) - end, 1) if again else None,
        "polls": len(seen),
        "lively": sum(look.live == 200 for look in seen),
        "slowest_ms": round(1e3 * max((look.took for look in seen), default=0.0), 1),
    }


def _later(calls: Sequence[Call], by: float) -> list[Call]:
    return [
        Call(call.at + by, call.kind, call.method, call.path, call.body, call.more)
        for call in calls
    ]


def memory(database: Path, count: int, seed: int, say: Say) -> dict[str, Any]:
    """What the server holds while it answers `count` requests, as fast as it can."""
    drawing, points = _drawing(database, seed), []
    with serving(database) as served:
        calls = drawing.calls(100.0, math.ceil(count / 100))
        begun, failed = time.perf_counter(), 0
        for done, outcome in enumerate(send(served.address, calls, CALLERS), start=1):
            failed += not outcome.answered
            if done == 1 or done % EVERY == 0:
                points.append((done, served.resident()))
                say(f"{done} requests: {points[-1][1] / MB:.0f} MB, {served.threads()} threads")
        took = time.perf_counter() - begun
    counts, resident = zip(*points, strict=True)
    return {
        "requests": len(calls),
        "failed": failed,
        "rate": round(len(calls) / took, 1),
        "points": [[done, round(held / MB, 1)] for done, held in points],
        "bytes_a_request": round(growth(counts, resident), 1),
    }
