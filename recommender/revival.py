"""Old threads with new life: replied to again by several people after a long quiet.

In: a view. Out: which threads, since when, after how long. Of the past as of then, and of nothing
but what the viewer may read.
"""

from dataclasses import dataclass

import numpy as np

from .columns import Flags, Ints
from .community import NAMELESS
from .feedhistory import posts_of_threads
from .ideas import DAY_US
from .saying import Sentence, say
from .view import View

LATELY_US, QUIET_US = 2 * DAY_US, 14 * DAY_US
"""How long a thread counts as come to life again, and how long it must have been quiet before."""

PEOPLE, MOST = 2, 3
"""Different people who reply in it, at least; and such threads in a pool, at most."""


@dataclass(frozen=True, slots=True)
class Revived:
    """Threads by key, those with most people first: `since`, when the first post after the quiet
    was written (microseconds); `quiet`, for how long nobody had written (microseconds)."""

    keys: Ints
    since: Ints
    quiet: Ints

    def part(self, chosen: Flags | Ints) -> "Revived":
        """Those of `chosen`."""
        return Revived(self.keys[chosen], self.since[chosen], self.quiet[chosen])

    def of(self, pool: Ints) -> tuple[Ints, Ints]:
        """`since` and `quiet` of each thread of `pool`, 0 where it is none of these."""
        found = np.zeros((2, len(pool)), dtype=np.int64)
        for key, since, quiet in zip(self.keys, self.since, self.quiet, strict=True):
            found[:, pool == key] = np.array([[since], [quiet]])
        return found[0], found[1]


def revived_in(view: View) -> Revived:
    """All of a view. Bots and who is not named are no people here."""
    community = view.community
    posts = community.posts
    created = posts["created"]
    late = np.flatnonzero(created >= view.moment - LATELY_US)
    late = late[view.posts[late] & (created[late] < view.moment)]
    root, author = posts["root"][late], posts["author"][late]
    inside = root < len(posts)
    late, root, author = late[inside], root[inside], author[inside]
    told = view.posts[root] & (created[root] < view.moment - QUIET_US) & (author != 0)
    told &= ((posts["flags"][late] & NAMELESS) == 0) & ~community.roster.bots[author]
    pairs = np.unique(np.stack([root[told], author[told]], axis=1), axis=0)
    roots, people = np.unique(pairs[:, 0], return_counts=True)
    roots, people = roots[people >= PEOPLE], people[people >= PEOPLE]
    keys, places = posts_of_threads(community, view, roots)
    last, since = created[roots].copy(), np.full(len(roots), view.moment)
    again = created[keys] >= view.moment - LATELY_US
    np.maximum.at(last, places[~again], created[keys[~again]])
    np.minimum.at(since, places[again], created[keys[again]])
    quiet = since - last
    order = np.lexsort((community.posts["rank"][roots], -since, -people))
    return Revived(roots, since, quiet).part(order[quiet[order] >= QUIET_US])


def lapse(quiet: int) -> Sentence:
    """A time in words, in the unit that fits it."""
    days = quiet / DAY_US
    if days >= 730.5:
        return say("{n} years", n=round(days / 365.25))
    if days >= 45.66:
        return say("{n} months", n=round(days / 30.44))
    return say("{n} weeks", n=round(days / 7))
