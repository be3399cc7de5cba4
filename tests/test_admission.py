"""Turns: never more in work than there are slots, whoever waits, gives up or goes away."""

import asyncio
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from api.admission import Lane
from api.errors import Problem

SHORT = 0.001

arrivals = st.lists(
    st.tuples(
        st.integers(0, 6),  # when it comes,
        st.integers(0, 5),  # how long the work takes,
        st.sampled_from(["stays", "stays", "hangs up", "is cancelled", "fails"]),
        st.integers(0, 6),  # and when it hangs up or is cancelled, in steps
    ),
    max_size=25,
)


def _request(gone: asyncio.Event) -> Request:
    async def receive() -> dict[str, str]:
        await gone.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": []}, receive)


async def _steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(SHORT / 10)


class Crowd:
    """Callers of one lane, and what became of each."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.at_once = self.most = 0
        self.became: list[str] = []

    async def come(self, begins: int, takes: int, how: str, ends: int) -> None:
        await _steps(begins)
        gone = asyncio.Event()
        working = asyncio.ensure_future(self._work(takes, how, gone))
        if how in ("hangs up", "is cancelled"):
            await _steps(ends)
            gone.set()
            if how == "is cancelled":
                working.cancel()
        try:
            await working
            self.became.append("done")
        except Problem as problem:
            self.became.append(str(problem.status))
        except asyncio.CancelledError:
            self.became.append("cancelled")
        except ZeroDivisionError:
            self.became.append("failed")

    async def _work(self, takes: int, how: str, gone: asyncio.Event) -> None:
        async with self.lane.turn(_request(gone)):
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            # A slot that was handed over counts before its taker goes on.
            assert self.at_once <= self.lane.in_work <= self.lane.slots
            try:
                await _steps(takes)
                if how == "fails":
                    raise ZeroDivisionError
            finally:
                self.at_once -= 1


@settings(max_examples=60, deadline=None)
@given(arrivals, st.integers(1, 4), st.integers(0, 5), st.sampled_from([SHORT, 1.0]))
def test_never_more_in_work_than_slots_and_nothing_stays(
    told: list[tuple[int, int, str, int]], slots: int, waiting: int, patience: float
) -> None:
    async def everybody() -> tuple[Lane, Crowd]:
        lane = Lane("read", slots, waiting, patience)
        crowd = Crowd(lane)
        await asyncio.gather(*(crowd.come(*one) for one in told))
        return lane, crowd

    lane, crowd = asyncio.run(everybody())
    assert crowd.most <= slots
    assert (lane.in_work, lane.queued) == (0, 0)
    assert len(crowd.became) == len(told)
    assert crowd.became.count("503") == lane.refused


def test_turns_come_in_order_of_arrival() -> None:
    async def run() -> list[int]:
        lane, order = Lane("read", 1, 9, 5.0), []

        async def one(number: int) -> None:
            async with lane.turn(_request(asyncio.Event())):
                order.append(number)
                await _steps(1)

        await asyncio.gather(*map(one, range(8)))
        return order

    assert asyncio.run(run()) == list(range(8))


def test_who_would_wait_too_long_is_refused_at_once_and_told_when_to_come() -> None:
    async def run() -> tuple[str, int]:
        lane, end = Lane("read", 1, 99, 5.0), asyncio.Event()

        async def one() -> None:
            async with lane.turn(_request(asyncio.Event())):
                await end.wait()

        lane._takes = 2.0
        working = [asyncio.ensure_future(one()) for _ in range(3)]
        await _steps(2)
        assert (lane.in_work, lane.queued) == (1, 2)
        # The fourth would wait for three of two seconds each.
        with pytest.raises(Problem) as refused:
            await one()
        assert lane.shedding
        end.set()
        await asyncio.gather(*working)
        headers = refused.value.headers or {}
        return headers["Retry-After"], refused.value.status

    assert asyncio.run(run()) == ("6", 503)


def test_what_is_expected_follows_what_it_took() -> None:
    async def run() -> list[float]:
        lane, seen = Lane("read", 1, 9, 60.0), []
        for takes in itertools.chain([0.02] * 60, [0.0] * 90):
            async with lane.turn(_request(asyncio.Event())):
                seen.append(lane.expected_wait())
                await asyncio.sleep(takes)
        return seen

    seen = asyncio.run(run())
    assert seen[0] == 0.0 and seen[60] >= 0.018
    assert seen[-1] < seen[60] / 2
