"""Who may use the processors now: what somebody waits for goes before work in bulk.

Bulk work is cut into steps of some 10 ms, and begins none while a single text is being encoded;
so a query is held up by the steps under way at most, however long an import takes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# However many queries there are, an import goes on: by a step in this time at least.
LONGEST_WAIT_S = 0.25


class Precedence:
    """Lets what is urgent go first; shared by all encoders of a process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent = 0

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
        """Wait before a bulk step until nothing is urgent, LONGEST_WAIT_S at most."""
        # Read without the lock: a step too early costs some milliseconds, a lock in each more.
        if self._urgent:
            with self._changed:
                self._changed.wait_for(lambda: not self._urgent, LONGEST_WAIT_S)


PRECEDENCE = Precedence()
"""The one of this process: the processors are the same for all encoders."""
