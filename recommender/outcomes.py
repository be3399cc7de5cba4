"""What became of threads: answered when and from where, found helpful, turned to at other sites.

In: a view, and since when. Out: flags and numbers by thread. All ends at a moment that is told, at
the view's or before it. What is anonymous is nobody's, and of no site.
"""

from dataclasses import dataclass

import numpy as np

from data.models import INTERACTION_KINDS
from data.reading import NEVER

from .answering import answers, asked, threads_in
from .columns import Flags, Ints
from .community import NAMELESS
from .ideas import DAY_US, WORKED, dated
from .sites import UNKNOWN, first_written, homes_of, homes_of_posts
from .spreading import RESPONSES
from .view import View

NEW_US = 90 * DAY_US
"""How long after their first post somebody is a newcomer."""

JUDGED_US = DAY_US
"""Age from which it is told how a thread fared: what is younger has not had its day."""

HELPED = ("helpful", "accept")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked at: threads and what became of them.

    `roots` (n,), and which of them ask; `replies` with the place of the thread of each, which of
    them answer; `acts`, rows of dated interactions with readable posts, with the place of the
    thread of each or -1. `homes` of people by key, all UNKNOWN in the past.
    """

    view: View
    roots: Ints
    asking: Flags
    replies: Ints
    thread: Ints
    answering: Flags
    acts: Ints
    acted: Ints
    homes: Ints


def seen_since(view: View, since: int) -> Seen:
    """All that the figures of the time from `since` to the moment are made of."""
    community, posts = view.community, view.community.posts
    roots = np.flatnonzero(threads_in(view) & (posts["created"] >= since))
    place = np.full(len(posts), -1)
    place[roots] = np.arange(len(roots))
    # What is to come is in the thread of none: row 0 is no post.
    root = np.where(posts["root"] < len(posts), posts["root"], 0)
    thread = place[root]
    there = view.posts & (thread >= 0) & (posts["created"] < view.moment)
    there[roots] = False
    replies = np.flatnonzero(there)
    acts = community.interactions
    known = dated(community, view) & (acts["at"] >= max(since, 0)) & view.posts[acts["post"]]
    rows = np.flatnonzero(known & ~community.roster.bots[acts["person"]])
    return Seen(
        view=view,
        roots=roots,
        asking=asked(view, roots),
        replies=replies,
        thread=thread[replies],
        answering=answers(view, replies, roots[thread[replies]]),
        acts=rows,
        acted=thread[acts["post"][rows]],
        homes=homes_of(community, view),
    )


@dataclass(frozen=True, slots=True)
class Fates:
    """What had become of each thread at the end of a period, (n,) each.

    `inside`: it began in the period; `judged`: and was old enough. `first`: when it was first
    answered. `near`, `far`: it was answered from its own site, from another; both are stated.
    """

    inside: Flags
    judged: Flags
    answered: Flags
    first: Ints
    near: Flags
    far: Flags


def fates_of(seen: Seen, told: Ints, since: int, until: int) -> Fates:
    """The fates of a period; `told`: places of the replies that answered before its end."""
    created = seen.view.community.posts["created"]
    begun = created[seen.roots]
    inside = (begun >= since) & (begun < until)
    first = np.full(len(begun), NEVER)
    np.minimum.at(first, seen.thread[told], created[seen.replies[told]])
    near, far = _answered_from(seen, told)
    judged = inside & (until - begun >= JUDGED_US)
    return Fates(inside, judged, first < until, first, near, far)


def by_newcomers(seen: Seen) -> Flags:
    """Which threads were begun, under their name, by somebody who was new then."""
    posts, roots = seen.view.community.posts, seen.roots
    named = ((posts["flags"][roots] & NAMELESS) == 0) & (posts["author"][roots] != 0)
    before = posts["created"][roots] - NEW_US
    new: Flags = named & (seen.view.once(first_written)[posts["author"][roots]] > before)
    return new


def _answered_from(seen: Seen, told: Ints) -> tuple[Flags, Flags]:
    """Which threads were answered from their own site, and which from another; both are stated."""
    community = seen.view.community
    homes = homes_of_posts(community, seen.homes, seen.roots)[seen.thread[told]]
    theirs = homes_of_posts(community, seen.homes, seen.replies[told])
    known = (homes != UNKNOWN) & (theirs != UNKNOWN)
    near, far = np.zeros(len(seen.roots), dtype=bool), np.zeros(len(seen.roots), dtype=bool)
    near[seen.thread[told[known & (homes == theirs)]]] = True
    far[seen.thread[told[known & (homes != theirs)]]] = True
    return near, far


def _acts(seen: Seen, until: int, kinds: tuple[str, ...]) -> Ints:
    """Places, among the interactions, of those of `kinds` before `until`."""
    acts = seen.view.community.interactions
    wanted = np.zeros(len(INTERACTION_KINDS), dtype=bool)
    wanted[[INTERACTION_KINDS.index(kind) for kind in kinds]] = True
    found: Ints = np.flatnonzero(wanted[acts["kind"][seen.acts]] & (acts["at"][seen.acts] < until))
    return found


def _of_others(seen: Seen, acts: Ints) -> Ints:
    """Which of the interactions are not with a post of one's own. Whose an anonymous post is must
    not be told, so with such a one they all count."""
    columns, posts = seen.view.community.interactions, seen.view.community.posts
    person, post = columns["person"][seen.acts[acts]], columns["post"][seen.acts[acts]]
    named = (posts["flags"][post] & NAMELESS) == 0
    found: Ints = acts[~(named & (person != 0) & (person == posts["author"][post]))]
    return found


def helped(seen: Seen, told: Ints, until: int) -> Flags:
    """In which threads somebody said that another's answer helped."""
    good = np.zeros(len(seen.view.community.posts), dtype=bool)
    good[seen.replies[told]] = True
    acts = _of_others(seen, _acts(seen, until, HELPED))
    acts = acts[good[seen.view.community.interactions["post"][seen.acts[acts]]]]
    return _marked(seen, acts)


