"""What a monitor is told of the index, without waiting for whoever works with it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from data.errors import StoreError

if TYPE_CHECKING:
    from recommender.engine import Engine

WAITS = 1.0
"""Seconds that a monitor is kept waiting; they usually give up after one to five."""


class Standing:
    """The engine's status, asked for in a thread of its own: one question at a time, however many
    monitors wait for the answer."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._asking: asyncio.Future[Mapping[str, Any] | StoreError] | None = None
        self.last: Mapping[str, Any] | None = None
        """The newest status that is known."""

    async def ask(self) -> Mapping[str, Any] | None:
        """The status of now; None where the engine is held for longer than a monitor waits.

        Raises
        ------
        StoreError : the database cannot be reached.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._status())
        # Who waited as well and is back sooner may have asked anew by then.
        asking = self._asking
        done, _ = await asyncio.wait({asking}, timeout=WAITS)
        found = asking.result() if done else None
        if isinstance(found, StoreError):
            raise found
        return found

    async def _status(self) -> Mapping[str, Any] | StoreError:
        own = anyio.CapacityLimiter(1)
        try:
            status = await anyio.to_thread.run_sync(self._engine.status, limiter=own)
        except StoreError as error:
            # Raised for whoever still waits for it; perhaps nobody does.
            return error
        self.last = status
        return status
