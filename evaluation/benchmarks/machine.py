"""How fast the machine is at a moment: a shared one is not the same at each."""

import os
import time

import numpy as np

_ROUNDS = 5


def load() -> float:
    """How many processes wanted to run on the cores, over the last minute."""
    return round(os.getloadavg()[0], 2)


def yardstick() -> float:
    """Milliseconds of a fixed piece of work, half Python and half numpy; median of five.

    Where it differs between two measurements, so did the machine.
    """
    table = np.arange(2_000_000, dtype=np.float32)
    spent = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        total = 0
        for number in range(200_000):
            total += number % 7
        for _ in range(10):
            np.sqrt(table).sum()
        spent.append(1e3 * (time.perf_counter() - begun))
    return round(float(np.median(spent)), 1)
