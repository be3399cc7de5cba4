"""The stage of a simulation: stretches of the test window laid over one another.

In: a history. Out: ideas that arrive, people who open their feed, and where everybody is at home.
Development communities see less than one thread a day, so that ten places show everything to
everybody, in any order. Therefore stretches of three weeks, drawn by a seed, are laid over one
another until so many threads arrive a day, or until there are no more stretches: every thread and
every act keeps its weekday and hour. What happened before the window stays as it was.
"""

from dataclasses import dataclass

import numpy as np

from data.rows import DAY_US
from evaluation.archive import Archive
from evaluation.events import Turns
from evaluation.history import Ints
from evaluation.responding import first_acts

STRETCH_US = 21 * DAY_US
WARM_UP_US = 7 * DAY_US
"""Days at the beginning whose ideas are shown, but not counted."""
LAST_US = 2 * DAY_US
"""Days at the end whose ideas are not counted: they could not be followed long enough."""
THREADS_A_DAY = 20
DEALT = 5
"""Homes that people are dealt to by lot where neither sites nor spaces tell of any."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What happens, times in microseconds from the start of the window.

    `threads`: numbers of the roots that arrive, at `times`, ascending. `openings`: (n, 2) when and
    who, ascending: people opening their feeds. `layers`: stretches laid over one another.
    """

    starts: int
    threads: Ints
    times: Ints
    openings: Ints
    layers: int

    def counted(self) -> "np.typing.NDArray[np.bool_]":
        """Which of the threads are measured."""
        age = self.times - self.starts
        return (age >= WARM_UP_US) & (age < STRETCH_US - LAST_US)


def staged(archive: Archive, turns: Turns, starts: int, seed: int) -> Stage:
    """A stage of the window from `starts` (us) on, by the stretches that `seed` draws."""
    end = int(archive.posts[:, 2].max(initial=starts))
    stretches = max(int((end - starts) // STRETCH_US), 1)
    threads, times, openings = [], [], []
    layers = 0
    for stretch in np.random.default_rng(seed).permutation(stretches).tolist():
        low = starts + stretch * STRETCH_US
        first, last = np.searchsorted(turns.times, [low, low + STRETCH_US])
        threads.append(np.arange(first, last))
        times.append(turns.times[first:last] - low + starts)
        acts = first_acts(archive, low, low + STRETCH_US)
        openings.append(acts - np.array([low - starts, 0]))
        layers += 1
        if sum(map(len, threads)) >= THREADS_A_DAY * STRETCH_US // DAY_US:
            break
    arriving, at = np.concatenate(threads), np.concatenate(times)
    order = np.argsort(at, kind="stable")
    opened = np.concatenate(openings)
    # Who was there on a Monday in two stretches opens their feed once on that Monday.
    opened = opened[np.lexsort((opened[:, 1], opened[:, 0]))]
    days = opened[:, 0] // DAY_US * (int(opened[:, 1].max(initial=0)) + 1) + opened[:, 1]
    opened = opened[np.sort(np.unique(days, return_index=True)[1])]
    return Stage(starts, arriving[order], at[order], opened, layers)


def homes(archive: Archive, turns: Turns, starts: int, seed: int) -> tuple[Ints, str]:
    """Everybody's home by key, 0 where there is none, and how it was told: "site" where half of
    the people state one, else "space", in which they had turned to most threads before the window
    (who had to none: of their first turn in it), and by "lot" where there is one space alone."""
    size = max(archive.people, default=0) + 1
    found = np.zeros(size, dtype=np.int64)
    sites = {key: (person.site or "").strip().casefold() for key, person in archive.people.items()}
    if sum(map(bool, sites.values())) * 2 >= len(sites):
        numbers = {site: n for n, site in enumerate(sorted(set(sites.values()) - {""}), start=1)}
        for key, site in sites.items():
            found[key] = numbers.get(site, 0)
        return found, "site"
    if len(np.unique(turns.spaces)) < 2:
        return np.random.default_rng(seed).integers(1, DEALT + 1, size), "lot"
    for who in np.unique(turns.turn_people).tolist():
        mine = turns.of(who)
        before = mine[turns.turn_times[mine] < starts]
        spaces = turns.spaces[turns.turn_roots[before if len(before) else mine[:1]]]
        # Space 0 is that of threads in none: a home like any other.
        found[who] = int(np.bincount(spaces).argmax()) + 1
    return found, "space"
