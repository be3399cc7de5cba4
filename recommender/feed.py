"""A person's feed: the fresh threads, in the order in which they concern that person.

Three quarters of first reads are of posts under two days old (FIELD.md), so the fresh pool is
ordered and older threads only follow where it is small. Nothing own, joined, viewed, dismissed
or run out is in it, but for what is in season again.
"""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from data.errors import InvalidCursor
from data.models import INTERACTION_KINDS
from data.reading import ANONYMOUS
from data.rows import from_us, to_us

from . import weights
from .columns import DIGITS, Flags, Ints
from .community import Community
from .ideas import DAY_US, dated, in_season
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

FRESH_US = 14 * DAY_US
"""PROTOCOL.md's pool."""

POOL = 200
"""Threads a feed holds at least, if the community has as many, and older ones at most."""

LEAST_CLOSE, CLOSE_SHARE = 0.35, 0.75
"""Likeness and part of the pool above which a thread is called close."""

WARM = ("like", "bookmark", "follow", "helpful", "tried")
"""Interactions that speak for a post."""

TASTE = 50
"""Threads last joined that stand for what somebody cares about."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A pool in order: posts by key, their scores, points by signal (rows as posts).

    `season`: in season again. `talked`: somebody replied within the last days. `close`: nearer
    than most of the pool to what the person has taken part in.
    """

    posts: Ints
    scores: Floats
    points: dict[str, Floats]
    season: Flags
    talked: Flags
    close: Flags


def pool_of(community: Community, view: View, person: int) -> tuple[Ints, Flags]:
    """The threads a person may be shown, newest first, and which of them are in season again."""
    posts = community.posts
    keys = np.flatnonzero(_roots(community, view))
    season = in_season(posts["created"][keys], posts["valid_until"][keys], view.moment)
    current = posts["valid_until"][keys] > view.moment
    keep = (current | season) & (posts["author"][keys] != person)
    keep &= ~community.roster.bots[posts["author"][keys]]
    keep &= ~np.isin(keys, _joined(community, view, person))
    keep &= ~np.isin(keys, _touched(community, view, person, ("view", "dismiss", "join")))
    keys, season = keys[keep], season[keep]
    order = np.lexsort((-keys, -posts["created"][keys]))
    keys, season = keys[order], season[order]
    fresh = int((posts["created"][keys] >= view.moment - FRESH_US).sum())
    kept = np.arange(len(keys)) < max(fresh, POOL)
    return keys[kept | season], season[kept | season]


def _roots(community: Community, view: View) -> Flags:
    """Readable roots with a text that stands."""
    posts = community.posts
    told = np.zeros(len(posts), dtype=bool)
    told[community.versions["post"][view.texts]] = True
    roots: Flags = view.posts & told & (posts["root"] == np.arange(len(posts)))
    return roots


def _joined(community: Community, view: View, person: int) -> Ints:
    """Roots of the threads a person has posted in, own ones too, oldest post first."""
    posts = community.posts
    mine = np.flatnonzero(view.posts & (posts["author"] == person))
    roots: Ints = posts["root"][mine[np.argsort(posts["created"][mine], kind="stable")]]
    return roots


def _touched(community: Community, view: View, person: int, kinds: tuple[str, ...]) -> Ints:
    """Roots of the threads with a readable post that a person did one of `kinds` with."""
    acts = community.interactions
    codes = [INTERACTION_KINDS.index(kind) for kind in kinds]
    mine = dated(community, view) & (acts["person"] == person) & np.isin(acts["kind"], codes)
    touched = acts["post"][mine]
    roots: Ints = community.posts["root"][touched[view.posts[touched]]]
    return roots


def score(
    community: Community, texts: TextIndex, view: View, person: int, pool: Ints, season: Flags
) -> Scored:
    """Order `pool` for a person; ties by key, which the caller settles by id."""
    posts = community.posts
    joined = _joined(community, view, person)
    liked = _touched(community, view, person, WARM)
    taste = np.concatenate([liked, joined])
    people, last = _present(community, view, pool)
    # What is in season again is as good as new: yesterday's.
    again = np.where(season, 1.0, np.inf)
    age = np.minimum(_days(posts["created"][pool], view), again)
    quiet = np.minimum(_days(last, view), again)
    signals = {
        "fresh": np.log1p(weights.FRESH_DAYS) - np.log1p(age),
        "alive": np.log1p(weights.ALIVE_DAYS) - np.log1p(quiet),
        "space": _share(posts["space"], joined, pool),
        "author": _known_author(community, joined, pool),
        "content": _content(community, texts, view, taste, pool),
        "company": _company(community, view, person, joined, people),
        "popular": _popular(community, view, pool, people),
        "season": season.astype(np.float64),
    }
    points = {name: weights.FEED[name] * values for name, values in signals.items()}
    total = np.round(sum(points.values(), np.zeros(len(pool))), DIGITS)
    order = np.lexsort((pool, -total))
    return Scored(
        pool[order],
        total[order],
        {name: values[order] for name, values in points.items()},
        season[order],
        ((last > posts["created"][pool]) & (_days(last, view) < weights.ALIVE_DAYS))[order],
        _close(signals["content"])[order],
    )


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


# Cursors ----------------------------------------------------------------------------------


def encode_cursor(view: View, shown: Ints) -> str:
    """Where a reader is: when they began, whether in the past, and what they were shown."""
    steps = np.diff(np.sort(shown), prepend=0)
    raw = np.concatenate([[view.moment, int(view.past)], steps]).astype("<i8").tobytes()
    return urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def decode_cursor(cursor: str, latest: datetime) -> tuple[datetime, bool, Ints]:
    """Inverse of `encode_cursor`: the moment, at most `latest`; past or not; posts by key.

    Raises
    ------
    InvalidCursor : anything else.
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        inflater = zlib.decompressobj()
        plain = inflater.decompress(raw, MOST_CURSOR_BYTES)
        values = np.frombuffer(plain, dtype="<i8")
    except (ValueError, zlib.error) as error:
        raise InvalidCursor() from error
    whole = inflater.eof and not inflater.unused_data
    if len(values) < 3 or not whole or not 0 <= int(values[0]) <= to_us(latest):
        raise InvalidCursor()
    return from_us(int(values[0])), bool(values[1]), np.cumsum(values[2:])


MOST_CURSOR_BYTES = 8 * 20_000
"""What a cursor may unfold to: far more than a feed holds."""
