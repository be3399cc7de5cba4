"""Who turns to the same threads as somebody, and to which others these people turn.

In: a community through a viewer's eyes, a person. Out: how much of their like-minded colleagues'
attention each thread has, and how far people here read what is old at all.

Neighbours of people rather than of threads: nothing is fitted and nothing kept, so every answer is
of its moment and of what the viewer may read, and it costs a few scans of the columns of what was
done. On the reads of articles it was tried on it finds more than EASE
(evaluation/results/clicks.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import INTERACTION_KINDS
from data.reading import ANONYMOUS

from .columns import Flags, Ints, counted
from .community import Community
from .ideas import DAY_US, dated
from .view import View

Floats = npt.NDArray[np.float64]

TURNED = ("view", "like", "bookmark", "follow", "helpful", "accept", "join", "tried")
"""Interactions by which somebody turns to a thread, besides replying in it."""

TASTE = 200
"""Threads last turned to that somebody is compared by."""

CLOSEST, COMPARED = 200, 1_000
"""People who count as like-minded, and those with most in common that they are taken from."""

RARITY = 0.5
"""A thread that n people turned to counts n ** -RARITY: what everybody reads tells little."""

SIZE = 0.6
"""Somebody who turned to n threads is as alike as what they share, over n ** SIZE. Between the
cosine's half and a share of all they read; chosen with the next two as the module's page tells."""

SHARPNESS = 2.0
"""Power of the likeness, over that of the most alike, with which somebody counts."""

SCALE = 50.0
"""The signal is log(1 + SCALE * share of the like-minded): one in fifty of them is worth log 2."""

SHARED, POINTS = "together", 5.0
"""The signal's name, and its points in an archive (evaluation/results/clicks.md)."""

TIMELY = (
    "alive_minutes",
    "alive_hours",
    "alive",
    "fresh_hours",
    "fresh",
    "unanswered",
    "replies",
    "popular",
    "seen",
)
"""Signals of a thread's age, and learned where that matters: nothing in an archive."""

FEWEST = 3
"""People of whom it may be told together what they read."""

OLD_US = 14 * DAY_US
"""Age from which a thread is not of the fresh pool any more (PROTOCOL.md)."""

LATEST = 2_000
"""Interactions, and replies, that tell how old what is read here is."""

MOST = 250_000
"""Interactions, and replies, that people are compared by: a bound on time and memory, tens of
milliseconds and megabytes."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Who turned to which thread, by key; a person may stand there twice with a thread.

    `at`: when, in microseconds, -1 if it bears no date.
    """

    person: Ints
    root: Ints
    at: Ints

    def part(self, chosen: Flags | Ints | slice) -> "Turns":
        """Those of `chosen`."""
        return Turns(self.person[chosen], self.root[chosen], self.at[chosen])

    def joined(self, more: "Turns") -> "Turns":
        """These and `more`."""
        pairs = ((self.person, more.person), (self.root, more.root), (self.at, more.at))
        return Turns(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True, slots=True)
class Together:
    """What like-minded people turned to.

    `share`: by post, the weighted share of them that turned to the thread, 0 to 1. `people`: how
    many did. `own`: whether they are like-minded; if nobody is, everybody here stands for them.
    `timeless`: how far people here read regardless of age, 0 to 1.
    """

    share: Floats
    people: Ints
    own: bool
    timeless: float

    def candidates(self, among: Ints, most: int) -> Flags:
        """Which of the threads `among` the like-minded turned to most, at most `most`; ties by
        place. None where people read what is new: an old thread never goes there unasked."""
        chosen = np.zeros(len(among), dtype=bool)
        if self.timeless > 0.0:
            best = np.argsort(-np.round(self.share[among], 9), kind="stable")[:most]
            chosen[best[self.share[among[best]] > 0.0]] = True
        return chosen

    def shown(self, pool: Ints) -> Flags:
        """Of which of the threads `pool` it may be said that like-minded people turned to them:
        not where it would tell what one or two people read."""
        several: Flags = self.own & (self.people[pool] >= FEWEST)
        return several

    def signal(self, pool: Ints) -> Floats:
        """The signal of the threads `pool`, 0 where nobody turned to one."""
        found: Floats = np.log1p(SCALE * self.share[pool])
        return found


def blended(points: Mapping[str, float], timeless: float) -> dict[str, float]:
    """The points of the feed's signals by name, between what a ranker says, which was learned
    where people read what is new, and those for an archive."""
    found = {name: (1.0 - timeless) * value for name, value in points.items() if name in TIMELY}
    return {**points, **found, SHARED: timeless * POINTS}


