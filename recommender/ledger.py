"""Who joined threads when and where: activity as of any moment, for any viewer's eyes.

Somebody joins a thread by their first reply in it, unless it is a comment, anonymous, or the
thread their own.
Sums of decayed counts stand ready per (person, place, access class) at a reference time, from
which any later moment is one multiplication; what came since is added one by one. A moment
before the reference is summed from the events themselves.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Flags, Ints, counted, decayed

Floats = npt.NDArray[np.float64]

HALF_LIVES = (14.0, 60.0, 90.0)
"""Days; 14 and 60 are PROTOCOL.md's, 90 the votes' and the places'."""

HORIZON = 40.0
"""Half-lives after which an event weighs less than 1e-12 and is left out."""

TAIL = 2_000
"""Events that are added one by one before the sums are made anew."""


@dataclass(frozen=True, slots=True)
class Events:
    """Joinings in order of time: when (microseconds), by whom, where, and the access class."""

    time: Ints
    person: Ints
    place: Ints
    access: Ints

    def part(self, chosen: Flags | Ints | slice) -> "Events":
        """Those of `chosen`."""
        return Events(
            self.time[chosen], self.person[chosen], self.place[chosen], self.access[chosen]
        )


@dataclass(frozen=True, slots=True)
class Activity:
    """Per person (index: key): decayed counts by half-life, all joinings, first and last time.

    Times are 0 where a person never joined.
    """

    decayed: dict[float, Floats]
    joined: Floats
    first: Ints
    last: Ints


class Ledger:
    """The replies of a community. See the module's text for how it answers."""

    def __init__(self, events: Events) -> None:
        self._tail: list[tuple[int, int, int, int]] = []
        self._close(events)

    def _close(self, events: Events) -> None:
        """Make `events` the base, and sum it up per (place, access, person)."""
        base = self._base = events.part(np.lexsort((events.person, events.time)))
        keys = np.stack([base.place, base.access, base.person], axis=1)
        self._pairs, inverse = np.unique(keys, axis=0, return_inverse=True)
        inverse = inverse.reshape(-1)
        count = len(self._pairs)
        self._reference = int(base.time[-1]) if len(base.time) else 0
        age = self._reference - base.time
        self._sums = {h: counted(inverse, decayed(age, h), minlength=count) for h in HALF_LIVES}
        self._counts = counted(inverse, minlength=count)
        self._first = np.zeros(count, np.int64)
        self._last = np.zeros(count, np.int64)
        # Of several assignments to one place the last holds, and the events are in order.
        self._first[inverse[::-1]] = base.time[::-1]
        self._last[inverse] = base.time

    def add(self, time: int, person: int, place: int, access: int) -> None:
        """Take in one more reply, of any time."""
        self._tail.append((time, person, place, access))
        if len(self._tail) >= TAIL:
            base, tail = self._base, np.array(self._tail, dtype=np.int64)
            joined = Events(
                np.concatenate([base.time, tail[:, 0]]),
                np.concatenate([base.person, tail[:, 1]]),
                np.concatenate([base.place, tail[:, 2]]),
                np.concatenate([base.access, tail[:, 3]]),
            )
            self._tail = []
            self._close(joined)

    def at(self, moment: int, readable: Flags, people: int, place: int | None = None) -> Activity:
        """Activity just before `moment`, of `people` keys, counting what `readable` admits.

        With `place`, only replies there count.
        """
        late = self._late(moment, readable, place)
        if moment > self._reference:
            return self._from_sums(moment, readable, people, place, late)
        early = self._base.part(slice(0, int(np.searchsorted(self._base.time, moment))))
        return _summed([_admitted(early, readable, place), late], moment, people)

    def _late(self, moment: int, readable: Flags, place: int | None) -> Events:
        tail = np.array(self._tail, dtype=np.int64).reshape(-1, 4)
        tail = tail[tail[:, 0] < moment]
        tail = tail[np.lexsort((tail[:, 1], tail[:, 0]))]
        return _admitted(Events(*tail.T), readable, place)

    def _from_sums(
        self, moment: int, readable: Flags, people: int, place: int | None, late: Events
    ) -> Activity:
        where, access, who = self._pairs.T
        seen = readable[access]
        if place is not None:
            seen &= where == place
        chosen = who[seen]
        since = np.array(moment - self._reference)
        sums = {}
        for h in HALF_LIVES:
            sums[h] = counted(chosen, self._sums[h][seen], minlength=people)
            sums[h] = sums[h] * decayed(since, h)
            sums[h] += counted(late.person, decayed(moment - late.time, h), minlength=people)
        joined = counted(chosen, self._counts[seen], minlength=people)
        joined += counted(late.person, minlength=people)
        never = np.iinfo(np.int64).max
        first = np.full(people, never)
        last = np.zeros(people, np.int64)
        np.minimum.at(first, chosen, self._first[seen])
        np.maximum.at(last, chosen, self._last[seen])
        np.minimum.at(first, late.person, late.time)
        np.maximum.at(last, late.person, late.time)
        first[first == never] = 0
        return Activity(sums, joined, first, last)


def _admitted(events: Events, readable: Flags, place: int | None) -> Events:
    chosen = readable[events.access]
    if place is not None:
        chosen = chosen & (events.place == place)
    return events.part(chosen)


def _summed(parts: list[Events], moment: int, people: int) -> Activity:
    time = np.concatenate([part.time for part in parts])
    person = np.concatenate([part.person for part in parts])
    order = np.lexsort((person, time))
    time, person = time[order], person[order]
    sums = {}
    for h in HALF_LIVES:
        start = int(np.searchsorted(time, moment - int(HORIZON * h * 86_400e6)))
        weights = decayed(moment - time[start:], h)
        sums[h] = counted(person[start:], weights, minlength=people)
    first = np.zeros(people, np.int64)
    last = np.zeros(people, np.int64)
    first[person[::-1]] = time[::-1]
    last[person] = time
    joined = counted(person, minlength=people)
    return Activity(sums, joined, first, last)
