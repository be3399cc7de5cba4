"""Whether another process reads texts in bulk for one SQLite file: a lock beside it.

The lock goes with the process that holds it, however that ends. It only saves work: where a
system or a file system has none, two processes may read the same texts.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class BulkLock:
    """The lock of the database at `path`; held by any number of processes that read in bulk.

    It is a file of its own: closing the database's would let go of SQLite's locks on it.
    """

    def __init__(self, path: Path | None) -> None:
        usable = fcntl is not None and path is not None
        self._file = path.with_name(f"{path.name}.at-work") if usable and path else None
        self._held = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be one who reads in bulk."""
        file = None
        if self._file is not None:
            # Where it cannot be had, nobody is told.
            with suppress(OSError):
                file = self._file.open("ab")
                fcntl.flock(file, fcntl.LOCK_SH)
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            if file is not None:
                file.close()

    def elsewhere(self) -> bool:
        """Whether another process holds it, and this one does not."""
        if self._held or self._file is None:
            return False
        try:
            with self._file.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False
