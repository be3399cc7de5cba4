"""Who may use the processors now: what somebody waits for goes before work in bulk.

Bulk work is cut into steps of some 10 ms, and begins none while a single text is being encoded;
so a query is held up by the steps under way at most, however long an import takes. The same holds
while another process has something to do that somebody waits for, where that can be told.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# However many queries there are, an import goes on: by a step in this time at least.
LONGEST_WAIT_S = 0.25
# The same for another process, which may be busy all day: about what a low priority would give.
LONGEST_BEHIND_S = 0.1
LOOK_AGAIN_S = 0.002
# Who has just been answered often asks on; a step begun between would hold up the next answer.
QUIET_S = 0.01


class Precedence:
    """Lets what is urgent go first; shared by all encoders of a process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent = 0
        self._waits: Callable[[], bool] | None = None
        self._waited_at = -math.inf

    @contextmanager
    def behind(self, waits: Callable[[], bool]) -> Iterator[None]:
        """For the time of the block, give way too while `waits()`: another process is urgent."""
        before, self._waits = self._waits, waits
        try:
            yield
        finally:
            self._waits = before

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Hold back bulk steps that have not begun, for the time of the block."""
        with self._changed:
            self._urgent += 1
        try:
            yield
        finally:
            with self._changed:
                self._urgent -= 1
                if not self._urgent:
                    self._changed.notify_all()

    def give_way(self) -> None:
        """Wait before a bulk step until nothing is urgent, LONGEST_WAIT_S at most; and elsewhere,
        LONGEST_BEHIND_S at most."""
        # Read without the lock: a step too early costs some milliseconds, a lock in each more.
        if self._urgent:
            with self._changed:
                self._changed.wait_for(lambda: not self._urgent, LONGEST_WAIT_S)
        waits = self._waits
        if waits is None:
            return
        now = time.monotonic()
        ends = now + LONGEST_BEHIND_S
        while now < ends:
            if waits():
                self._waited_at = now
            elif now - self._waited_at >= QUIET_S:
                return
            time.sleep(LOOK_AGAIN_S)
            now = time.monotonic()


PRECEDENCE = Precedence()
"""The one of this process: the processors are the same for all encoders."""
