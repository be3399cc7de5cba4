"""How an idea reaches other sites the same day: a few readers there, then more where they respond.

In: the young ideas of a reader's pool, what feeds have shown. Out: which of them are offered to
this reader because they come from another site, and which of these first. There is no job in the
background: who is asked follows from posts, interactions and impressions as of the moment, for
each reader anew.

An idea or a post (never a question) is offered at each other site to `first` readers, for a day.
Each member of that site who responds there (replies, likes, bookmarks, follows, finds it helpful,
tries it, joins) opens it to as many more, until it is two days old; silence ends it, and so do more
dismissals than responses.

**Where clients tell what they have shown** (`Impressions`), whoever comes is asked, until so many
have seen it: ideas that fewest people of the site have seen first, of these the one that fits best.
**Where they do not**, nobody knows who will come: it is offered to those of the site whom it fits
best, and to nobody whom nothing speaks for.

The fit is fixed when the idea is posted: how much more like it are the threads that somebody
started or joined in the year before, lately joined ones more, than threads are in general, drawn to
0 for who has shown little.

A reader's answer is made of what this reader may read alone: others' threads and responses that
are closed to the reader have no part in the order in which others come before them.
"""

from dataclasses import dataclass
from itertools import islice

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


@dataclass(frozen=True, slots=True)
class Offers:
    """What spreads to a person, of a pool of n threads.

    `claims`: (n,), which of them comes first, 0 where one does not spread. `told`: whether it is
    known what feeds have shown at the person's site.
    """

    claims: Floats
    told: bool


def offers(
    community: Community,
    texts: TextIndex,
    view: View,
    person: int,
    pool: Ints,
    homes: Ints,
    first: int = READERS,
) -> Offers:
    """Which threads of `pool` spread to a person.

    Parameters
    ----------
    homes : of each person by key; who is at home where the person is competes with them.
    first : readers at each other site to begin with; 0 spreads nothing.
    """
    claims = np.zeros(len(pool))
    rows = _spreading(community, view, pool, homes, int(homes[person])) if first > 0 else ()
    if not len(rows):
        return Offers(claims, told=False)
    ideas = pool[rows]
    readers = readers_at(community, view, homes, int(homes[person]))
    readers[person] = True
    told = community.impressions.told_by(readers, view.posts, view.moment)
    shown = np.zeros(len(ideas), dtype=np.int64)
    if told:
        readers[person] = False
        shown = community.impressions.counts(ideas, readers, view.moment)
        # Whoever comes is asked, so nobody else's fit matters.
        readers = np.arange(len(homes)) == person
    concerns = _concerns(community, texts, view, ideas, readers)
    acts = _acts_on(community, view, ideas)
    for n, (row, idea) in enumerate(zip(rows, ideas.tolist(), strict=True)):
        places = _places(community, view, idea, homes == homes[person], acts, first)
        if shown[n] >= places:
            continue
        created = int(community.posts["created"][idea])
        fit = _fit(concerns, n, created, len(homes))
        if told:
            # Those whom fewest have seen, and of these what fits best: from -1 to 1.
            claims[row] = int(shown.max() - shown[n]) + 1.0 + fit[person] / 4.0
            continue
        # Whose fit is the same has the same claim, so both are asked.
        better = np.flatnonzero(readers & (fit > fit[person]))
        if fit[person] > 0.0 and not _outdone(community, idea, better, places):
            claims[row] = fit[person]
    return Offers(claims, told)


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


def _outdone(community: Community, idea: int, better: Ints, places: int) -> bool:
    """Whether as many of the people `better` as there are places may read the idea."""
    wanted, people = int(community.posts["access"][idea]), community.people
    able = (pk for pk in better.tolist() if community.access.may_read(people[pk].id, wanted))
    return len(list(islice(able, places))) == places


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
