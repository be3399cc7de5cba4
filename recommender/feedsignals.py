"""Signals of the feed as of a moment: one value per thread of the pool, all made the same way.

In: a pool and a person's history. Out: columns by the names of `feedranker`. What each weighs is
the ranker's to say.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.reading import ANONYMOUS

from . import weights
from .columns import Flags, Ints, counted, decayed
from .community import Community
from .feedchoices import Near, near_choices
from .feedcontent import content_signals
from .feedhistory import History, history_of
from .feedpool import revived_for
from .feedthreads import Threads, threads_of
from .ideas import DAY_US
from .mentions import Mentions
from .profiles import Profiles
from .sites import UNKNOWN, homes_of, homes_of_posts
from .standing import standing_rows
from .texts import TextIndex
from .view import HOUR_US, View

Floats = npt.NDArray[np.float64]

LEAST_CLOSE, CLOSE_SHARE = 0.1, 0.75
"""Share of the greatest closeness, and part of the pool, above which a thread is called close."""

MINUTES_US = 300_000_000
"""Five minutes: who chats follows what moves at this very time."""

IN_SEASON_US = 3 * DAY_US
"""The age that what is in season again counts as: it comes back, but what is new comes first."""

SPACE_HALF_LIFE, POSTS_HALF_LIFE = 90.0, 30.0
"""Days in which it fades where somebody turned to threads, and where they wrote."""

USUAL_US = 450 * DAY_US
"""How far back it is looked at how usual a space is: five of its half-lives."""

SPACE_PRIOR, LEAST_USUAL = 0.5, 0.1
"""Threads that everybody is taken to have turned to as usual; and a space that nobody turns to."""

NAMED_HALF_LIFE = 1.0
"""Days in which it fades that somebody was addressed."""


@dataclass(frozen=True, slots=True)
class FeedSignals:
    """Signals by name, each (pool,).

    `talked`: somebody replied within the last days. `close`: nearer than most of the pool to what
    the person has taken part in. `quiet`: for how long nobody had written (microseconds) before a
    thread came to life again, 0 of others. `near`: which chosen topic each thread is about.
    """

    values: dict[str, Floats]
    talked: Flags
    close: Flags
    quiet: Ints
    near: Near


def feed_signals(
    community: Community,
    texts: TextIndex,
    profiles: Profiles,
    mentions: Mentions,
    view: View,
    person: int,
    pool: Ints,
    season: Flags,
) -> FeedSignals:
    """Every signal of `pool` for a person."""
    rows = standing_rows(community, view, pool)
    history = history_of(community, view, person)
    threads = threads_of(community, view, pool)
    since, silent = revived_for(view, pool).of(pool)
    again = np.where(season, IN_SEASON_US, np.iinfo(np.int64).max)
    again = np.where(since > 0, view.moment - since, again)
    values = _times(community, view, history, threads, pool, again)
    values |= _places(community, view, history, pool)
    values |= _people(community, history, threads, pool)
    values["tags"] = _tags(community, view, history, rows)
    values |= content_signals(texts, profiles, view, person, history, rows)
    near = near_choices(texts, profiles.choices, view, person, len(history.turned), rows)
    values["topic"] = near.values
    values |= _named(community, mentions, view, person, threads, rows)
    values |= _chosen(community, view, person, pool)
    values["season"] = season.astype(np.float64)
    quiet = view.moment - threads.last
    talked = (threads.replies > 0) & (quiet < weights.ALIVE_DAYS * DAY_US)
    return FeedSignals(values, talked, _close(values["content"]), silent, near)


def _close(content: Floats) -> Flags:
    """Which threads are worth a word: any two here have something in common."""
    if not len(content):
        return np.zeros(0, dtype=bool)
    least = max(LEAST_CLOSE * float(content.max()), float(np.quantile(content, CLOSE_SHARE)))
    close: Flags = (content >= least) & (content > 0.0)
    return close


def _times(
    community: Community,
    view: View,
    history: History,
    threads: Threads,
    pool: Ints,
    again: Ints,
) -> dict[str, Floats]:
    """How new and how alive threads are, and whether the person was here since they moved.

    `again`: the age that each counts as at most. What is in season again is as good as if it had
    been shared the other day; what came to life again is as old as that. What is dated ahead is as
    far away as that says: a clock that is years fast would lead every feed for years.
    """
    age = np.minimum(abs(view.moment - community.posts["created"][pool]), again)
    quiet = np.minimum(abs(view.moment - threads.last), again)
    since = len(history.times) - np.searchsorted(history.times, threads.last)
    return {
        "alive_minutes": -np.log1p(quiet / MINUTES_US),
        "alive_hours": -np.log1p(quiet / HOUR_US),
        "alive": -np.log1p(quiet / DAY_US),
        "fresh_hours": -np.log1p(age / HOUR_US),
        "fresh": -np.log1p(age / DAY_US),
        "unanswered": (threads.replies == 0).astype(np.float64),
        "replies": np.log1p(threads.replies),
        "popular": np.log1p(threads.crowd),
        "seen": -np.log1p(since),
    }


def _places(community: Community, view: View, history: History, pool: Ints) -> dict[str, Floats]:
    """How much more than others somebody turns to a space, and how much they write there."""
    posts = community.posts
    space, root = posts["space"], posts["root"]
    usual = view.once(_usual)
    size = len(usual)
    # Not the number of all spaces: there may be some that the viewer does not know of.
    known = np.count_nonzero(usual) + 1
    share = (usual + LEAST_USUAL) / (usual.sum() + LEAST_USUAL * known)
    own = counted(
        space[history.turned], decayed(view.moment - history.turned_at, SPACE_HALF_LIFE), size
    )
    mine = (own + SPACE_PRIOR * share) / (own.sum() + SPACE_PRIOR)
    homes = np.minimum(root[history.own], len(posts) - 1)
    written = counted(space[homes], decayed(view.moment - history.times, POSTS_HALF_LIFE), size)
    return {
        "space": np.log(mine / share)[space[pool]],
        "posts_here": np.log1p(written[space[pool]]),
    }


def _usual(view: View) -> Floats:
    """How much people have turned to each space, by key, fading."""
    posts, keys = view.community.posts, view.community.joinings
    space = posts["space"]
    created = posts["created"][keys]
    low, high = np.searchsorted(created, [view.moment - USUAL_US, view.moment])
    keys, created = keys[low:high], created[low:high]
    there = view.posts[keys]
    keys, created = keys[there], created[there]
    roots = np.minimum(posts["root"][keys], len(posts) - 1)
    fading = decayed(view.moment - created, SPACE_HALF_LIFE)
    return counted(space[roots], fading, int(space.max(initial=0)) + 1)


def _people(
    community: Community, history: History, threads: Threads, pool: Ints
) -> dict[str, Floats]:
    """Whether the person turned to threads of the author, and answers who is in the thread."""
    posts = community.posts
    turned, authors = (
        np.where(posts["flags"][keys] & ANONYMOUS, 0, posts["author"][keys])
        for keys in (history.turned, pool)
    )
    joined = counted(turned, minlength=len(community.roster))
    joined[0] = 0
    known = np.log1p(history.answered)
    return {
        "author": np.log1p(joined[authors]),
        "answered": known[authors],
        "company": np.log1p(counted(threads.at, known[threads.who], len(pool))),
    }


def _tags(community: Community, view: View, history: History, rows: Ints) -> Floats:
    """log(1 + threads somebody turned to that bear a thread's tags), fading; `rows` of the pool."""
    tags = [[tag.casefold() for tag in community.tags.get(row, ())] for row in rows.tolist()]
    if not any(tags):
        return np.zeros(len(rows))
    turned = standing_rows(community, view, history.turned)
    weight = decayed(view.moment - history.turned_at, SPACE_HALF_LIFE).tolist()
    counts: dict[str, float] = {}
    for row, part in zip(turned.tolist(), weight, strict=True):
        for tag in community.tags.get(row, ()):
            counts[tag.casefold()] = counts.get(tag.casefold(), 0.0) + part
    sums = [sum(counts.get(tag, 0.0) for tag in bears) for bears in tags]
    return np.log1p(np.array(sums, dtype=np.float64))


def _named(
    community: Community,
    mentions: Mentions,
    view: View,
    person: int,
    threads: Threads,
    rows: Ints,
) -> dict[str, Floats]:
    """Whether somebody is addressed in a thread, and lately. Of the past, ids alone are names."""
    record = community.people[person]
    names = [record.id, record.id.partition(":")[2]]
    if record.name and not view.past:
        names.append(record.name)
    created = community.posts["created"]
    spoken = np.concatenate([rows, standing_rows(community, view, threads.posts)])
    places = np.concatenate([np.arange(len(rows)), threads.places])
    at = np.concatenate([created[threads.pool], created[threads.posts]])
    told = spoken > 0
    hit = np.zeros(len(spoken), dtype=bool)
    hit[told] = mentions.of(names, spoken[told])
    named, lately = np.zeros((2, len(rows)))
    named[places[hit]] = 1.0
    age = np.maximum(view.moment - at[hit], 0)
    np.maximum.at(lately, places[hit], decayed(age, NAMED_HALF_LIFE))
    return {"named": named, "named_lately": lately}


def _chosen(community: Community, view: View, person: int, pool: Ints) -> dict[str, Floats]:
    """Whether a thread is in a space of which somebody is a member, or from their site; neither
    is known of the past."""
    chosen, near = np.zeros((2, len(pool)))
    if not view.past:
        joined = community.access.spaces_of(community.people[person].id)
        chosen = np.isin(community.posts["space"][pool], joined).astype(np.float64)
        homes = homes_of(community, view)
        where = homes_of_posts(community, homes, pool)
        near = ((where == homes[person]) & (where != UNKNOWN)).astype(np.float64)
    return {"chosen": chosen, "site": near}
