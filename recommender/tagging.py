"""Who replies in threads that bear a tag, as their texts stood."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from .begun import joinings_in, roots_in
from .columns import counted
from .view import View

Floats = npt.NDArray[np.float64]

TAG_HALF_LIFE = 90.0
"""Days in which it fades that somebody joined a thread under a tag."""


def joined_under(view: View, tags: Iterable[str]) -> Floats:
    """How many threads under each of `tags` everybody joined, together and fading, (people,)."""
    community, roots = view.community, view.once(roots_in)
    rows = [row for tag in tags for row in community.bearing.get(tag.casefold(), ())]
    if not rows:
        return np.zeros(len(community.roster))
    places = roots.place[community.versions["post"][[row for row in rows if view.texts[row]]]]
    bears = counted(places[places >= 0].astype(np.int64), minlength=len(roots.rows))
    weighing = view.once(joinings_in).weighing(len(bears), view.moment, TAG_HALF_LIFE)
    joined: Floats = weighing @ bears
    return joined
