"""Who works on one SQLite file in bulk, and who is not to wait for it: locks beside the file.

A lock goes with the process that holds it, however that ends. They only save time: where a system
or a file system has none, two processes may read the same texts, and whoever writes a single post
may wait for several transactions of an import.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LONGEST_WAIT_S = 0.25
"""However much others wait for, an import goes on: by a transaction in this time."""

LOOK_AGAIN_S = 0.002


class Precedence:
    """Locks on the database at `path` (None: there are none), and how this process stands to it.

    They are files of their own: closing the database's would let go of SQLite's locks on it.
    """

    def __init__(self, path: Path | None) -> None:
        usable = path if fcntl is not None else None
        self._at_work = usable and usable.with_name(f"{usable.name}.at-work")
        self._urgent = usable and usable.with_name(f"{usable.name}.urgent")
        self._in_bulk = 0

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        """Be a process that reads texts in bulk, one of any number, and gives way to others."""
        self._in_bulk += 1
        try:
            with _shared(self._at_work):
                yield
        finally:
            self._in_bulk -= 1

    def bulk_elsewhere(self) -> bool:
        """Whether another process works in bulk, and this one does not."""
        return not self._in_bulk and _taken(self._at_work)

    @contextmanager
    def waited_for(self) -> Iterator[None]:
        """Around what somebody waits for: an answer, a single write."""
        # Who looks holds it for a moment, and is not waited for, should it be halted just then.
        with _shared(self._urgent, at_once=True):
            yield

    def somebody_waits(self) -> bool:
        """Whether any process is at something that is `waited_for`."""
        return _taken(self._urgent)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Around a transaction that writes: one in bulk begins when nobody else waits for it.

        SQLite asks for its lock again and again, ever more rarely, so that a process which lets go
        of it for a moment gets it back before all others.
        """
        if not self._in_bulk:
            with self.waited_for():
                yield
            return
        ends = time.monotonic() + LONGEST_WAIT_S
        while self.somebody_waits() and time.monotonic() < ends:
            time.sleep(LOOK_AGAIN_S)
        yield


@contextmanager
def _shared(path: Path | None, *, at_once: bool = False) -> Iterator[None]:
    if path is None:
        yield
        return
    file = None
    # Where it cannot be had, nobody is told.
    with suppress(OSError):
        file = path.open("ab")
        fcntl.flock(file, fcntl.LOCK_SH | (fcntl.LOCK_NB if at_once else 0))
    try:
        yield
    finally:
        if file is not None:
            file.close()


def _taken(path: Path | None) -> bool:
    if path is None:
        return False
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
