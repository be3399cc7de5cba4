"""Sizing is arithmetic on what was measured: doubled costs, doubled needs."""

from typing import Any

import pytest

from evaluation.benchmarks.failover_page import failover_page
from evaluation.benchmarks.sizing import needs, typical, units
from evaluation.benchmarks.sizing_page import sizing_page


def _slice(posts: int, cpu_ms: float) -> dict[str, Any]:
    kinds = {kind: {"cpu_ms": cpu_ms} for kind in ("feed", "similar by title", "who knows")}
    return {
        "made": {
            "posts": posts,
            "database_bytes": 7_000 * posts,
            "index_bytes": 2_000 * posts,
            "server_bytes": 14_000 * posts,
        },
        "measured": {"memory": {"asked": {"resident": 5e8 + 3_000 * posts}}, "1 callers": kinds},
    }


def _own() -> dict[str, Any]:
    return {
        "conditions": "here",
        "empty": {"resident": 5e8},
        "slices": [_slice(30_000, 12.0), _slice(10_000, 10.0)],
        "communities": {str(i): {"posts_a_year": rate} for i, rate in enumerate((4.0, 1.0, 2.0))},
    }


def test_units_are_those_of_the_largest_size_and_the_growth_up_to_it() -> None:
    unit = units(_own(), None)
    assert (unit.disk, unit.indexes, unit.resident) == (14e3, 2e3, 3e3)
    assert unit.cpu == pytest.approx((9.0, 1e-4)) and unit.sizes == (10_000, 30_000)
    assert typical(unit) == (2.0, 4.0)


def test_larger_measurements_come_first_where_there_are_any() -> None:
    scale = {"empty": {"resident": 5e8}, "slices": [_slice(10_000, 10.0), _slice(1_000_000, 20.0)]}
    unit = units(_own(), scale)
    assert unit.sizes == (10_000, 1_000_000) and unit.disk == 14e3
    assert unit.cpu[1] == pytest.approx(10 / 990_000)


def test_needs_follow_people_and_posts() -> None:
    unit = units(_own(), None)
    need = needs(unit, 10_000, 2.0)
    assert need.posts == 100_000 and need.cpu_ms == pytest.approx(19.0)
    # 3,000 people, 20 requests, a fifth of them in an hour.
    assert need.rate == pytest.approx(10_000 * 0.3 * 20 * 0.2 / 3600)
    assert need.process_bytes == pytest.approx(5e8 + 3e8) and need.server_bytes == 1.4e9
    assert need.processes == 2 and need.memory == 2 * need.process_bytes
    more = needs(unit, 1_000_000, 2.0)
    assert more.processes > 100 * need.rate * need.cpu_ms / 1e3


def test_the_page_says_what_breaks() -> None:
    load = {"steady": {"rate": 20.0, "minutes": 5.0, "cores_used": 0.6}}
    page = sizing_page(units(_own(), None), load, _own())
    assert "| 10,000 | 2.0 | 100,000 |" in page and "30 ms of a core a request" in page
    last = [line for line in page.splitlines() if line.startswith("| 1,000,000")][-1]
    assert "time a request" in last and "connections" in last


def test_the_page_of_fail_overs_tells_what_was_measured() -> None:
    once = {
        **dict.fromkeys(("acknowledged", "lost", "twice", "writes_refused", "reads"), 3),
        "reads_refused": 0,
        "rude": 0,
        "write_gap": 1.5,
        "read_gap": 0.2,
    }
    found = {"rounds": [once, once], "stale": [0.0, 0.1], "agree": True, "failures": []}
    page = failover_page({"standby": found}, (4, 2))
    assert "| the standby | 2 | 6 | 6 | 6 | 1.5 (1.5) | 0.2 (0.2) | 6 | 6 | 0 | 0 | yes |" in page
    assert "Price" not in page
    prices = {"commit_ms": {"local": [1.0, 1.0], "on": [2.0, 2.0]}, "seen_ms": [3.0]}
    assert "| `on` | and written to the standby's disk | 2.00 | 2.00 |" in failover_page(
        {"price": prices}, (4, 2)
    )
