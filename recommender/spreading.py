"""How an idea reaches other sites the same day: a few well-fitting readers there, then more where
they respond.

In: the young ideas of a reader's pool. Out: which of them are offered to this reader because they
come from another site, and how well each fits. There is no job in the background and nothing is
kept: who is asked follows from posts and interactions as of the moment, for each reader anew.

An idea or a post (never a question) is offered at each other site to the `first` readers whom it
fits best, for a day. Each member of that site who responds there (replies, likes, bookmarks,
follows, finds it helpful, tries it, joins) opens it to as many more, until it is two days old;
silence ends it, and so do more dismissals than responses. The fit is fixed when the idea is
posted: how much more like it are the threads that somebody started or joined in the year before,
lately joined ones more, than threads are in general, drawn to 0 for who has shown little. Whom
nothing speaks for is not asked.

A reader's answer is made of what this reader may read alone: others' threads and responses that
are closed to the reader have no part in the order in which others come before them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import INTERACTION_KINDS, POST_KINDS
from data.reading import KIND_SHIFT

from .columns import DIGITS, Flags, Ints, counted, decayed
from .community import NAMELESS, Community
from .ideas import DAY_US, dated
from .sites import UNKNOWN, homes_of_posts, readers_at
from .standing import standing_rows, vectors_of
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

READERS = 3
"""Readers at each other site to begin with."""

ALONE_US, SPREADING_US = DAY_US, 2 * DAY_US
"""Ages at which an idea stops to be offered: where nobody has responded, and where somebody has."""

MOST_WIDENINGS = 9
"""Responses at one site that each open the idea to more readers."""

MOST_IDEAS = 30
"""Youngest ideas that are weighed for one reader."""

YEAR_US = 365 * DAY_US

MOST_THREADS = 5_000
"""Newest threads that a reader's concerns are known by."""

HALF_LIFE = 180.0
"""Days after which a joined thread says half as much of what somebody cares about."""

PRIOR = 3.0
"""Threads of average likeness that everybody is taken to have joined beside their own."""

KINDS = ("idea", "post")
RESPONSES = ("like", "bookmark", "follow", "helpful", "tried", "join")


@dataclass(frozen=True, slots=True)
class Concerns:
    """What the readers of a site have started or joined, arrays of one length: who, which of the
    threads, when. `born`: when each thread was started (threads,), with the `likeness` of each to
    each idea (ideas, threads)."""

    person: Ints
    thread: Ints
    time: Ints
    born: Ints
    likeness: Floats


def invited(
    community: Community,
    texts: TextIndex,
    view: View,
    person: int,
    pool: Ints,
    homes: Ints,
    first: int = READERS,
) -> Floats:
    """How well each thread of `pool` that spreads to a person fits them, (n,); 0 elsewhere.

    Parameters
    ----------
    homes : of each person by key; who is at home where the person is competes with them.
    first : readers at each other site to begin with; 0 spreads nothing.
    """
    fits = np.zeros(len(pool))
    if first < 1:
        return fits
    rows = _spreading(community, view, pool, homes, int(homes[person]))
    if not len(rows):
        return fits
    ideas = pool[rows]
    readers = readers_at(community, view, homes, int(homes[person]))
    readers[person] = True
    concerns = _concerns(community, texts, view, ideas, readers)
    acts = _acts_on(community, view, ideas)
    for n, (row, idea) in enumerate(zip(rows, ideas.tolist(), strict=True)):
        places = _places(community, view, idea, homes == homes[person], acts, first)
        if not places:
            continue
        created = int(community.posts["created"][idea])
        able = readers & _able(community, idea, readers)
        fit = np.where(able, _fit(concerns, n, created, len(homes)), 0.0)
        # Whose fit is the same has the same claim, so both are asked.
        if fit[person] > 0.0 and int((fit > fit[person]).sum()) < places:
            fits[row] = fit[person]
    return fits


def _spreading(community: Community, view: View, pool: Ints, homes: Ints, home: int) -> Ints:
    """Rows of the pool's young ideas whose authors are at home elsewhere, youngest first."""
    posts = community.posts
    created = posts["created"][pool]
    kinds = [POST_KINDS.index(kind) for kind in KINDS]
    where = homes_of_posts(community, homes, pool)
    young = (created < view.moment) & (view.moment - created < SPREADING_US)
    young &= np.isin(posts["flags"][pool] >> KIND_SHIFT, kinds)
    rows = np.flatnonzero(young & (where != UNKNOWN) & (where != home))
    rows = rows[np.lexsort((posts["rank"][pool[rows]], -created[rows]))]
    if len(rows) > MOST_IDEAS:
        # Those that share the last one's time stay together: which of them is older is not known.
        rows = rows[created[rows] >= created[rows[MOST_IDEAS - 1]]]
    return rows


