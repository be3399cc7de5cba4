"""Which threads somebody has replied in, as a viewer may see it and before a moment."""

import numpy as np

from data.reading import ANONYMOUS, COMMENT, HUSK

from .columns import Flags, Ints
from .feedhistory import posts_of_threads
from .view import View


def answered(view: View, roots: Ints) -> Flags:
    """Which of the threads `roots` (n,) have a reply that the viewer may read: no comment, of no
    bot, not their author's own."""
    posts = view.community.posts
    keys, places = posts_of_threads(view.community, view, roots)
    counts = (posts["flags"][keys] & (COMMENT | HUSK)) == 0
    counts &= ~view.community.roster.bots[posts["author"][keys]]
    begun = roots[places]
    named = ((posts["flags"][begun] | posts["flags"][keys]) & ANONYMOUS) == 0
    counts &= ~(named & (posts["author"][keys] == posts["author"][begun]))
    found = np.zeros(len(roots), dtype=bool)
    found[places[counts]] = True
    return found
