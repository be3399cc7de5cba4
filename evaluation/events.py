"""Who turned to which thread when: the events that a feed should have foreseen, and their pools.

In: an archive and the roots of its split. Out: `Event`s, and for each the threads that could have
been shown. Roots are numbered in the order of time, so that "the last 14 days" is a stretch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from data.models import INTERACTION_KINDS, Post
from data.reading import COMMENT
from data.rows import DAY_US, from_us, to_us
from evaluation.archive import Archive
from evaluation.history import Ints

POOL_US = 14 * DAY_US
YOUNG_US = 7 * DAY_US
EARLIER = 5
"""Events of a person before one of theirs is measured."""
LEAST_POOLS = (20, 5)
"""Threads to choose from, at least: PROTOCOL's number, and the one for communities so small that
it would leave nothing to measure."""
SEEN = ("view", "dismiss", "join")
"""Interactions after which a feed has no more reason to show a thread."""

REPLY, CLICK, OTHER = 0, 1, 2
Readable = Callable[[str, Ints], "np.typing.NDArray[np.bool_]"]
"""A person's id and posts by key, to which of these the person may read."""


@dataclass(frozen=True, slots=True)
class Event:
    """A person turned to a thread for the first time: replied, or clicked.

    `person`: their id; `who`: their key. `root`: the thread's number. `earlier`: how many events
    they had before.
    """

    person: str
    who: int
    root: int
    root_id: str
    at_us: int
    clicked: bool
    earlier: int

    @property
    def id(self) -> str:
        return f"{self.person}\n{self.root_id}"

    @property
    def at(self) -> datetime:
        return from_us(self.at_us)


