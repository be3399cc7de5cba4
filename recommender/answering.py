"""Which threads there are, which of them ask, and which somebody has answered: as a viewer may see
it, and before a moment."""

import numpy as np

from data.reading import ANONYMOUS, COMMENT, HUSK, KIND_CODES, KIND_SHIFT

from .columns import Flags, Ints
from .feedhistory import posts_of_threads
from .view import View


def threads_in(view: View) -> Flags:
    """Threads that the viewer may read and that were there, bots' ones left out, by root."""
    posts = view.community.posts
    told = np.zeros(len(posts), dtype=bool)
    told[view.community.versions["post"][view.texts]] = True
    there = view.posts & told & (posts["root"] == np.arange(len(posts)))
    there &= ~view.community.roster.bots[posts["author"]] & (posts["created"] < view.moment)
    return np.asarray(there, dtype=bool)


def asked(view: View, roots: Ints) -> Flags:
    """Which threads wait for an answer: all but ideas (PROTOCOL.md takes every root for one)."""
    kinds = view.community.posts["flags"][roots] >> KIND_SHIFT
    return np.asarray(kinds != KIND_CODES["idea"], dtype=bool)


def answers(view: View, keys: Ints, roots: Ints) -> Flags:
    """Which of the replies `keys` (n,), each in the thread of `roots` (n,), answer it: no comment,
    of no bot, not its author's own."""
    posts = view.community.posts
    counts = (posts["flags"][keys] & (COMMENT | HUSK)) == 0
    counts &= ~view.community.roster.bots[posts["author"][keys]]
    named = ((posts["flags"][roots] | posts["flags"][keys]) & ANONYMOUS) == 0
    counts &= ~(named & (posts["author"][keys] == posts["author"][roots]))
    return np.asarray(counts, dtype=bool)


def answered(view: View, roots: Ints) -> Flags:
    """Which of the threads `roots` (n,) have an answer that the viewer may read."""
    keys, places = posts_of_threads(view.community, view, roots)
    found = np.zeros(len(roots), dtype=bool)
    found[places[answers(view, keys, roots[places])]] = True
    return found
