"""In what order a feed is shown, once it is scored: variety, and places that are kept free.

In: threads in the order of their scores, what was shown before, who is invited to what. Out: the
next places. The best comes first. Of any ten consecutive places no more than two go to one author
and no more than two to near-duplicates of each other; what would be a third is postponed, never
dropped, and once nothing else is left it comes all the same. One place in ten is kept for what
spreads from other sites (`spreading`) and would come later by its score, and a set share is drawn
by lot (`drawing`).

Where a feed is cut into pages makes no difference: what comes next follows from what is left and
from the last nine that were shown.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embeddings.face import Vectors

from .columns import DIGITS, Flags, Ints
from .drawing import Lottery
from .similar import NEARLY_SAME

Floats = npt.NDArray[np.float64]

STRETCH = 10
"""Consecutive places within which there is to be variety."""

MOST_ALIKE = 2
"""Of one author, or near-duplicates of each other, in a stretch."""

UNSEEN_AT, SEEN_AT = (2,), (2, 5, 8)
"""The places in each stretch, counted from 0, that threads spreading from elsewhere may take: where
it is not known what feeds have shown, and where it is, so that they are taken while few at the site
have seen a thread, and by no other."""


@dataclass(frozen=True, slots=True)
class Line:
    """Threads in the order of their scores, arrays of one length n.

    `posts`: keys. `authors`: keys, 0 for nobody: none, or one who is not named. `vectors`: (n,
    dim) of unit length. `explorable`: may be drawn by lot. `invited`: what spreads to the reader,
    first of all the highest; 0 what does not. `kept`: places in each stretch for what spreads.
    """

    posts: Ints
    authors: Ints
    vectors: Vectors
    scores: Floats
    explorable: Flags
    invited: Floats
    kept: tuple[int, ...] = UNSEEN_AT

    def part(self, rows: Ints) -> "Line":
        """Those of `rows`, in that order."""
        return Line(
            self.posts[rows],
            self.authors[rows],
            self.vectors[rows],
            self.scores[rows],
            self.explorable[rows],
            self.invited[rows],
            self.kept,
        )


@dataclass(frozen=True, slots=True)
class Before:
    """What was shown already: how many threads, and authors and vectors of the last nine, oldest
    first."""

    count: int
    authors: Ints
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Placed:
    """A thread that got a place: its row in the line. `propensity`: the chance with which it was
    drawn for this place, None where nothing was drawn."""

    row: int
    propensity: float | None = None


def arranged(
    line: Line, before: Before, k: int, lottery: Lottery, most_alike: int = MOST_ALIKE
) -> list[Placed]:
    """The threads of the next `k` places, or as many as are left."""
    left = np.ones(len(line.posts), dtype=bool)
    recent: deque[tuple[int, Flags]] = deque(maxlen=STRETCH - 1)
    for author, vector in zip(before.authors.tolist(), before.vectors, strict=True):
        recent.append((author, _near(line, vector)))
    placed: list[Placed] = []
    for place in range(before.count, before.count + min(k, len(left))):
        free = left & _varied(line, recent, most_alike)
        choice = _chosen(line, free if free.any() else left, place, lottery)
        placed.append(choice)
        left[choice.row] = False
        recent.append((int(line.authors[choice.row]), _near(line, line.vectors[choice.row])))
    return placed


def _varied(line: Line, recent: deque[tuple[int, Flags]], most_alike: int) -> Flags:
    """What would not be one too many of its kind."""
    authors = [author for author, _ in recent if author]
    crowded = [author for author in set(authors) if authors.count(author) >= most_alike]
    alike = np.zeros(len(line.posts), dtype=np.int64)
    for _, near in recent:
        alike += near
    varied: Flags = ~np.isin(line.authors, crowded) & (alike < most_alike)
    return varied


def _near(line: Line, vector: Vectors) -> Flags:
    """Which threads say nearly the same as one with this vector."""
    near: Flags = np.round(line.vectors @ vector, DIGITS) >= NEARLY_SAME
    return near


def _chosen(line: Line, free: Flags, place: int, lottery: Lottery) -> Placed:
    """Who of the `free`, of which there is one at least, gets a place."""
    if lottery.takes(place):
        rows = np.flatnonzero(free & line.explorable)
        if len(rows):
            won, propensity = lottery.draw(place, line.posts[rows], line.scores[rows])
            return Placed(int(rows[won]), propensity)
    elif place % STRETCH in _kept(line, place - place % STRETCH, lottery):
        # What comes within this stretch by its score alone needs no place of its own.
        late = np.cumsum(free) > STRETCH - place % STRETCH
        fit = np.where(free & late, line.invited, 0.0)
        if fit.max() > 0.0:
            return Placed(int(np.argmax(fit)))
    return Placed(int(np.argmax(free)))


def _kept(line: Line, start: int, lottery: Lottery) -> set[int]:
    """The places kept in the stretch from `start` for what spreads, where none is drawn by lot."""
    return {place + lottery.takes(start + place) for place in line.kept}
