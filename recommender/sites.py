"""Where people and threads are at home, and who is new: what exploring and spreading go by.

A person's home is their site. Where somebody works bears no date, so of the past it is not known,
and whose site is not known is at home nowhere in particular: all of them together are one site, of
which no thread is said to come.
"""

import numpy as np

from data.reading import NEVER

from .columns import Flags, Ints
from .community import NAMELESS, Community
from .view import NOTHING, Since, View, grows
from .weights import NEW_UNTIL

UNKNOWN = 0
"""The home of whose site is not known."""


def homes_of(community: Community, view: View) -> Ints:
    """The home of each person by key, a number a site; of the past, UNKNOWN for all."""
    if view.past:
        return np.full(len(community.roster), UNKNOWN)
    return community.roster.sites


def homes_of_posts(community: Community, homes: Ints, posts: Ints) -> Ints:
    """Where `posts` come from: their authors' homes; UNKNOWN of those who are not named."""
    named = (community.posts["flags"][posts] & NAMELESS) == 0
    where: Ints = np.where(named, homes[community.posts["author"][posts]], UNKNOWN)
    return where


def by_newcomers(community: Community, view: View, posts: Ints) -> Flags:
    """Which of `posts` are by named authors with fewer than NEW_UNTIL posts that the viewer may
    read, dated before the moment."""
    columns = community.posts
    counts = view.once(_written)
    authors = columns["author"][posts]
    named = ((columns["flags"][posts] & NAMELESS) == 0) & (authors != 0)
    new: Flags = named & (counts[authors] < NEW_UNTIL)
    return new


def _written(view: View) -> Ints:
    """How many readable posts under their name each person wrote before the moment, by key."""
    return _more_written(view, np.zeros(0, np.int64), NOTHING)


@grows(_written)
def _more_written(view: View, known: Ints, since: Since) -> Ints:
    columns = view.community.posts
    told = view.posts[since.posts :] & (columns["created"][since.posts :] < view.moment)
    told &= (columns["flags"][since.posts :] & NAMELESS) == 0
    authors = columns["author"][since.posts :][told]
    written = np.bincount(authors, minlength=len(view.community.roster))
    written[: len(known)] += known
    return written


def first_written(view: View) -> Ints:
    """When each person first wrote a readable post under their name, by key; NEVER of who has not
    done so before the moment."""
    return _first_written(view, np.zeros(0, np.int64), NOTHING)


@grows(first_written)
def _first_written(view: View, known: Ints, since: Since) -> Ints:
    columns = view.community.posts
    authors, created = columns["author"][since.posts :], columns["created"][since.posts :]
    told = view.posts[since.posts :] & (created < view.moment)
    told &= (columns["flags"][since.posts :] & NAMELESS) == 0
    first = np.full(len(view.community.roster), NEVER)
    first[: len(known)] = known
    np.minimum.at(first, authors[told], created[told])
    return first


def readers_at(community: Community, view: View, homes: Ints, home: int) -> Flags:
    """Who reads at a site, by key: neither bots nor gone. The hidden read like everybody."""
    roster = community.roster
    here: Flags = (homes == home) & ~roster.bots & (roster.left > view.moment)
    here &= roster.active | view.past
    here[0] = False
    return here
