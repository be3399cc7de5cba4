"""Places of a feed that are drawn by lot, so that newcomers and other sites are seen, and so that
what is learned of it can be freed of our own choices.

In: a person, a day, threads with scores. Out: which thread gets a place, and with what chance.

**Chance is seeded by person and day.** A place's lots are hashes of person, day, place and the
thread's id: the same request on the same data draws the same, a thread that comes in between
seldom changes a draw but by winning it, and tomorrow's lots are others. The winner is the highest
sum of log chance and Gumbel noise, which falls on each thread with exactly its chance (Gumbel
1954).

**The propensity** is the chance with which the thread was drawn for that place, given that the
place is drawn at all and what stands before it. It is half of an equal share and half of a softmax
over scores: each of n threads has at least 1/(2n), so a learner that weighs by its inverse has
bounded weights.

**Where it is kept.** Reading a feed writes nothing: a log of every place drawn would put a write
and a lock behind each read. Instead the item carries its propensity, and whoever reports what the
person did with it (`view`, `dismiss`, `like` ...) sends it along as the key `propensity` of the
interaction; what is not of the format is kept with the record as `extra`, durable with the act it
belongs to and deleted with it. The page does so. What was drawn and not touched can be drawn again:
the lots follow from person, day, place and ids alone. Who needs them without computing keeps the
answers.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import DIGITS, Ints

Floats = npt.NDArray[np.float64]

DAY_US = 86_400_000_000

EVEN_SHARE = 0.5
"""Part of the chance that is the same for all; the rest follows scores."""

SPREAD_OF_SCORES = 1.0
"""Points by which one thread is e times as likely as another in the other part."""

Ids = Callable[[Sequence[int]], Mapping[int, str]]
"""Ids of posts by key, as `Store.post_ids` gives them."""


@dataclass(frozen=True, slots=True)
class Lottery:
    """Draws for the places of one person's feed on one day.

    `share`: part of the places that are drawn, 0 to 1. `day`: days since 1970.
    """

    share: float
    person_id: str
    day: int
    ids: Ids

    @classmethod
    def at(cls, share: float, person_id: str, moment: int, ids: Ids) -> "Lottery":
        """The lottery of the day that ends with, or holds, `moment` (us)."""
        return cls(share, person_id, (moment - 1) // DAY_US, ids)

    def takes(self, place: int) -> bool:
        """Whether a place, counted from 0, is drawn: each but the first with chance `share`.

        Spread evenly from a random start, so that of any 1 / `share` places behind the first one
        is drawn (systematic sampling: Madow and Madow 1944).
        """
        if place < 1 or self.share <= 0.0:
            return False
        start = self._lot("start")
        return math.floor(place * self.share + start) > math.floor((place - 1) * self.share + start)

    def draw(self, place: int, posts: Ints, scores: Floats) -> tuple[int, float]:
        """Which of `posts`, at least one, wins `place`, and the chance that it had."""
        chances = chances_of(scores)
        ids = self.ids(posts.tolist())
        # A thread deleted since has no id any more; whatever it wins is not shown.
        lots = [self._lot(place, ids.get(post, "")) for post in posts.tolist()]
        race = np.round(np.log(chances) - np.log(-np.log(np.array(lots))), DIGITS)
        best = np.flatnonzero(race == race.max())
        won = min(best.tolist(), key=lambda row: ids.get(int(posts[row]), ""))
        return won, round(float(chances[won]), DIGITS)

    def _lot(self, *of: object) -> float:
        """A number above 0 and below 1 that nobody chose."""
        told = "\n".join(map(str, (self.person_id, self.day, *of)))
        raw = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        # As many bits as a float tells apart, so that 1 is never reached by rounding.
        return ((int.from_bytes(raw, "big") >> 12) + 0.5) / 2.0**52


def chances_of(scores: Floats) -> Floats:
    """The chance of each of n threads, at least 1/(2n); they sum to 1."""
    pull = np.exp((scores - scores.max()) / SPREAD_OF_SCORES)
    chances: Floats = EVEN_SHARE / len(scores) + (1.0 - EVEN_SHARE) * pull / pull.sum()
    return chances
