"""What "not for me" says beyond the thread it was said of: a mild, explained step back.

The thread itself never comes again (`feed.pool_of`). What says nearly the same, and what the same
author starts in the same space, is shown a little later; nobody is silenced by it.
"""

import numpy as np
import numpy.typing as npt

from .columns import DIGITS, Ints
from .community import NAMELESS, Community
from .ideas import done_by
from .similar import NEARLY_SAME
from .standing import standing_rows, vectors_of
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

LIKE_IT = -1.0
"""Points for saying nearly the same as something set aside: about what a day's age costs at
first. By hand, not measured: the communities at hand report no dismissals."""

SAME_SOURCE = -0.25
"""Points for each thread set aside of the same author in the same space, at most three times."""

MOST_TIMES = 3

LATELY = 200
"""Threads last set aside that are looked at."""


def set_aside(community: Community, view: View, person: int) -> Ints:
    """Roots of the threads that a person waved off, last ones last, each once."""
    acts = community.interactions
    mine = np.flatnonzero(done_by(community, view, person, ("dismiss",)))
    mine = mine[view.posts[acts["post"][mine]]]
    roots, rank = community.posts["root"][acts["post"][mine]], community.posts["rank"]
    roots = roots[np.lexsort((rank[np.minimum(roots, len(rank) - 1)], acts["at"][mine]))]
    newest: Ints = np.array(list(dict.fromkeys(roots[::-1].tolist()))[::-1], dtype=np.int64)
    return newest[-LATELY:]


def dismissal_points(
    community: Community, texts: TextIndex, view: View, person: int, pool: Ints
) -> Floats:
    """Points, 0 or below, of each thread of `pool`."""
    points = np.zeros(len(pool))
    waved = set_aside(community, view, person)
    if not len(waved) or not len(pool):
        return points
    posts = community.posts
    rows = standing_rows(community, view, np.concatenate([waved, pool]))
    vectors = vectors_of(texts, rows)
    likeness = np.round(vectors[len(waved) :] @ vectors[: len(waved)].T, DIGITS)
    points += LIKE_IT * (likeness >= NEARLY_SAME).any(axis=1)
    author = np.where(posts["flags"] & NAMELESS, 0, posts["author"])
    same = (author[pool][:, None] == author[waved]) & (author[pool][:, None] != 0)
    same &= posts["space"][pool][:, None] == posts["space"][waved]
    points += SAME_SOURCE * np.minimum(same.sum(axis=1), MOST_TIMES)
    return points
