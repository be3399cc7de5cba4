"""First meetings in a history: who would have been a good peer, as it turned out.

Two people meet when both have posted in one thread. In: a history's roots and replies. Out:
questions "whom will this person meet within 60 days whom they have not met yet?", each asked at a
moment of the window, with the truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from evaluation.protocol import Split, evenly

AHEAD = timedelta(days=60)
"""How far ahead a first meeting counts."""

STEP = timedelta(days=30)
"""Moments are so far apart."""

NEW_BELOW = 5
"""Threads taken part in, below which somebody is new (PROTOCOL.md)."""


@dataclass(frozen=True, slots=True)
class MeetingQuery:
    """`relevant` are the people whom `person` first meets within AHEAD of `at`.

    `met` were met before. `threads`: those that the person had taken part in.
    """

    person: str
    at: datetime
    met: frozenset[str]
    relevant: frozenset[str]
    threads: int

    @property
    def id(self) -> str:
        """One of a person and moment."""
        return f"{self.person} {self.at.isoformat()}"


def meetings(parts: Split, starts: datetime, ends: datetime, most: int) -> tuple[MeetingQuery, ...]:
    """At most `most` questions between `starts` and `ends`, drawn evenly; sorted by time.

    Asked of everybody who took part before the moment and meets somebody known within AHEAD.
    """
    first = _meetings(_threads(parts))
    began = _began(parts)
    found = []
    moment = starts
    while moment + AHEAD <= ends:
        for person, others in sorted(first.items()):
            known = [time for time in began[person] if time < moment]
            if not known:
                continue
            met = frozenset(other for other, at in others.items() if at < moment)
            new = frozenset(
                other
                for other, at in others.items()
                if moment <= at < moment + AHEAD and min(began[other]) < moment
            )
            if new:
                found.append(MeetingQuery(person, moment, met, new, len(known)))
        moment += STEP
    return evenly(found, most)


def _parts(parts: Split) -> Iterator[tuple[str, str, datetime]]:
    """Who posted in which thread when."""
    for root in parts.roots:
        if root.author is not None and not root.anonymous:
            yield root.id, root.author, root.created
    for reply in parts.replies:
        yield reply.root.id, reply.person, reply.post.created


def _threads(parts: Split) -> dict[str, dict[str, datetime]]:
    """By thread, since when each person is in it."""
    threads: dict[str, dict[str, datetime]] = {}
    for thread, person, time in _parts(parts):
        there = threads.setdefault(thread, {})
        there[person] = min(time, there.get(person, time))
    return threads


def _began(parts: Split) -> dict[str, list[datetime]]:
    """By person, when they came into each of their threads."""
    times: dict[str, list[datetime]] = {}
    for there in _threads(parts).values():
        for person, time in there.items():
            times.setdefault(person, []).append(time)
    return times


def _meetings(threads: dict[str, dict[str, datetime]]) -> dict[str, dict[str, datetime]]:
    """By person, when they first met each other one: when the later of both came."""
    first: dict[str, dict[str, datetime]] = {}
    for there in threads.values():
        for one, since in there.items():
            for other, time in there.items():
                if one != other:
                    met = max(since, time)
                    known = first.setdefault(one, {})
                    known[other] = min(met, known.get(other, met))
    return first
