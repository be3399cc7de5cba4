"""Past posts that speak for people: what was retrieved for a question, and who wrote it.

Two kinds: replies in threads whose root is like the question (a vote each, one a person and
thread, at the time of the first reply), and replies that are themselves like it. Each piece bears a likeness between 0 and 1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embeddings.statistics import Statistics

from .columns import Ints, counted, decayed
from .community import Community
from .meaning import Question
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

THREADS = 100
"""Similar past threads that vote; PROTOCOL.md's recipe."""

REPLIES = 100
"""Similar past replies that count."""

HALF_LIFE = 90.0
"""Days in which a vote fades to half; PROTOCOL.md's."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of evidence of one kind, arrays of one length n.

    `person` and `post` are keys, `about` is the thread's root, `time` that of the post in
    microseconds, `weight` the squared likeness.
    """

    person: Ints
    post: Ints
    about: Ints
    time: Ints
    weight: Floats

    def faded(self, moment: int, half_life: float = HALF_LIFE) -> "Pieces":
        """The same with weights decayed by their age at `moment`."""
        age = np.maximum(moment - self.time, 0)
        return Pieces(
            self.person, self.post, self.about, self.time, self.weight * decayed(age, half_life)
        )

    def summed(self, people: int) -> Floats:
        """Weight per person, by key."""
        return counted(self.person, self.weight, minlength=people)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found for a question, and the likeness of what is nearest among replies
    and threads with a reply."""

    dense: Pieces
    words: Pieces
    replies: Pieces
    nearest: float


def gather(
    community: Community,
    texts: TextIndex,
    question: Question,
    view: View,
    statistics: Statistics | None,
) -> Evidence:
    """Retrieve the evidence that a viewer may read, as it stood."""
    posts = community.posts
    of = np.minimum(community.versions["post"], len(posts) - 1)
    roots = view.texts & (posts["root"][of] == of)
    near, likeness = texts.nearest(question, roots, THREADS)
    dense = np.clip(likeness, 0.0, 1.0)
    hits, scores = texts.words.search(
        question.text, roots, THREADS, statistics=statistics, counted=view.counted
    )
    words = scores / scores.max() if len(scores) else scores
    answers = view.texts & (posts["credited"][of] != 0) & (posts["created"][of] < view.moment)
    rows, alike = texts.nearest(question, answers, REPLIES)
    replies = of[rows]
    asked = of[near]
    votes = _votes(community, view, asked, dense**2)
    # A thread like it that nobody replied in shows that it was asked, not that it is known.
    strongest = [float(np.sqrt(votes.weight.max(initial=0.0))), float(alike.max(initial=0.0))]
    return Evidence(
        dense=votes,
        words=_votes(community, view, of[hits], words**2),
        replies=_authored(community, replies, np.clip(alike, 0.0, 1.0) ** 2),
        nearest=max(strongest),
    )


def _authored(community: Community, keys: Ints, weight: Floats) -> Pieces:
    posts = community.posts
    return Pieces(posts["author"][keys], keys, posts["root"][keys], posts["created"][keys], weight)


def _votes(community: Community, view: View, roots: Ints, weight: Floats) -> Pieces:
    """One vote a person and thread, at the time of their first reply there."""
    posts = community.posts
    threads = [community.threads.get(root, []) for root in roots.tolist()]
    lengths = [len(thread) for thread in threads]
    keys = np.array([key for thread in threads for key in thread], dtype=np.int64)
    weights = np.repeat(weight, lengths)
    seen = view.posts[keys] & (posts["credited"][keys] != 0)
    seen &= posts["created"][keys] < view.moment
    keys, weights = keys[seen], weights[seen]
    root, person, time = posts["root"][keys], posts["author"][keys], posts["created"][keys]
    order = np.lexsort((keys, time, person, root))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(root[order]) != 0) | (np.diff(person[order]) != 0)
    chosen = order[first]
    return Pieces(person[chosen], keys[chosen], root[chosen], time[chosen], weights[chosen])
