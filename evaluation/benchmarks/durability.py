"""What a commit costs by when it is acknowledged, and how soon a standby shows it.

In: a streaming pair. Out: milliseconds; the settings take turns on the same pair, write by write,
so that what else the machine does meets all of them alike.
"""

import time
from collections.abc import Mapping, Sequence

import numpy as np

from data.models import Post
from data.store import Store

from .failover_load import START
from .streaming import Pair

PROMISES: Mapping[str, str] = {
    "local": "written to the primary's disk",
    "remote_write": "and the standby's machine has it in memory",
    "on": "and written to the standby's disk",
    "remote_apply": "and the standby's readers see it",
}
"""Values of synchronous_commit, and when a write is then acknowledged."""


def commit_times(pair: Pair, count: int) -> dict[str, Sequence[float]]:
    """Milliseconds that each of `count` writes of one post took, by promise."""
    spent: dict[str, list[float]] = {promise: [] for promise in PROMISES}
    stores = {
        promise: Store.open(f"{pair.url()}&options=-csynchronous_commit%3D{promise}")
        for promise in PROMISES
    }
    for number in range(-5, count):
        for promise, store in stores.items():
            begun = time.perf_counter()
            store.apply([Post(f"price-{promise}-{number}", "price", START, "glass")])
            # The first ones open connections.
            if number >= 0:
                spent[promise].append(1e3 * (time.perf_counter() - begun))
    for store in stores.values():
        store.close()
    return {promise: np.array(times).tolist() for promise, times in spent.items()}


def seen_after(pair: Pair, count: int) -> list[float]:
    """Milliseconds from the acknowledgement of each of `count` writes to its being on the standby.

    Acknowledged as the pair's settings say.
    """
    waited = []
    writer, reader = Store.open(pair.primary.url()), Store.open(pair.standby.url())
    for number in range(count):
        writer.apply([Post(f"seen-{number}", "price", START, "glass")])
        begun, wanted = time.perf_counter(), writer.seq()
        while reader.seq() < wanted:
            time.sleep(0.0005)
        waited.append(1e3 * (time.perf_counter() - begun))
    writer.close()
    reader.close()
    return waited
