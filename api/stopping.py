"""A long command that is stopped by SIGINT (Ctrl-C) or SIGTERM: at the next safe point, with one
sentence, and with 128 and the signal's number as the exit code.

Before its work has begun a signal ends the process at once. Then it raises `Stopped` in the main
thread: a transaction that is open is undone, what was committed stays. A second one that comes
later, to a process that is still tidying up, ends it as `kill -9` would, which loses nothing
either but may leave files that lie about until the next run.
"""

import atexit
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

KEPT = {
    "import": "What was taken in is kept; run the same command again to go on.",
    "learn": "What was learned before still holds; run the same command again to learn anew.",
    "replay": "What was asked is kept in the folder of --out, if it was given; run the same command"
    " again to go on.",
    "work": "What was read is kept; run the same command again to read the rest.",
}
"""The long commands, and what they say when they are stopped."""

OTHERWISE = "What was written before stays; run the command again to go on."

AGAIN = 1.0
"""Seconds in which a second signal is the same wish: `timeout` sends one to the process and one to
its group."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(KeyboardInterrupt):
    """The user, or whoever supervises the process, wants it to end; `signum` says how."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def sentence(command: str) -> str:
    """What is said when `command` was stopped."""
    return f"Stopped. {KEPT.get(command, OTHERWISE)}"


def exit_code(stop: KeyboardInterrupt) -> int:
    """128 and the number of the signal, as shells count; of Ctrl-C where nobody heeds signals."""
    return 128 + (stop.signum if isinstance(stop, Stopped) else signal.SIGINT)


class Stopping:
    """What this process knows of the wish that it end."""

    def __init__(self) -> None:
        self._command = ""
        self._begun = self._ended = False
        self._asked: tuple[int, float] | None = None

    def heed(self, command: str) -> None:
        """From now on, if it is a long one, end in good order at either signal.

        For the process's own main thread.
        """
        if command not in KEPT or command == self._command:
            return
        self._command = command
        for each in SIGNALS:
            # Who was started with a signal ignored, as by nohup, was meant to go on.
            if signal.getsignal(each) is not signal.SIG_IGN:
                signal.signal(each, self.stop)
        sys.unraisablehook = _unraisable
        # In its last moments the interpreter takes handlers away, and a signal would seem a crash.
        atexit.register(_ignore)

    @contextmanager
    def working(self) -> Iterator[None]:
        """The time in which there is something to undo, and somebody who says the sentence."""
        self._begun, self._ended = True, False
        try:
            yield
        finally:
            self._ended = True

    def check(self) -> None:
        """Raise `Stopped`, in whichever thread, if the wish was heard and work goes on.

        It may have been raised where Python lets nothing through, as in a finalizer.
        """
        if self._asked is not None:
            raise Stopped(self._asked[0])

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        now = time.monotonic()
        if self._asked is None:
            self._asked = signum, now
            if not self._begun:
                self._leave(signum)
            if not self._ended:
                raise Stopped(signum)
        elif now - self._asked[1] >= AGAIN:
            self._leave(signum)

    def _leave(self, signum: int) -> None:
        if not self._ended:
            os.write(2, f"{sentence(self._command)}\n".encode())
        os._exit(128 + signum)


STOPPING = Stopping()
"""The one of this process, whose signals they are."""


def _ignore() -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _unraisable(found: "sys.UnraisableHookArgs") -> None:
    if not isinstance(found.exc_value, Stopped):
        sys.__unraisablehook__(found)
