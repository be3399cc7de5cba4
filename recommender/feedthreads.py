"""What is going on in the threads of a pool, as the viewer may read it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import INTERACTION_KINDS

from .columns import Ints, counted, decayed
from .community import NAMELESS, Community
from .feedhistory import WARM, posts_of_threads
from .ideas import dated
from .view import View

Floats = npt.NDArray[np.float64]

POPULAR_HALF_LIFE = 1.0
"""Days in which it fades that somebody took part."""


@dataclass(frozen=True, slots=True)
class Threads:
    """The threads of a pool; arrays (pool,) but for the next four.

    Attributes
    ----------
    pool : their roots by key.
    posts, places : replies by key, and which thread of the pool each is in.
    who, at : distinct pairs of thread and person who is named: place, and person's key.
    replies : how many.
    last : when the last post was written (microseconds).
    crowd : people who took part or liked, each once, their last time fading.
    """

    pool: Ints
    posts: Ints
    places: Ints
    at: Ints
    who: Ints
    replies: Floats
    last: Ints
    crowd: Floats


def threads_of(community: Community, view: View, pool: Ints) -> Threads:
    """What is going on in `pool` before the view's moment."""
    posts = community.posts
    created, author = posts["created"], posts["author"]
    keys, places = posts_of_threads(community, view, pool)
    last = created[pool].copy()
    np.maximum.at(last, places, created[keys])
    named = (posts["flags"][keys] & NAMELESS) == 0
    named &= author[keys] != 0
    acted, fans, fan_at = _fans(community, view, pool)
    roots = np.arange(len(pool))[(posts["flags"][pool] & NAMELESS) == 0]
    at, who, latest = _pairs(
        np.concatenate([places[named], roots]),
        np.concatenate([author[keys[named]], author[pool[roots]]]),
        np.concatenate([created[keys[named]], created[pool[roots]]]),
    )
    spots, _, seen = _pairs(
        np.concatenate([at, acted]), np.concatenate([who, fans]), np.concatenate([latest, fan_at])
    )
    fresh = decayed(np.maximum(view.moment - seen, 0), POPULAR_HALF_LIFE)
    return Threads(
        pool=pool,
        posts=keys,
        places=places,
        at=at,
        who=who,
        replies=counted(places, minlength=len(pool)),
        last=last,
        crowd=counted(spots, fresh, len(pool)),
    )


def _pairs(places: Ints, people: Ints, times: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct pairs of place and person, and the latest time of each."""
    size = int(people.max(initial=0)) + 1
    both = places * size + people
    order = np.argsort(both)
    both = both[order]
    starts = np.flatnonzero(np.diff(both, prepend=-1))
    # Of equal pairs in whatever order.
    latest = np.maximum.reduceat(times[order], starts) if len(starts) else times[:0]
    pairs = both[starts]
    return pairs // size, pairs % size, latest


def _fans(community: Community, view: View, pool: Ints) -> tuple[Ints, Ints, Ints]:
    """Place, person and time of what speaks for a thread of `pool`; nobody's vote is nobody's."""
    acts = community.interactions
    warm = [INTERACTION_KINDS.index(kind) for kind in WARM]
    chosen = np.flatnonzero(dated(community, view) & np.isin(acts["kind"], warm))
    chosen = chosen[np.isin(acts["post"][chosen], pool) & (acts["person"][chosen] != 0)]
    order = np.argsort(pool, kind="stable")
    places = order[np.searchsorted(pool[order], acts["post"][chosen])]
    return places, acts["person"][chosen], np.maximum(acts["at"][chosen], 0)