def _concerns(
    community: Community, texts: TextIndex, view: View, ideas: Ints, readers: Flags
) -> Concerns:
    posts = community.posts
    created = posts["created"]
    late = view.posts & (created < view.moment) & (created >= view.moment - YEAR_US)
    roots = np.flatnonzero(late & (posts["root"] == np.arange(len(posts))))
    roots = roots[np.lexsort((posts["rank"][roots], -created[roots]))]
    if len(roots) > MOST_THREADS:
        roots = roots[created[roots] >= created[roots[MOST_THREADS - 1]]]
    rows = standing_rows(community, view, roots)
    held = (rows > 0) & texts.multilingual.has(rows)
    roots, rows = roots[held], rows[held]
    vectors = vectors_of(texts, standing_rows(community, view, ideas))
    likeness = np.round(texts.multilingual.scores_to(vectors, rows), DIGITS)
    place = np.full(len(posts), -1)
    place[roots] = np.arange(len(roots))
    joined = community.joinings
    joined = joined[late[joined]]
    started = roots[(posts["flags"][roots] & NAMELESS) == 0]
    keys = np.concatenate([joined, started])
    where = place[np.minimum(posts["root"][keys], len(posts) - 1)]
    mine = (where >= 0) & readers[posts["author"][keys]]
    keys, where = keys[mine], where[mine]
    return Concerns(posts["author"][keys], where, created[keys], created[roots], likeness)


def _fit(concerns: Concerns, idea: int, created: int, people: int) -> Floats:
    """The fit of one idea, posted at `created`, to each person by key."""
    before = concerns.time < created
    if not before.any():
        return np.zeros(people)
    likeness = concerns.likeness[idea]
    usual = float(likeness[concerns.born < created].mean())
    person = concerns.person[before]
    weight = decayed(created - concerns.time[before], HALF_LIFE)
    more = (likeness[concerns.thread[before]] - usual) * weight
    fit: Floats = counted(person, more, people) / (counted(person, weight, people) + PRIOR)
    return np.round(fit, DIGITS)


def _able(community: Community, idea: int, readers: Flags) -> Flags:
    """Which of the readers may read the idea."""
    wanted = int(community.posts["access"][idea])
    able = np.zeros(len(readers), dtype=bool)
    if wanted == 0:
        return readers
    for pk in np.flatnonzero(readers).tolist():
        able[pk] = community.access.readable(community.people[pk].id)[wanted]
    return able


def _acts_on(community: Community, view: View, ideas: Ints) -> Ints:
    """Rows of the dated interactions with the threads of any of the ideas."""
    acts = community.interactions
    roots = community.posts["root"][acts["post"]]
    rows: Ints = np.flatnonzero(np.isin(roots, ideas) & dated(community, view))
    return rows


def _places(
    community: Community, view: View, idea: int, here: Flags, acts: Ints, first: int
) -> int:
    """To how many readers of a site an idea is offered there now."""
    responded, waved = _reactions(community, view, idea, here, acts)
    if len(waved - responded) > len(responded):
        return 0
    age = view.moment - int(community.posts["created"][idea])
    if not responded:
        return first if age < ALONE_US else 0
    return first * (1 + min(len(responded), MOST_WIDENINGS))


def _reactions(
    community: Community, view: View, idea: int, here: Flags, told: Ints
) -> tuple[set[int], set[int]]:
    """Who of a site responded to an idea, and who waved it off, as far as the viewer may see.

    `told`: rows of interactions, those with the idea's thread among them.
    """
    posts, acts = community.posts, community.interactions
    replies = np.array(community.threads.get(idea, []), dtype=np.int64)
    replies = replies[view.posts[replies] & (posts["created"][replies] < view.moment)]
    replies = replies[(posts["flags"][replies] & NAMELESS) == 0]
    people = posts["author"][replies]
    responded = set(people[here[people]].tolist())
    told = told[np.isin(acts["post"][told], np.append(replies, idea))]
    told = told[here[acts["person"][told]]]
    kinds = acts["kind"][told]
    warm = np.isin(kinds, [INTERACTION_KINDS.index(kind) for kind in RESPONSES])
    responded |= set(acts["person"][told[warm]].tolist())
    waved = set(acts["person"][told[kinds == INTERACTION_KINDS.index("dismiss")]].tolist())
    return responded - {0}, waved - {0}
