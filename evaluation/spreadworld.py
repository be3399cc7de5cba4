"""A community as it would have become, had people been shown other threads: what our feed is asked
in a simulation.

In: a store's state before the window, threads that arrive, replies that are simulated. Out: the
order of our own feed, made by the recommender's own functions on what is there at the moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from data.models import POST_KINDS
from data.reading import NEVER, Changes, kind_flags
from data.rows import from_us
from evaluation.history import Ints
from recommender.arranging import Before, arranged
from recommender.community import Community
from recommender.drawing import Lottery
from recommender.feed import Knowing
from recommender.feedpage import lined_up
from recommender.settings import FeedSettings
from recommender.texts import TextIndex
from recommender.view import view_of

REPLY_FLAGS = int(kind_flags(POST_KINDS.index("reply")))
NOTHING = np.zeros(0, dtype=np.int64)


def before_window(changes: Changes, starts: int, keys: Ints, times: Ints) -> Changes:
    """What a store holds from before `starts` (us), and the roots `keys` as if posted at `times`.

    Replies and acts of the window are what is simulated, so they are left out; so are earlier
    versions of texts.
    """
    posts = changes.posts.copy()
    place = np.full(int(posts[:, 0].max(initial=0)) + 1, -1)
    place[posts[:, 0]] = np.arange(len(posts))
    rows = place[keys]
    lasting = np.where(posts[rows, 5] == NEVER, 0, times - posts[rows, 2])
    kept = posts[:, 2] < starts
    posts[rows, 5] += lasting
    posts[rows, 2] = times
    kept[rows] = True
    versions = changes.versions[changes.versions[:, 3] == NEVER].copy()
    versions = versions[kept[place[versions[:, 1]]]]
    # An edit made since would otherwise hide the text until then.
    versions[:, 2] = np.minimum(versions[:, 2], posts[place[versions[:, 1]], 2])
    acts = changes.interactions
    acts = acts[(acts[:, 4] >= 0) & (acts[:, 4] < starts)]
    current = set(versions[:, 0].tolist())
    return replace(
        changes,
        posts=posts[kept],
        versions=versions,
        attached=[],
        interactions=acts[kept[place[acts[:, 2]]]],
        links=changes.links[:0],
        tags=[(pk, tags) for pk, tags in changes.tags if pk in current],
        sites=[],
    )


class World:
    """A community that goes its own way from the start of a window.

    Parameters
    ----------
    changes : as `before_window` gives them.
    homes : of each person by key.
    """

    def __init__(
        self,
        changes: Changes,
        texts: TextIndex,
        ids: Mapping[int, str],
        homes: Ints,
        settings: FeedSettings,
        knowing: Knowing,
    ) -> None:
        self.community = Community()
        self.community.absorb(changes)
        self._texts = texts
        self._ids = ids
        self._homes = homes
        self._settings = settings
        self._knowing = knowing
        self._next = int(changes.posts[:, 0].max(initial=0)) + 1
        self._empty = replace(
            changes,
            people=[], spaces=[], posts=changes.posts[:0], versions=changes.versions[:0],
            embedded=[], interactions=changes.interactions[:0], tags=[], removed={},
        )  # fmt: skip

    def feed(self, person: int, at: int, allowed: Ints, k: int) -> list[int]:
        """Keys of the `k` threads that our feed shows at `at` (us), of those `allowed`.

        What people say of their site is known here, as it is to a running server.
        """
        id_ = self.community.people[person].id
        when = from_us(at)
        view = replace(view_of(self.community, id_, when, when), past=False)
        lottery = Lottery.at(self._settings.exploration, id_, at, self._known)
        scored, line = lined_up(
            self.community,
            self._texts,
            view,
            person,
            NOTHING,
            self._homes,
            self._settings,
            lottery,
            self._knowing,
        )
        line = line.part(np.flatnonzero(np.isin(scored.posts, allowed)))
        dim = line.vectors.shape[1]
        first = Before(0, NOTHING, np.zeros((0, dim), np.float32))
        return [int(line.posts[place.row]) for place in arranged(line, first, k, lottery)]

    def show(self, person: int, roots: Sequence[int], at: int) -> None:
        """A client tells that a feed has put threads before somebody, at `at` (us)."""
        rows = np.array([[root, person, at] for root in roots], dtype=np.int64)
        kept = self.community.impressions
        kept.absorb(rows.reshape(-1, 3), kept.number + 1)

    def reply(self, person: int, root: int, at: int) -> None:
        """Somebody joins a thread, at `at` (us)."""
        space = int(self.community.posts["space"][root])
        row = [self._next, person, at, root, space, NEVER, REPLY_FLAGS, self._next]
        posts = np.array([row], dtype=np.int64)
        self._next += 1
        self.community.absorb(replace(self._empty, posts=posts))

    def _known(self, keys: Sequence[int]) -> Mapping[int, str]:
        return {key: self._ids[key] for key in keys}
