"""What a view holds whatever is asked of it: its threads, who joined them, who is there.

In: a view. Out: arrays that every answer of that view needs and none changes, so that each is made
once a view (`View.once`). At a million posts that is most of the work of an answer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.reading import ANONYMOUS

from .columns import Flags, Ints, counted, places_among
from .joinings import Joinings
from .view import NOTHING, Since, View, fixed, grows, places_added

Places = npt.NDArray[np.int32]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Roots:
    """Texts of readable roots as they stand.

    `rows`, `posts`: versions, ascending, and their posts (n,); `before`: which are dated before
    the moment. `mask`, `others`: by version, which are these, and which the texts of all other
    posts. `place`: of each post the place in `rows`, -1 of others.
    """

    rows: Ints
    posts: Ints
    before: Flags
    mask: Flags
    others: Flags
    place: Places


def roots_in(view: View) -> Roots:
    """The roots of a view."""
    none, flags = np.zeros(0, np.int64), np.zeros(0, bool)
    return _more_roots(view, Roots(none, none, flags, flags, flags, np.zeros(0, np.int32)), NOTHING)


@grows(roots_in)
def _more_roots(view: View, known: Roots, since: Since) -> Roots:
    posts, texts = view.community.posts, view.texts[since.versions :]
    of = np.minimum(view.community.versions["post"][since.versions :], len(posts) - 1)
    is_root = posts["root"][of] == of
    mask = texts & is_root
    new = np.flatnonzero(mask)
    roots = of[new]
    place = np.concatenate([known.place, np.full(len(posts) - since.posts, -1, dtype=np.int32)])
    place[roots] = len(known.rows) + np.arange(len(new), dtype=np.int32)
    return Roots(
        fixed(np.concatenate([known.rows, new + since.versions])),
        np.concatenate([known.posts, roots]),
        np.concatenate([known.before, posts["created"][roots] < view.moment]),
        fixed(np.concatenate([known.mask, mask])),
        fixed(np.concatenate([known.others, texts & ~is_root])),
        place,
    )


def rows_in(view: View) -> Places:
    """By post, the version that stands for the viewer, 0 of others."""
    return _more_rows(view, np.zeros(0, np.int32), NOTHING)


@grows(rows_in)
def _more_rows(view: View, known: Places, since: Since) -> Places:
    told = np.flatnonzero(view.texts[since.versions :]) + since.versions
    rows = np.concatenate([known, np.zeros(len(view.posts) - since.posts, dtype=np.int32)])
    # Were there several of a post, the last holds.
    rows[view.community.versions["post"][told]] = told
    return rows


def answers_in(view: View) -> Flags:
    """By version, the texts of readable replies from before the moment, as they stand."""
    return _more_answers(view, np.zeros(0, bool), NOTHING)


@grows(answers_in)
def _more_answers(view: View, known: Flags, since: Since) -> Flags:
    posts = view.community.posts
    credited = posts["credited"][since.posts :] != 0
    credited &= posts["created"][since.posts :] < view.moment
    return fixed(
        np.concatenate(
            [
                known,
                view.texts[since.versions :]
                & credited[places_added(view.community, since, len(view.posts))],
            ]
        )
    )


def told_in(view: View) -> Flags:
    """By version, the texts of readable replies and answered threads from before the moment."""
    return _more_told(view, np.zeros(0, bool), NOTHING)


@grows(told_in)
def _more_told(view: View, known: Flags, since: Since) -> Flags:
    posts = view.community.posts
    before = posts["created"][since.posts :] < view.moment
    credited = view.posts[since.posts :] & (posts["credited"][since.posts :] != 0) & before
    roots = np.minimum(posts["root"][since.posts :][credited], len(posts) - 1)
    answered = np.zeros(len(posts) - since.posts, dtype=bool)
    answered[roots[roots >= since.posts] - since.posts] = True
    told = (answered & before) | credited
    told = np.concatenate(
        [
            known,
            view.texts[since.versions :]
            & told[places_added(view.community, since, len(view.posts))],
        ]
    )
    # A thread from before that has its first reply now.
    older = np.unique(roots[roots < since.posts])
    rows = view.once(rows_in)[older[posts["created"][older] < view.moment]]
    told[rows] = view.texts[rows]
    return fixed(told)


def begun_by_all(view: View) -> Ints:
    """The readable roots by key, with a text or without."""
    return _more_begun(view, np.zeros(0, np.int64), NOTHING)


@grows(begun_by_all)
def _more_begun(view: View, known: Ints, since: Since) -> Ints:
    root = view.community.posts["root"][since.posts :]
    own = np.arange(since.posts, since.posts + len(root))
    return np.concatenate([known, own[view.posts[since.posts :] & (root == own)]])


def joinings_in(view: View) -> Joinings:
    """Who joined which of the view's threads that are dated before the moment, before it."""
    return joinings_of(view, _places(view))


