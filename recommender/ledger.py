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

HALF_LIVES = (3.0, 14.0, 60.0, 90.0, 365.0)
"""Days; 14 and 60 are PROTOCOL.md's, 90 the votes' and the places'."""

HORIZON = 40.0
"""Half-lives after which an event weighs less than 1e-12 and is left out."""

TAIL = 2_000
"""Events that are added one by one before the sums are made anew."""


@dataclass(frozen=True, slots=True)
class Events:
    """Joinings: when (microseconds), by whom, where, and the access class."""

    time: Ints
    person: Ints
    place: Ints
    access: Ints

    @classmethod
    def of_rows(cls, rows: Ints) -> "Events":
        """Events from an array (n, 4), its columns in the order of the fields."""
        return cls(*rows.reshape(-1, 4).T)

    def columns(self) -> tuple[Ints, ...]:
        """The fields, in their order."""
        return self.time, self.person, self.place, self.access

    def rows(self) -> Ints:
        """Inverse of `of_rows`."""
        return np.stack(self.columns(), axis=1)

    def part(self, chosen: Flags | Ints | slice) -> "Events":
        """Those of `chosen`."""
        return Events(*(column[chosen] for column in self.columns()))


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
    """The replies of a community. See the module's text for how it answers.

    Parameters
    ----------
    events : what happened so far, in any order.
    half_lives : days, of the decayed counts that are wanted of it.
    """

    def __init__(self, events: Events, half_lives: tuple[float, ...] = HALF_LIVES) -> None:
        self._half_lives = half_lives
        self._tail: list[Ints] = []
        self._close(events)

    def _close(self, events: Events) -> None:
        """Make `events` the base, and sum it up per (place, access, person)."""
        self._base = events.part(np.lexsort((events.person, events.time)))
        base = self._base
        self._reference = int(base.time.max(initial=0))
        classes = int(base.access.max(initial=0)) + 1
        people = int(base.person.max(initial=0)) + 1
        single = (base.place * classes + base.access) * people + base.person
        pairs, inverse = np.unique(single, return_inverse=True)
        self._pairs = pairs // people // classes, pairs // people % classes, pairs % people
        count = len(pairs)
        age = self._reference - base.time
        self._sums = {
            h: counted(inverse, decayed(age, h), minlength=count) for h in self._half_lives
        }
        self._counts = counted(inverse, minlength=count)
        self._first = np.zeros(count, np.int64)
        self._last = np.zeros(count, np.int64)
        # Of several assignments to one place the last holds, and the events are in order.
        self._first[inverse[::-1]] = base.time[::-1]
        self._last[inverse] = base.time

    def add(self, events: Events) -> None:
        """Take in more replies, of any time."""
        self._tail += list(events.rows())
        if len(self._tail) >= TAIL:
            joined = np.concatenate([self._base.rows(), np.array(self._tail, dtype=np.int64)])
            self._tail = []
            self._close(Events.of_rows(joined))

    def at(self, moment: int, readable: Flags, people: int, place: int | None = None) -> Activity:
        """Activity just before `moment`, of `people` keys, counting what `readable` admits.

        With `place`, only replies there count.
        """
        late = self._late(moment, readable, place)
        if moment > self._reference:
            return self._from_sums(moment, readable, people, place, late)
        early = self._base.part(slice(0, int(np.searchsorted(self._base.time, moment))))
        early = _admitted(early, readable, place)
        return _summed([early, late], moment, people, self._half_lives)

    def _late(self, moment: int, readable: Flags, place: int | None) -> Events:
        tail = Events.of_rows(np.array(self._tail, dtype=np.int64))
        tail = tail.part(tail.time < moment)
        tail = tail.part(np.lexsort((tail.person, tail.time)))
        return _admitted(tail, readable, place)

    def _from_sums(
        self, moment: int, readable: Flags, people: int, place: int | None, late: Events
    ) -> Activity:
        where, access, who = self._pairs
        seen = readable[access]
        if place is not None:
            seen &= where == place
        chosen = who[seen]
        since = np.array(moment - self._reference)
        sums = {}
        for h in self._half_lives:
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
    return events if chosen.all() else events.part(chosen)


def _summed(
    parts: list[Events], moment: int, people: int, half_lives: tuple[float, ...]
) -> Activity:
    time = np.concatenate([part.time for part in parts])
    person = np.concatenate([part.person for part in parts])
    # The first part is in order already; the second is empty but while new posts come in.
    if len(parts[-1].time):
        order = np.lexsort((person, time))
        time, person = time[order], person[order]
    sums = {}
    for h in half_lives:
        start = int(np.searchsorted(time, moment - int(HORIZON * h * 86_400e6)))
        weights = decayed(moment - time[start:], h)
        sums[h] = counted(person[start:], weights, minlength=people)
    first = np.zeros(people, np.int64)
    last = np.zeros(people, np.int64)
    first[person[::-1]] = time[::-1]
    last[person] = time
    joined = counted(person, minlength=people)
    return Activity(sums, joined, first, last)
