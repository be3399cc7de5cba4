"""One task in a thread of its own, again and again, while the caller goes on.

In: a task that does whatever has become due. Out: its errors, at the caller's next word to it.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self


class Alongside:
    """Runs `task`, one run at a time; at the end of the block the last run has ended too."""

    def __init__(self, task: Callable[[], None]) -> None:
        self._task = task
        self._pool = ThreadPoolExecutor(1, "alongside")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def again(self) -> None:
        """Begin a run, as soon as the one before has ended: the caller is one run ahead at most.

        Raises
        ------
        Whatever the run before raised.
        """
        self._wait()
        self._last = self._pool.submit(self._task)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True)
        # An error of the caller's own came first and is the one to be told.
        if error is None:
            self._wait()

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()
