"""Which topic each thread belongs to, worked out once a text and kept in memory."""

from collections.abc import Iterable

import numpy as np

from data.reading import Changes

from .columns import Ints
from .texts import TextIndex
from .topicmodel import TopicModel
from .view import View

UNKNOWN, NONE = -2, -1

CHUNK = 8_192
"""Texts compared at a time."""


def topic_id(number: int) -> str:
    """A topic's id, the same as long as the topic lives."""
    return f"t{number}"


class TopicIndex:
    """The topics that were learned, and the threads in them, following the store.

    Where a text belongs follows from that text and the model alone, so that what one viewer may
    not read decides nothing about what another one may.
    """

    def __init__(self) -> None:
        self.model: TopicModel | None = None
        self._places = np.zeros(0, np.int64)

    def take(self, kept: bytes | None) -> None:
        """Take over what was learned; None: nothing was."""
        self.model = None if kept is None else TopicModel.from_bytes(kept)
        self._places = np.zeros(0, np.int64)

    def ids(self) -> list[str]:
        """The ids of the topics that were learned last, by place."""
        return [] if self.model is None else list(map(topic_id, self.model.clusters.numbers))

    def absorb(self, changes: Changes) -> None:
        """Forget what was worked out of texts that changed or went."""
        self._forget(row for row, _, _ in changes.embedded)
        self._forget(changes.removed.get("version", ()))

    def _forget(self, rows: Iterable[int]) -> None:
        known = [row for row in rows if row < len(self._places)]
        self._places[known] = UNKNOWN

    def of_rows(self, texts: TextIndex, rows: Ints) -> Ints:
        """The place of the topic of each text of `rows` (n,); -1 for none."""
        if self.model is None or not len(rows):
            return np.full(len(rows), NONE)
        size = int(rows.max()) + 1
        if size > len(self._places):
            room = np.full(max(size, 2 * len(self._places)), UNKNOWN, np.int64)
            room[: len(self._places)] = self._places
            self._places = room
        index = texts.multilingual
        new = rows[self._places[rows] == UNKNOWN]
        held = index.has(new)
        self._places[new[~held]] = NONE
        new = new[held]
        for start in range(0, len(new), CHUNK):
            part = new[start : start + CHUNK]
            self._places[part] = self.model.places(index.vectors(part))
        return self._places[rows]

    def of_threads(self, texts: TextIndex, view: View) -> Ints:
        """The place of the topic of each thread that a viewer may read, (posts,) by its root.

        -1 for all other posts, for bots' threads and for what belongs to no topic.
        """
        posts, versions = view.community.posts, view.community.versions
        places = np.full(len(posts), NONE, np.int64)
        of = np.minimum(versions["post"], len(posts) - 1)
        rows = np.flatnonzero(view.texts & (posts["root"][of] == of))
        roots = of[rows]
        counts = ~view.community.roster.bots[posts["author"][roots]]
        counts &= posts["created"][roots] < view.moment
        places[roots[counts]] = self.of_rows(texts, rows[counts])
        return places
