"""What one person has done before a moment, as their feed needs it.

In: a view and a person. Out: `History`: own posts, the threads of others they turned to, and whom
they answer. All of it is what the viewer, who is that person, may read.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import INTERACTION_KINDS

from .columns import Ints, counted, decayed, in_time
from .community import NAMELESS, Community
from .ideas import dated
from .view import View

Floats = npt.NDArray[np.float64]

WARM = ("like", "bookmark", "follow", "helpful", "tried")
"""Interactions that speak for a post."""

OPENED = ("view", "join")
"""Interactions that say no more than that a thread was opened."""

LATELY = 400
"""Own posts last written of which it is looked at whom they follow."""

COMPANY_HALF_LIFE = 60.0
"""Days in which it fades that somebody was answered."""


@dataclass(frozen=True, slots=True)
class History:
    """One person's past.

    Attributes
    ----------
    own : keys of their posts, in order of time.
    times : when those were written (microseconds), ascending.
    turned : roots of others' threads that they posted in, liked or followed, in the order in
        which they first did.
    turned_at : when; 0 where it bears no date.
    opened, opened_at : the same of threads that they opened, turned to or not.
    started : roots of their own threads, in order of time.
    answered : (people,) by key, how often they posted right after each person in a thread, fading.
    """

    own: Ints
    times: Ints
    turned: Ints
    turned_at: Ints
    opened: Ints
    opened_at: Ints
    started: Ints
    answered: Floats


def history_of(community: Community, view: View, person: int) -> History:
    """The history of `person` before the view's moment."""
    posts = community.posts
    created, root = posts["created"], posts["root"]
    own = view.once(written_by, person)
    own = own[: int(np.searchsorted(created[own], view.moment))]
    warm, warm_at = _acted(community, view, person, WARM)
    turned, turned_at = _others(
        community,
        person,
        np.concatenate([root[own], warm]),
        np.concatenate([created[own], warm_at]),
    )
    opened, opened_at = _others(community, person, *_acted(community, view, person, OPENED))
    return History(
        own=own,
        times=created[own],
        turned=turned,
        turned_at=turned_at,
        opened=opened,
        opened_at=opened_at,
        started=own[root[own] == own],
        answered=_answered(community, view, person, own[-LATELY:]),
    )


def written_by(view: View, person: int) -> Ints:
    """The readable posts of a person, in order of time.

    Kept with the view, where those of everybody take no more than a number a post.
    """
    posts = view.community.posts
    own = np.flatnonzero(posts["author"] == person)
    own = own[view.posts[own]]
    return in_time(own, posts["created"], posts["rank"])


def _acted(
    community: Community, view: View, person: int, kinds: tuple[str, ...]
) -> tuple[Ints, Ints]:
    """Roots of the threads with a readable post that a person did one of `kinds` with, and when."""
    acts = community.interactions
    codes = [INTERACTION_KINDS.index(kind) for kind in kinds]
    mine = np.flatnonzero(
        dated(community, view) & (acts["person"] == person) & np.isin(acts["kind"], codes)
    )
    mine = mine[view.posts[acts["post"][mine]]]
    return community.posts["root"][acts["post"][mine]], np.maximum(acts["at"][mine], 0)


def _others(community: Community, person: int, threads: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Threads that are not the person's own, each once, at the first of their times."""
    posts = community.posts
    inside = threads < len(posts)
    threads, at = threads[inside], at[inside]
    foreign = posts["author"][threads] != person
    threads, at = threads[foreign], at[foreign]
    order = np.lexsort((posts["rank"][threads], at))
    threads, at = threads[order], at[order]
    first = np.sort(np.unique(threads, return_index=True)[1])
    return threads[first], at[first]


def posts_of_threads(community: Community, view: View, roots: Ints) -> tuple[Ints, Ints]:
    """Readable replies in `roots` before the moment: keys, and the place of the thread of each."""
    threads = [community.threads.get(root, []) for root in roots.tolist()]
    places = np.repeat(np.arange(len(threads)), [len(thread) for thread in threads])
    keys = np.array([key for thread in threads for key in thread], dtype=np.int64)
    there = view.posts[keys] & (community.posts["created"][keys] < view.moment)
    return keys[there], places[there]


def _answered(community: Community, view: View, person: int, own: Ints) -> Floats:
    """How often a post of `own` came right after one by each person, who is named; fading."""
    posts = community.posts
    roots = np.unique(posts["root"][own])
    roots = roots[(roots < len(posts))]
    roots = roots[view.posts[roots]]
    replies, _ = posts_of_threads(community, view, roots)
    keys = np.concatenate([roots, replies])
    # Of what bears one time the root comes first: many an export knows the day alone.
    place = np.where(posts["root"][keys] == keys, -1, community.roster.by_id[posts["author"][keys]])
    keys = keys[np.lexsort((keys, place, posts["created"][keys], posts["root"][keys]))]
    after = np.isin(keys[1:], own) & (posts["root"][keys[1:]] == posts["root"][keys[:-1]])
    before, mine = keys[:-1][after], keys[1:][after]
    who = posts["author"][before]
    known = (who != person) & (who != 0) & ((posts["flags"][before] & NAMELESS) == 0)
    age = view.moment - posts["created"][mine[known]]
    return counted(who[known], decayed(age, COMPANY_HALF_LIFE), len(community.roster))