class Turns:
    """The first turn of each person to each thread, by whatever they did there.

    Attributes
    ----------
    roots : the threads, in the order of time.
    keys, times, authors, spaces : of each root, its key, time (us), author's and space's key.
    until : when it ran out (us).
    turn_times, turn_people, turn_roots, turn_kinds : of each turn, in the order of time; kinds
        are REPLY, CLICK and OTHER (a comment, an own thread, a turn by a bot or of a day known
        alone, a dismissal).
    replies_at, replied_in : every reply and comment, in the order of time: when, in which thread.
    """

    def __init__(self, archive: Archive, roots: Sequence[Post]) -> None:
        self.roots = roots
        self._archive = archive
        self.keys = np.array([archive.post_key(root.id) for root in roots], dtype=np.int64)
        rows = archive.posts
        place = np.full(int(rows[:, 0].max(initial=0)) + 1, -1)
        place[rows[:, 0]] = np.arange(len(rows))
        of_roots = rows[place[self.keys]]
        self.authors, self.times, self.spaces = of_roots[:, 1], of_roots[:, 2], of_roots[:, 4]
        self.until = of_roots[:, 5]
        self._number = np.full(len(place), -1)
        self._number[self.keys] = np.arange(len(roots))
        times, people, threads, kinds = self._all(rows)
        order = np.argsort(times, kind="stable")
        first = _first(people[order], threads[order])
        order = order[first]
        self.turn_times, self.turn_people = times[order], people[order]
        self.turn_roots, self.turn_kinds = threads[order], kinds[order]
        replies = rows[rows[:, 0] != rows[:, 3]]
        replies = replies[np.argsort(replies[:, 2], kind="stable")]
        inside = self._number[replies[:, 3]]
        self.replies_at, self.replied_in = replies[inside >= 0, 2], inside[inside >= 0]
        self._by_person = np.argsort(self.turn_people, kind="stable")
        self._sorted_people = self.turn_people[self._by_person]

    def _all(self, rows: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Time, person, thread and kind of all that anybody did in a thread."""
        bots = [key for key, person in self._archive.people.items() if person.bot]
        threads = self._number[rows[:, 3]]
        # A thread that is no root of the split has no number; its rows fall away below.
        at_home = rows[:, 1] == self.authors[threads]
        other = (rows[:, 6] & COMMENT > 0) | at_home | np.isin(rows[:, 1], bots)
        posted = (rows[:, 2], rows[:, 1], threads, np.where(other, OTHER, REPLY))
        acts = self._archive.interactions
        codes = [INTERACTION_KINDS.index(kind) for kind in SEEN]
        acts = acts[np.isin(acts[:, 3], codes) & (acts[:, 4] >= 0)]
        root_of = np.full(len(self._number), -1)
        root_of[rows[:, 0]] = rows[:, 3]
        threads = self._number[root_of[acts[:, 2]]]
        # What is known by its day alone stands at midnight, when nobody needs to have clicked.
        exact = (acts[:, 4] % DAY_US != 0) & (acts[:, 3] == INTERACTION_KINDS.index("view"))
        exact &= (acts[:, 1] != self.authors[threads]) & ~np.isin(acts[:, 1], bots)
        acted = (acts[:, 4], acts[:, 1], threads, np.where(exact, CLICK, OTHER))
        joined = [np.concatenate(pair) for pair in zip(posted, acted, strict=True)]
        known = (joined[1] > 0) & (joined[2] >= 0)
        times, people, threads, kinds = (column[known] for column in joined)
        return times, people, threads, kinds

    def of(self, who: int) -> Ints:
        """The turns of a person, in the order of time."""
        low, high = np.searchsorted(self._sorted_people, [who, who + 1])
        turns: Ints = self._by_person[low:high]
        return turns

    def joined(self, event: Event) -> Ints:
        """The threads of others that the person had turned to before, in that order."""
        turns = self.of(event.who)
        turns = turns[self.turn_times[turns] < event.at_us]
        threads = self.turn_roots[turns]
        of_others: Ints = threads[self.authors[threads] != event.who]
        return of_others

    def pool(self, event: Event, readable: Readable) -> Ints:
        """The threads that could be shown at an event, by number: of the last 14 days, neither
        own nor turned to before, nor run out, nor closed to the person."""
        low, high = np.searchsorted(self.times, [event.at_us - POOL_US, event.at_us])
        pool = np.arange(low, high)
        turns = self.of(event.who)
        before = self.turn_roots[turns[self.turn_times[turns] < event.at_us]]
        keep = (self.authors[pool] != event.who) & ~np.isin(pool, before)
        keep &= self.until[pool] > event.at_us
        keep &= readable(event.person, self.keys[pool])
        left: Ints = pool[keep]
        return left

    def events(
        self, starts: datetime, ends: datetime | None, readable: Readable, least: int
    ) -> list[Event]:
        """The events from `starts` until `ends` that are measured, in the order of time: first
        turns to a young thread, by a reply or a click, with a pool of at least `least`."""
        low = to_us(starts)
        high = np.iinfo(np.int64).max if ends is None else to_us(ends)
        young = self.turn_times - self.times[self.turn_roots] < YOUNG_US
        young &= self.turn_times > self.times[self.turn_roots]
        counts: dict[int, int] = {}
        found = []
        for turn in np.flatnonzero(young & (self.turn_kinds != OTHER)).tolist():
            who, at = int(self.turn_people[turn]), int(self.turn_times[turn])
            earlier = counts.get(who, 0)
            counts[who] = earlier + 1
            if earlier < EARLIER or not low <= at < high:
                continue
            root = int(self.turn_roots[turn])
            event = Event(
                person=self._archive.people[who].id,
                who=who,
                root=root,
                root_id=self.roots[root].id,
                at_us=at,
                clicked=bool(self.turn_kinds[turn] == CLICK),
                earlier=earlier,
            )
            pool = self.pool(event, readable)
            if len(pool) >= least and root in pool:
                found.append(event)
        return found


def _first(people: Ints, threads: Ints) -> Ints:
    """The positions of the first of each pair, ascending."""
    pairs = people * (int(threads.max(initial=0)) + 1) + threads
    return np.sort(np.unique(pairs, return_index=True)[1])