def turns_of(community: Community, view: View, most: int = MOST) -> tuple[Turns, Turns]:
    """The latest turns that a viewer may know of: by interactions, in the order in which they were
    told, and by replies, in the order of time; at most `most` of each.

    By readable posts, which stand in readable threads, and by people who are neither bots nor
    hidden. Turns of a named author to their own thread are none.
    """
    posts, acts = community.posts, community.interactions
    codes = np.zeros(len(INTERACTION_KINDS), dtype=bool)
    codes[[INTERACTION_KINDS.index(kind) for kind in TURNED]] = True
    acted = np.flatnonzero(dated(community, view) & codes[acts["kind"]])
    acted = acted[view.posts[acts["post"][acted]]]
    joined = community.joinings
    joined = joined[: np.searchsorted(posts["created"][joined], view.moment)]
    told = _counting(community, acts["person"][acted], acts["post"][acted], acts["at"][acted])
    return told.part(slice(-most, None)), _replied(community, view, joined, most)


def _replied(community: Community, view: View, joined: Ints, most: int) -> Turns:
    """The last `most` turns by the posts `joined`; no more of these are looked at than needed."""
    posts, looked = community.posts, 2 * most
    while True:
        last = joined[-looked:]
        last = last[view.posts[last]]
        turns = _counting(community, posts["author"][last], last, posts["created"][last])
        if len(turns.person) >= most or looked >= len(joined):
            return turns.part(slice(-most, None))
        looked *= 2


def _counting(community: Community, person: Ints, post: Ints, at: Ints) -> Turns:
    posts = community.posts
    root = posts["root"][post]
    # Whoever asked anonymously stays unknown here too: their own turns count.
    counts = (posts["author"][root] != person) | ((posts["flags"][root] & ANONYMOUS) != 0)
    counts &= community.roster.suggestible[person]
    return Turns(person, root, at).part(counts)


def timeless_share(community: Community, *turns: Turns) -> float:
    """How far people here read regardless of age: 0 where less than half of the latest turns are
    to old threads, 1 where all are.

    A read that bears no date is one of an archive: where reading the new matters, it is dated.
    """
    at, root = (
        np.concatenate([getattr(each, name)[-LATEST:] for each in turns]) for name in ("at", "root")
    )
    if not len(at):
        return 0.0
    old = (at < 0) | (at - community.posts["created"][root] >= OLD_US)
    return max(0.0, 2.0 * float(old.mean()) - 1.0)


def _timeless(view: View) -> float:
    """How far the latest turns are to old threads."""
    return timeless_share(view.community, *turns_of(view.community, view, LATEST))


def _latest(view: View) -> tuple[Turns, Turns]:
    """The latest turns."""
    return turns_of(view.community, view)


def together(community: Community, view: View, person: int) -> Together:
    """What the people turned to who turn to the same threads as `person`, as `view` may know.

    Nothing, where people read what is new: there it told no more than the time of the last post
    and the number of people in a thread (evaluation/results/clicks.md).
    """
    timeless = view.once(_timeless)
    size = len(community.posts)
    if timeless == 0.0:
        return Together(np.zeros(size), np.zeros(size, np.int64), False, timeless)
    acted, joined = view.once(_latest)
    turns = acted.joined(joined)
    people, weights = _alike(turns, person, size, len(community.roster))
    own = bool(len(people))
    weight = np.zeros(len(community.roster))
    if own:
        weight[people] = weights
    else:
        weight[np.unique(turns.person)] = 1.0
        weight[person] = 0.0
    who, what = _distinct(turns.part(weight[turns.person] > 0.0), size)
    total = max(float(weight.sum()), 1e-12)
    share = counted(what, weight[who], minlength=size) / total
    return Together(share, np.bincount(what, minlength=size), own, timeless)


def _alike(turns: Turns, person: int, size: int, people: int) -> tuple[Ints, Floats]:
    """People who turned to the same threads as `person`, by key, and how much each counts.

    Likeness is rounded before people are chosen by it: see `columns.DIGITS`.
    """
    mine = turns.part(turns.person == person)
    mine = mine.part(np.argsort(mine.at, kind="stable")[-TASTE:])
    taste = np.zeros(size, dtype=bool)
    taste[mine.root] = True
    who, what = _distinct(turns.part(taste[turns.root]), size)
    rarity = np.bincount(what, minlength=size)[what] ** -RARITY
    others = who != person
    shared = np.round(counted(who[others], rarity[others], minlength=people), 9)
    near = np.flatnonzero(shared)
    near = near[np.argsort(-shared[near], kind="stable")[:COMPARED]]
    chosen = np.zeros(people, dtype=bool)
    chosen[near] = True
    sizes = counted(_distinct(turns.part(chosen[turns.person]), size)[0], minlength=people)
    alike = np.round(shared[near] / sizes[near] ** SIZE, 9)
    order = np.argsort(-alike, kind="stable")[:CLOSEST]
    if not len(order):
        return near, alike
    weights: Floats = (alike[order] / alike[order[0]]) ** SHARPNESS
    return near[order], weights


def _distinct(turns: Turns, size: int) -> tuple[Ints, Ints]:
    """Each person and thread once, ordered by key; threads below `size`."""
    pairs = np.unique(turns.person * size + turns.root)
    return pairs // size, pairs % size
