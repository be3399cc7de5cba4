"""How many requests are best worked on at once: servers that differ in nothing else, by turns.

In: a database and numbers of slots. Out: for each the rate and the latencies of the same requests.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data.store import Store

from .load_figures import by_kind
from .load_plan import Drawing
from .load_run import Outcome, send, serving

CALLERS = 16
"""Who ask at once, as fast as they are answered: more than any number of slots that is sensible."""

ROUND = 100
"""Requests a server's turn. What else the machine does meets all servers about alike."""

ROUNDS = 8
PATIENT = "60"
"""Nobody is turned away here: it is about how long it takes."""


def slots(database: Path, numbers: Sequence[int], seed: int) -> dict[str, Any]:
    """The same requests to a server for each of `numbers`."""
    store = Store.open(f"sqlite:///{database}")
    drawing = Drawing(store, seed)
    store.close()
    warm_up = drawing.calls(ROUND, 1.0)
    rounds = [drawing.calls(ROUND, 1.0) for _ in range(ROUNDS)]
    outcomes: dict[int, list[Outcome]] = {number: [] for number in numbers}
    took = dict.fromkeys(numbers, 0.0)
    with ExitStack() as stack:
        servers = {}
        for number in numbers:
            settings = {"WHOKNOWS_CONCURRENCY": str(number), "WHOKNOWS_PATIENCE": PATIENT}
            servers[number] = stack.enter_context(serving(database, settings))
            list(send(servers[number].address, warm_up, CALLERS))
        for turn, calls in enumerate(rounds):
            for number in numbers if turn % 2 else reversed(numbers):
                found = list(send(servers[number].address, calls, CALLERS))
                outcomes[number] += found
                took[number] += max(one.due + one.latency for one in found)
    return {
        "callers": CALLERS,
        "tried": [
            {
                "slots": number,
                "rate": round(ROUND * ROUNDS / took[number], 1),
                "kinds": [asdict(kind) for kind in by_kind(outcomes[number])],
            }
            for number in numbers
        ],
    }
