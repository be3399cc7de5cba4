"""How many requests are worked on at once, who waits, and who is told to come again.

In: requests about to be worked on, their bodies read. Out: a turn each, in order of arrival, or a
503 with `Retry-After` at once. Without it every request would be taken in, each would wait for
all before it, and under more load than can be carried nobody would be answered in time.

There are three lanes, so that no kind of request takes the others' places: what is read or
searched, single writes, imports. All methods run in the event loop.
"""

import asyncio
import math
import os
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from api.errors import Problem
from api.settings import Settings

LASTS = 2.0
"""Seconds after the last refusal for which the server counts as overloaded."""

LONGEST = 60
"""Seconds that a caller is told to wait at most: estimates are not better than that."""

RECENT = 0.05
"""The weight of the last request in what one is expected to take: the last twenty count. Begun
with nothing, so that a first one, slow because all is cold, turns nobody away."""


class Lane:
    """A bounded number of requests in work, and a bounded number that wait for at most so long.

    Parameters
    ----------
    slots : requests in work at once, at least 1.
    waiting : requests that may wait, at least 0.
    patience : seconds that a request waits at most; who is expected to wait longer is refused at
        once.
    """

    def __init__(self, name: str, slots: int, waiting: int, patience: float) -> None:
        self.name, self.slots, self.waiting, self.patience = name, slots, waiting, patience
        self.in_work = 0
        self.refused = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._takes = 0.0
        self._refused_at = -math.inf

    @property
    def queued(self) -> int:
        """How many wait."""
        return len(self._queue)

    @property
    def shedding(self) -> bool:
        """Whether somebody was refused within the last `LASTS` seconds."""
        return time.monotonic() - self._refused_at < LASTS

    def expected_wait(self) -> float:
        """Seconds that one more request would wait, by what the last ones took."""
        ahead = self.queued + 1 if self.in_work >= self.slots else 0
        return ahead * self._takes / self.slots

    def refuse_if_full(self) -> None:
        """Raise the 503 `Problem` that `turn` would raise now: before the body is read."""
        if self.in_work >= self.slots and (
            self.queued >= self.waiting or self.expected_wait() > self.patience
        ):
            raise self._refusal()

    @asynccontextmanager
    async def turn(self, request: Request) -> AsyncIterator[None]:
        """Wait for a turn, and hold it.

        Raises
        ------
        Problem : 503, it would be too long, or was; 400, the client went away while waiting.
        """
        self.refuse_if_full()
        if self.in_work < self.slots:
            self.in_work += 1
        else:
            await self._wait(request)
        begun = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - begun
            self._takes += (took - self._takes) * RECENT
            self._pass_on()

    async def _wait(self, request: Request) -> None:
        """Return when a slot was handed over; leave the queue in every other case."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        gone = asyncio.ensure_future(_hung_up(request))
        self._queue.append(turn)
        come = False
        try:
            await asyncio.wait(
                {turn, gone}, timeout=self.patience, return_when=asyncio.FIRST_COMPLETED
            )
            if gone.done():
                raise Problem(400, "The connection closed before its turn came.")
            if not turn.done():
                raise self._refusal()
            come = True
        finally:
            gone.cancel()
            if not turn.done():
                self._queue.remove(turn)
            elif not come:
                # It was handed over in the same moment.
                self._pass_on()

    def _pass_on(self) -> None:
        """Give a slot that became free to whoever waits longest."""
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self.in_work -= 1

    def _refusal(self) -> Problem:
        self.refused += 1
        self._refused_at = time.monotonic()
        seconds = min(max(math.ceil(self.expected_wait()), 1), LONGEST)
        return Problem(
            503,
            f"There is more to do than can be done in good time: try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )


async def _hung_up(request: Request) -> None:
    """Return when the client has gone; its body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


class Admission:
    """The lanes of one application.

    Searches and reads compete for one lock and the interpreter: more of them at once than there
    are cores make each slower and none sooner. A single write waits for the disk and must be
    durable and findable before it is acknowledged, so one lane holds them in order; an import may
    take minutes, beside which neither may stand.
    """

    def __init__(self, settings: Settings) -> None:
        slots = settings.concurrency or (os.cpu_count() or 1) + 1
        waiting, patience = settings.waiting, settings.patience
        self.reads = Lane("read", slots, waiting, patience)
        self.writes = Lane("write", 1, waiting, 5 * patience)
        self.imports = Lane("import", 1, 2, 30 * patience)
        self.lanes = (self.reads, self.writes, self.imports)

    @property
    def overloaded(self) -> bool:
        """Whether reads or writes are being refused; that a third import waits is no such thing."""
        return self.reads.shedding or self.writes.shedding


def admission_of(request: Request) -> Admission:
    """The lanes of the application that was asked."""
    admission: Admission = request.app.state.admission
    return admission
