"""Past posts that speak for people: what was retrieved for a question, and who wrote it.

Threads whose root is like the question, by meaning and by words, vote for those who replied in
them: one vote a person and thread, at the time of the first reply. Replies as further votes made
the ranking worse (evaluation/results/weights.md); the one most like the question counts.
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

CHANCE = 0.3
"""Likeness of threads that have nothing to do with each other: a vote's weight is the square of
what lies above. Against plain squares validation MRR rose on three communities and fell a little
on two (evaluation/results/weights.md)."""

REPLIES = 100
"""Similar replies among which each person's most striking one is looked for."""

STRIKING = 0.4
"""Likeness above which a single post says that its author knows this."""

STRIKING_HALF_LIFE = 1_000.0
"""Days; what somebody once explained they mostly still know."""

SHARPNESS = 3
"""Power of the share of the best match by words."""

HALF_LIFE = 90.0
"""Days in which a vote fades to half; PROTOCOL.md's."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of evidence of one kind, arrays of one length n.

    `person` and `post` are keys, `about` is the thread's root, `time` that of the post in
    microseconds, `weight` how much it counts.
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

    def joined(self, other: "Pieces") -> "Pieces":
        """These and those."""
        return Pieces(
            np.concatenate([self.person, other.person]),
            np.concatenate([self.post, other.post]),
            np.concatenate([self.about, other.about]),
            np.concatenate([self.time, other.time]),
            np.concatenate([self.weight, other.weight]),
        )

    def summed(self, people: int) -> Floats:
        """Weight per person, by key."""
        return counted(self.person, self.weight, minlength=people)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Votes by meaning and by words, one striking post a person, and the nearest likeness.

    `striking`: per person the reply, or reply in a thread, that is most like the question, where
    it is more like it than two posts of one subject are; its weight fades slowly. `nearest`:
    the likeness of the nearest reply or answered thread.
    """

    dense: Pieces
    words: Pieces
    striking: Pieces
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
    asked = of[near]
    votes = _votes(community, view, asked, np.maximum(dense - CHANCE, 0.0) ** 2)
    # A thread like it that nobody replied in shows that it was asked, not that it is known.
    answered = dense[np.isin(asked, votes.about)]
    threads = _votes(community, view, asked, np.maximum(dense - STRIKING, 0.0))
    replies = _authored(community, of[rows], np.maximum(alike - STRIKING, 0.0))
    return Evidence(
        dense=votes,
        striking=_best(replies, view.moment).joined(_best(threads, view.moment)),
        words=_votes(community, view, of[hits], words**SHARPNESS),
        nearest=max(float(answered.max(initial=0.0)), float(alike.max(initial=0.0))),
    )


def _authored(community: Community, keys: Ints, weight: Floats) -> Pieces:
    posts = community.posts
    return Pieces(posts["author"][keys], keys, posts["root"][keys], posts["created"][keys], weight)


def _best(pieces: Pieces, moment: int) -> Pieces:
    """The heaviest piece of each person, faded; ties by the earlier post."""
    faded = pieces.faded(moment, STRIKING_HALF_LIFE)
    order = np.lexsort((faded.post, faded.time, -faded.weight, faded.person))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(faded.person[order]) != 0
    chosen = order[first]
    chosen = chosen[faded.weight[chosen] > 0.0]
    return Pieces(
        faded.person[chosen],
        faded.post[chosen],
        faded.about[chosen],
        faded.time[chosen],
        faded.weight[chosen],
    )


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
    chosen = chosen[weights[chosen] > 0.0]
    return Pieces(person[chosen], keys[chosen], root[chosen], time[chosen], weights[chosen])
