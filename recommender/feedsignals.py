"""Signals of the feed as of a moment: one value per thread of the pool."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import INTERACTION_KINDS
from data.reading import ANONYMOUS

from . import weights
from .collaborative import Together
from .columns import Flags, Ints
from .community import Community
from .feedpool import joined_by, touched_by
from .ideas import DAY_US, dated
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

LEAST_CLOSE, CLOSE_SHARE = 0.35, 0.75
"""Likeness and part of the pool above which a thread is called close."""

WARM = ("like", "bookmark", "follow", "helpful", "tried")
"""Interactions that speak for a post."""

TASTE = 50
"""Threads last joined that stand for what somebody cares about."""


@dataclass(frozen=True, slots=True)
class FeedSignals:
    """Signals by name, each (pool,).

    `talked`: somebody replied within the last days. `close`: nearer than most of the pool to what
    the person has taken part in.
    """

    values: dict[str, Floats]
    talked: Flags
    close: Flags


def feed_signals(
    community: Community,
    texts: TextIndex,
    view: View,
    person: int,
    pool: Ints,
    season: Flags,
    together: Together,
) -> FeedSignals:
    """Every signal of `pool` for a person, by the names of `weights.FEED`."""
    posts = community.posts
    joined = joined_by(community, view, person)
    liked = touched_by(community, view, person, WARM)
    # The last ones count: what was merely opened does where little was liked or joined.
    opened = touched_by(community, view, person, ("view",))
    taste = np.concatenate([opened, liked, joined])
    people, last = _present(community, view, pool)
    # What is in season again is as good as new: yesterday's.
    again = np.where(season, 1.0, np.inf)
    age = np.minimum(_days(posts["created"][pool], view), again)
    quiet = np.minimum(_days(last, view), again)
    values = {
        "fresh": np.log1p(weights.FRESH_DAYS) - np.log1p(age),
        "alive": np.log1p(weights.ALIVE_DAYS) - np.log1p(quiet),
        "space": _share(posts["space"], joined, pool),
        "author": _known_author(community, joined, pool),
        "content": _content(community, texts, view, taste, pool),
        "company": _company(community, view, person, joined, people),
        "popular": _popular(community, view, pool, people),
        "season": season.astype(np.float64),
        "together": together.signal(pool),
    }
    talked = (last > posts["created"][pool]) & (_days(last, view) < weights.ALIVE_DAYS)
    return FeedSignals(values, talked, _close(values["content"]))


def _close(content: Floats) -> Flags:
    """Which likenesses are worth a word: any two threads here have something in common."""
    if not len(content):
        return np.zeros(0, dtype=bool)
    close: Flags = content >= max(LEAST_CLOSE, float(np.quantile(content, CLOSE_SHARE)))
    return close


def _days(time: Ints, view: View) -> Floats:
    days: Floats = np.maximum(view.moment - time, 0) / DAY_US
    return days


def _share(column: Ints, joined: Ints, pool: Ints) -> Floats:
    """How large a part of what somebody joined lies in the same space; 0 to 1."""
    if not len(joined):
        return np.zeros(len(pool))
    counts = np.bincount(column[joined], minlength=int(column.max(initial=0)) + 1)
    shares: Floats = np.sqrt(counts[column[pool]] / len(joined))
    return shares


def _known_author(community: Community, joined: Ints, pool: Ints) -> Floats:
    """log(1 + threads of the author that the person joined before), of authors who are named."""
    author = np.where(community.posts["flags"] & ANONYMOUS, 0, community.posts["author"])
    counts = np.bincount(author[np.unique(joined)], minlength=int(author.max(initial=0)) + 1)
    counts[0] = 0
    known: Floats = np.log1p(counts[author[pool]])
    return known


def _content(community: Community, texts: TextIndex, view: View, taste: Ints, pool: Ints) -> Floats:
    """Likeness to what the person last joined or liked, in the encoder of all languages."""
    index = texts.multilingual
    posts, versions = community.posts, community.versions
    row_of = np.zeros(len(posts), dtype=np.int64)
    standing = np.flatnonzero(view.texts)
    row_of[versions["post"][standing]] = standing
    recent = row_of[posts["root"][taste[-TASTE:]]]
    recent = recent[index.has(recent) & (recent > 0)]
    rows = row_of[pool]
    if not len(recent) or not len(pool):
        return np.zeros(len(pool))
    taste_vector = index.vectors(recent).mean(axis=0)
    return np.maximum(index.scores(taste_vector, rows), 0.0)


def _present(community: Community, view: View, pool: Ints) -> tuple[list[set[int]], Ints]:
    """Who has replied in each thread of the pool, and the time of its last post, as far as the
    viewer may see."""
    posts = community.posts
    present = []
    last = posts["created"][pool]
    for place, root in enumerate(pool.tolist()):
        keys = np.array(community.threads.get(root, []), dtype=np.int64)
        keys = keys[view.posts[keys] & (posts["created"][keys] < view.moment)]
        last[place] = max(last[place], posts["created"][keys].max(initial=last[place]))
        named = keys[(posts["flags"][keys] & ANONYMOUS) == 0]
        present.append(set(posts["author"][named].tolist()) - {0})
    return present, last


def _company(
    community: Community, view: View, person: int, joined: Ints, present: list[set[int]]
) -> Floats:
    """log(1 + people in the thread whom the person has met in others)."""
    met: set[int] = set()
    for people in _present(community, view, np.unique(joined[-TASTE:]))[0]:
        met |= people
    met.discard(person)
    return np.log1p(np.array([len(people & met) for people in present], dtype=np.float64))


def _popular(community: Community, view: View, pool: Ints, present: list[set[int]]) -> Floats:
    """log(1 + people who took part or liked), each counted once."""
    acts = community.interactions
    warm = [INTERACTION_KINDS.index(kind) for kind in WARM]
    keys = np.flatnonzero(
        dated(community, view) & np.isin(acts["kind"], warm) & np.isin(acts["post"], pool)
    )
    fans: dict[int, set[int]] = {}
    for post, fan in zip(acts["post"][keys].tolist(), acts["person"][keys].tolist(), strict=True):
        fans.setdefault(post, set()).add(fan)
    counts = [
        len(people | fans.get(post, set()))
        for post, people in zip(pool.tolist(), present, strict=True)
    ]
    return np.log1p(np.array(counts, dtype=np.float64))
