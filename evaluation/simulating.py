"""Reading, simulated: who is shown what when, and who joins.

In: a stage, a response model, a way to order feeds. Out: figures of one run. At each opening of a
feed so many threads are seen, of those that could be shown: started in the last 14 days, neither
own, nor joined, viewed or dismissed, nor run out, nor closed to the person. A person joins a shown
thread when its chance exceeds a number drawn for the pair of them: drawn once, the same whatever
the order, so that ways are compared on the same luck, and being shown twice is no second chance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data.rows import DAY_US
from evaluation import metrics
from evaluation.events import POOL_US, Readable, Turns
from evaluation.history import Floats, Ints
from evaluation.responding import Known, ResponseModel, Tastes
from evaluation.staging import Stage
from recommender.weights import NEW_UNTIL

SITES = 3
LONGEST_HOURS = 48.0
"""Hours to `SITES` homes of what did not reach them, and the most that count."""

HOUR_US = DAY_US // 24
UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown at an opening: thread numbers, oldest first, with times (us) as posted
    here, and how many people have joined each. `places`: how many are seen."""

    who: int
    at: int
    places: int
    threads: Ints
    times: Ints
    joined: Ints


Policy = Callable[[Shown], list[int]]
"""The threads of an opening in order, best first, by number; at least those that are seen."""
Joining = Callable[[int, int, int], None]
"""Told of who joined which thread, by number, when."""


