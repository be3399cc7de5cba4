"""A community's past as arrays, read up to any moment.

In: a `Split`. Out: who replied when and where, before a time. Persons, roots and replies are
numbered: persons in the order of their ids, roots and replies in the order of time, so that
"before t" is a prefix.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from data.models import Post
from data.text import plain_text
from evaluation.protocol import Question, Split

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY = 86_400.0


def root_text(post: Post) -> str:
    """What a question says: title, body, tags and space of a root, as plain text.

    Systems that compare words read this; those that compare meanings read `post_text`, of which
    the database keeps the vectors.
    """
    parts = (post.title, plain_text(post.body, post.body_format), *post.tags, post.space)
    return "\n".join(part for part in parts if part)


class History:
    """Roots, replies and joinings of a community, each sorted by time.

    A joining is a person's first reply in a thread: ten replies in one thread show no more than
    that they took part in it.

    Attributes
    ----------
    people : ids of all who ever reply, sorted; position is the person's number.
    root_times : (roots,) seconds since 1970, ascending.
    reply_times, reply_people : (replies,), ascending in time.
    join_times, join_people, join_spaces : (joinings,), ascending in time.
    """

    def __init__(self, split: Split) -> None:
        self.roots = split.roots
        self.replies = split.replies
        self.people = sorted({reply.person for reply in split.replies})
        self._person = {id_: n for n, id_ in enumerate(self.people)}
        self._space = {name: n for n, name in enumerate(sorted({_space(r) for r in self.roots}))}
        self.root_times = _seconds([root.created for root in split.roots])
        self.reply_times = _seconds([reply.post.created for reply in split.replies])
        self.reply_people = _ints([self._person[reply.person] for reply in split.replies])
        seen: dict[tuple[str, str], int] = {}
        for n, reply in enumerate(split.replies):
            seen.setdefault((reply.root.id, reply.person), n)
        joinings = _ints(list(seen.values()))
        self.join_times = self.reply_times[joinings]
        self.join_people = self.reply_people[joinings]
        self.join_spaces = _ints([self.space(split.replies[n].root.space) for n in joinings])
        # A thread whose root is by a bot is activity, but no past question: it is nobody's row.
        root = {root.id: n for n, root in enumerate(split.roots)}
        threads = _ints([root.get(split.replies[n].root.id, len(root)) for n in joinings])
        self._by_root = np.argsort(threads, kind="stable")
        self._offsets = np.searchsorted(threads[self._by_root], np.arange(len(root) + 1))
        self._last: tuple[str, Ints] | None = None

    def space(self, name: str | None) -> int:
        """The number of a space; -1 if no question was asked there."""
        return self._space.get(name or "", -1)

    def person(self, person_id: str) -> int:
        """The number of a person; -1 if they never reply."""
        return self._person.get(person_id, -1)

    def roots_before(self, at: float) -> int:
        """How many roots were there before `at` (seconds); they are the first so many."""
        return int(np.searchsorted(self.root_times, at, side="left"))

    def replies_before(self, at: float) -> int:
        """How many replies were there before `at` (seconds); they are the first so many."""
        return int(np.searchsorted(self.reply_times, at, side="left"))

    def activity(
        self, at: float, half_life: float | None = None, space: int | None = None
    ) -> Floats:
        """Threads that each person joined before `at`, each halved every `half_life` seconds.

        `space` keeps those in one space. Shape (people,).
        """
        n = int(np.searchsorted(self.join_times, at, side="left"))
        weights = np.ones(n) if half_life is None else decay(at - self.join_times[:n], half_life)
        if space is not None:
            weights = weights * (self.join_spaces[:n] == space)
        return self.sums(self.join_people[:n], weights)

    def votes(
        self, at: float, roots: Ints, similarity: Floats, half_life: float | None = None
    ) -> Floats:
        """Squared similarity of `roots` summed over those who had joined them before `at`.

        One vote for each joining, halved every `half_life` seconds since. Shape (people,).
        """
        counts = self._offsets[roots + 1] - self._offsets[roots]
        rows = self._by_root[np.repeat(self._offsets[roots], counts) + _counting(counts)]
        weights = np.repeat(np.maximum(similarity, 0.0) ** 2, counts)
        past = self.join_times[rows] < at
        rows, weights = rows[past], weights[past]
        if half_life is not None:
            weights = weights * decay(at - self.join_times[rows], half_life)
        return self.sums(self.join_people[rows], weights)

    def joined_before(self, question: Question) -> dict[str, int]:
        """How many threads each candidate had joined before the question, by id."""
        counts = self.activity(question.at.timestamp())
        return {self.people[n]: int(counts[n]) for n in self.candidates(question)}

    def sums(self, people: Ints, amounts: Floats) -> Floats:
        """`amounts` added up by person. Shape (people,)."""
        totals = np.zeros(len(self.people))
        np.add.at(totals, people, amounts)
        return totals

    def candidates(self, question: Question) -> Ints:
        """Numbers of everyone with a reply before the question, but its asker; ascending."""
        # All systems are asked the same question in turn.
        if self._last is None or self._last[0] != question.id:
            known = self.activity(question.at.timestamp()) > 0
            asker = self.person(question.asker)
            if asker >= 0:
                known[asker] = False
            self._last = question.id, np.flatnonzero(known)
        return self._last[1]


def decay(ages: Floats, half_life: float) -> Floats:
    """1 now, a half after `half_life`, and so on; both in the same unit."""
    return np.exp2(-ages / half_life)


def _space(root: Post) -> str:
    return root.space or ""


def _seconds(times: Sequence[datetime]) -> Floats:
    return np.array([time.timestamp() for time in times], dtype=np.float64)


def _ints(numbers: Sequence[int]) -> Ints:
    return np.array(numbers, dtype=np.int64)


def _counting(counts: Ints) -> Ints:
    """0, 1, ... within each run of the given lengths."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