def worked(seen: Seen, until: int) -> Flags:
    """Of which threads' roots somebody reported that they work for them too."""
    columns = seen.view.community.interactions
    acts = _of_others(seen, _acts(seen, until, ("tried",)))
    rows = seen.acts[acts]
    begun = np.append(seen.roots, 0)[seen.acted[acts]] == columns["post"][rows]
    return _marked(seen, acts[begun & np.isin(columns["value"][rows], WORKED)])


def _marked(seen: Seen, acts: Ints) -> Flags:
    found = np.zeros(len(seen.roots) + 1, dtype=bool)
    # -1, of no thread that is looked at, is the last.
    found[seen.acted[acts]] = True
    return found[:-1]


def turned(seen: Seen, threads: Flags, until: int) -> Ints:
    """At how many other sites than their own somebody turned, in its first day and before `until`,
    to each of `threads` (n,); 0 of what is none of these."""
    community, posts = seen.view.community, seen.view.community.posts
    columns = community.interactions
    acts = _acts(seen, until, ("view", *RESPONSES))
    acts = acts[np.append(threads, False)[seen.acted[acts]]]
    rows = seen.acts[acts]
    told = np.flatnonzero(threads[seen.thread])
    replies = seen.replies[told]
    thread = np.concatenate([seen.thread[told], seen.acted[acts]])
    at = np.concatenate([posts["created"][replies], columns["at"][rows]])
    people = np.concatenate([posts["author"][replies], columns["person"][rows]])
    home = np.concatenate(
        [homes_of_posts(community, seen.homes, replies), seen.homes[columns["person"][rows]]]
    )
    own = homes_of_posts(community, seen.homes, seen.roots)[thread]
    soon = (at < until) & (at <= posts["created"][seen.roots[thread]] + DAY_US)
    there = soon & (home != UNKNOWN) & (home != own) & ~community.roster.bots[people]
    sites = int(seen.homes.max(initial=0)) + 1
    pairs = np.unique(thread[there] * sites + home[there])
    return np.bincount(pairs // sites, minlength=len(seen.roots))


def took_part(seen: Seen, since: int, until: int) -> Flags:
    """Who wrote anything under their name or answered to something, by key; no bots."""
    community, posts = seen.view.community, seen.view.community.posts
    columns = community.interactions
    wrote = seen.view.posts & (posts["created"] >= since) & (posts["created"] < until)
    wrote &= (posts["flags"] & NAMELESS) == 0
    rows = seen.acts[_acts(seen, until, (*RESPONSES, *HELPED, "not_helpful"))]
    took_part = np.zeros(len(community.roster), dtype=bool)
    took_part[posts["author"][wrote]] = True
    took_part[columns["person"][rows[columns["at"][rows] >= since]]] = True
    took_part[0] = False
    return took_part & ~community.roster.bots