@grows(joinings_in)
def _more_joinings(view: View, known: Joinings, since: Since) -> Joinings:
    keys = view.community.joinings
    more = _joinings(view, _places(view), keys[keys >= since.posts])
    posts = view.community.posts
    at = places_among(known.post, known.time, more.post, posts["created"], posts["rank"])
    return Joinings(
        np.insert(known.person, at, more.person),
        np.insert(known.post, at, more.post),
        np.insert(known.root, at, more.root),
        np.insert(known.time, at, more.time),
        np.insert(known.place, at, more.place),
        more.people,
    )


def _places(view: View) -> Places:
    """By post, the place of a root that is dated before the moment; -1 of all else."""
    roots = view.once(roots_in)
    place = roots.place
    if not roots.before.all():
        place = place.copy()
        place[roots.posts[~roots.before]] = -1
    return place


def joinings_of(view: View, place: Ints | Places) -> Joinings:
    """The readable joinings before the moment of threads whose root has a `place` (posts,)."""
    return _joinings(view, place, view.community.joinings)


def _joinings(view: View, place: Ints | Places, keys: Ints) -> Joinings:
    posts = view.community.posts
    created = posts["created"]
    keys = keys[: int(np.searchsorted(created[keys], view.moment))]
    keys = keys[view.posts[keys]]
    root = np.minimum(posts["root"][keys], len(posts) - 1)
    places = place[root].astype(np.int64)
    known = places >= 0
    keys, root, places = keys[known], root[known], places[known]
    people = len(view.community.roster)
    return Joinings(posts["author"][keys], keys, root, created[keys], places, people)


@dataclass(frozen=True, slots=True)
class Helped:
    """Who joined whose threads, and when, (n,) each; by the key of the one who asked, ascending."""

    asker: Ints
    person: Ints
    time: Ints


def helped_in(view: View) -> Helped:
    """The readable joinings, before the moment, of threads that were not started anonymously."""
    posts, keys = view.community.posts, view.community.joinings
    keys = keys[: int(np.searchsorted(posts["created"][keys], view.moment))]
    keys = keys[view.posts[keys]]
    root = np.minimum(posts["root"][keys], len(posts) - 1)
    named = view.posts[root] & (posts["root"][root] == root) & (root == posts["root"][keys])
    named &= (posts["flags"][root] & ANONYMOUS) == 0
    keys, asker = keys[named], posts["author"][root[named]]
    # Small numbers are put in order by their digits: several times as quick.
    order = np.argsort(asker.astype(np.min_scalar_type(len(view.community.roster))), kind="stable")
    keys = keys[order]
    return Helped(asker[order], posts["author"][keys], posts["created"][keys])


def recent_in(view: View) -> Floats:
    """How many of the newest `RECENT` threads each person joined, by key."""
    roots, joined = view.once(roots_in), view.once(joinings_in)
    people = len(view.community.roster)
    times = view.community.posts["created"][roots.posts[roots.before]]
    if not len(times):
        return np.zeros(people)
    since = times.min() if len(times) <= RECENT else np.partition(times, -RECENT)[-RECENT]
    # Nobody joins a thread before it is there, so older joinings need not be looked at.
    first = int(np.searchsorted(joined.time, since))
    late = view.community.posts["created"][joined.root[first:]] >= since
    return counted(joined.person[first:][late], minlength=people)


RECENT = 200
"""Last threads of which it is counted who joined how many."""
