"""A search beside the rest of an answer: in a thread of its own, on the other processor.

Searching vectors is numpy's and numkong's work, which lets other threads run meanwhile. Answers are
given one at a time (`following.Following`), so one thread is enough, and it never keeps another
caller waiting.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Found = TypeVar("Found")

_POOL = ThreadPoolExecutor(1, "searching")


def begun(work: Callable[[], Found]) -> Callable[[], Found]:
    """Begin `work`; what is returned waits for what it gives. Where there is one processor, that
    is when it is done."""
    if (os.cpu_count() or 1) < 2:
        return work
    return _POOL.submit(work).result


def done(work: Callable[[], Found]) -> Callable[[], Found]:
    """As `begun`, of what is done in this thread, now."""
    found = work()
    return lambda: found