class Play:
    """One history that goes on under one policy after another.

    Parameters
    ----------
    homes : of each person by key.
    """

    def __init__(
        self,
        stage: Stage,
        turns: Turns,
        tastes: Tastes,
        model: ResponseModel,
        readable: Readable,
        people: dict[int, str],
        homes: Ints,
    ) -> None:
        self._stage = stage
        self._turns = turns
        self._tastes = tastes
        self._model = model
        self._readable = readable
        self._people = people
        self._homes = homes
        low = int(np.searchsorted(turns.times, stage.starts - POOL_US))
        first = int(np.searchsorted(turns.times, stage.starts))
        # What was posted in the days before the window is still about.
        self._threads = np.concatenate([np.arange(low, first), stage.threads])
        self._times = np.concatenate([turns.times[low:first], stage.times])
        until = turns.until[self._threads]
        lasting = until - turns.times[self._threads]
        self._until = np.where(lasting > 10**17, until, self._times + lasting)
        self._before, moved = tastes.company(self._threads, stage.starts)
        # What arrives in the window begins with nobody, whenever it was really posted.
        self._before[first - low :] = 0
        self._moved = np.where(np.arange(len(moved)) < first - low, moved, self._times)
        authors = turns.authors[turns.times < stage.starts]
        self._started = np.bincount(authors, minlength=len(homes))
        self._known: dict[int, Known] = {}

    def run(self, policy: Policy, told: Joining, places: int, seed: int) -> dict[str, float]:
        """The figures of one policy, which is `told` of everybody who joins.

        `places`: threads seen at each opening.
        """
        row = {thread: n for n, thread in enumerate(self._threads.tolist())}
        luck = np.random.default_rng(seed).random((len(self._homes), len(row)))
        joined, moved = self._before.copy(), self._moved.copy()
        mine: dict[int, set[int]] = {}
        seen: list[tuple[int, int, int]] = []
        responses: list[tuple[int, int]] = []
        for at, who in self._stage.openings.tolist():
            if who not in self._people:
                continue
            rows = self._open_to(who, at, mine)
            if not len(rows):
                continue
            shown = Shown(who, at, places, self._threads[rows], self._times[rows], joined[rows])
            top = np.array([row[thread] for thread in policy(shown)[:places]], dtype=np.int64)
            seen += [(at, who, place) for place in top.tolist()]
            known = self._known[who]
            chances = self._model.chances(
                self._tastes.features(
                    known, self._threads[top], at - self._times[top], at - moved[top], joined[top]
                )
            )
            for place in top[luck[who, top] < chances].tolist():
                mine[who].add(int(self._threads[place]))
                joined[place] += 1
                moved[place] = at
                responses.append((who, place))
                told(who, int(self._threads[place]), at)
        came = np.array(responses, dtype=np.int64).reshape(-1, 2)
        return self._figures(np.array(seen, dtype=np.int64).reshape(-1, 3), came)

    def _open_to(self, who: int, at: int, mine: dict[int, set[int]]) -> Ints:
        """Rows of what may be shown to somebody, in the order of time."""
        if who not in self._known:
            self._known[who] = self._tastes.known(who, self._stage.starts)
        if who not in mine:
            turns = self._turns.of(who)
            turns = turns[self._turns.turn_times[turns] < self._stage.starts]
            mine[who] = set(self._turns.turn_roots[turns].tolist())
        low, high = np.searchsorted(self._times, [at - POOL_US, at])
        rows = np.arange(low, high)
        threads = self._threads[rows]
        keep = (self._turns.authors[threads] != who) & (self._until[rows] > at)
        keep &= ~np.isin(threads, list(mine[who]))
        keep &= self._readable(self._people[who], self._turns.keys[threads])
        kept: Ints = rows[keep]
        return kept

    def _figures(self, seen: Ints, came: Ints) -> dict[str, float]:
        """What a run comes to, over the ideas that are counted.

        `seen`: (n, 3) when, who, row of the thread; `came`: (n, 2) who responded to which row.
        """
        counted = np.zeros(len(self._threads), dtype=bool)
        counted[len(self._threads) - len(self._stage.threads) :] = self._stage.counted()
        authors = self._turns.authors[self._threads]
        home = self._homes[authors]
        at, who, place = seen.T
        away = self._homes[who] != home[place]
        age = at - self._times[place]
        ideas = np.flatnonzero(counted & (home != UNKNOWN))
        abroad = np.unique(place[away & (age < DAY_US)])
        hours = [self._hours(home[idea], at, who, place == idea, idea) for idea in ideas.tolist()]
        new = self._started[authors] < NEW_UNTIL
        shown = np.bincount(place, minlength=len(self._threads))[counted]
        by_author = np.bincount(authors[counted], shown, minlength=len(self._homes))
        starters = np.unique(authors[counted])
        return {
            "seen outside home within a day": float(np.isin(ideas, abroad).mean()),
            f"at {SITES} sites within a day": float(np.mean(np.array(hours) < 24.0)),
            f"hours to {SITES} sites": float(np.mean(hours)),
            "newcomers' share of what is seen": float(
                shown[new[counted]].sum() / max(shown.sum(), 1)
            ),
            "responses": float(len(came)),
            "from other homes": float((self._homes[came[:, 0]] != home[came[:, 1]]).sum()),
            "Gini of authors": metrics.gini(by_author[starters]),
            "seen": float(len(seen)),
        }

    def _hours(self, home: int, at: Ints, who: Ints, of_idea: Floats, idea: int) -> float:
        """Until people of `SITES` homes had seen an idea, its author's own among them."""
        reached = {int(home)}
        for time, reader in zip(at[of_idea].tolist(), who[of_idea].tolist(), strict=True):
            reached.add(int(self._homes[reader]))
            if len(reached - {UNKNOWN}) >= SITES:
                hours: float = (time - int(self._times[idea])) / HOUR_US
                return min(hours, LONGEST_HOURS)
        return LONGEST_HOURS


def newest(shown: Shown) -> list[int]:
    """Newest first."""
    ordered: list[int] = shown.threads[::-1].tolist()
    return ordered


def most_popular(shown: Shown) -> list[int]:
    """Most people first, newer ones of the same."""
    ordered: list[int] = shown.threads[np.lexsort((-shown.times, -shown.joined))].tolist()
    return ordered
