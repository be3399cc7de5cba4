"""Past posts that speak for people: what was retrieved for a question, and who wrote it.

Threads whose root is like the question, by meaning and by words, vote for those who replied in
them: one vote a person and thread, at the time of the first reply; and for those who asked the
like themselves. Replies as further votes made the ranking worse (evaluation/results/weights.md);
the one most like the question counts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from embeddings.face import Vectors
from embeddings.statistics import Statistics

from .begun import answers_in, joinings_in, recent_in, roots_in, told_in
from .columns import Ints
from .community import NAMELESS, Community
from .kinship import Kinship
from .pieces import Pieces
from .questions import Question
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

SAID = 0.9
"""Part of the weight of a question's words that is as good as all of them."""

SAID_AMONG = 20
"""Best posts by words that are looked at, and words of the question."""

SHARPNESS = 3
"""Power of the share of the best match by words."""


@dataclass(frozen=True)
class Evidence:
    """What was found for a question.

    `dense`, `words`: votes by meaning and by words; `asked`: like questions by who asked them.
    `kin`: all joinings. `recent`: how many of the last threads each person joined, (people,) by
    key. `near`: the threads most like it, answered or not, and their weight as votes, `nearness`.
    `said`: waits for the replies most like it, which are sought beside all else.
    """

    dense: Pieces
    words: Pieces
    asked: Pieces
    kin: Kinship
    recent: Floats
    near: Ints
    nearness: Floats
    said: Callable[[], tuple[Pieces, float]]

    @cached_property
    def _said(self) -> tuple[Pieces, float]:
        return self.said()

    @property
    def striking(self) -> Pieces:
        """Per person the reply, or reply in a thread, that is most like the question, where it is
        more like it than two posts of one subject are; its weight fades slowly."""
        return self._said[0]

    @property
    def nearest(self) -> float:
        """The likeness of the nearest reply or answered thread."""
        return self._said[1]


def gather(
    community: Community,
    texts: TextIndex,
    question: Question,
    view: View,
    statistics: Statistics | None,
    centre: Vectors | None,
) -> Evidence:
    """Retrieve the evidence that a viewer may read, as it stood.

    `statistics` and `centre`, the mean vector of roots, are those last learned; None: taken from
    what is open to all.
    """
    of = community.versions["post"]
    roots = view.once(roots_in)
    if centre is None:
        centre = view.once(_centre, texts, texts.seq)
    # Beside what comes here, one after the other: what most of it waits for first.
    compared = texts.compared(question, roots.rows, centre)
    replies_found = texts.searched(question, view.once(answers_in), REPLIES)
    hits, scores = texts.words.search(
        question.text, roots.mask, THREADS, statistics=statistics, counted=view.counted
    )
    words = scores / scores.max() if len(scores) else scores
    worded = _votes(_joined(community, view, of[hits]), words**SHARPNESS)
    alike, peculiar = compared()
    near = _nearest(alike, roots.posts, community.posts["rank"], THREADS)
    dense = np.clip(alike[near], 0.0, 1.0)
    near_roots = roots.posts[near]
    nearness = np.maximum(dense - CHANCE, 0.0) ** 2
    joined = _joined(community, view, near_roots)
    votes = _votes(joined, nearness)
    # A thread like it that nobody replied in shows that it was asked, not that it is known.
    answered = dense[np.isin(near_roots, votes.about)]

    def said() -> tuple[Pieces, float]:
        found, striking = replies_found()
        replies = _authored(community, of[found], np.maximum(striking - STRIKING, 0.0))
        threads = _votes(joined, np.maximum(dense - STRIKING, 0.0))
        nearest = max(float(answered.max(initial=0.0)), float(striking.max(initial=0.0)))
        return _best(replies, view).joined(_best(threads, view)), nearest

    return Evidence(
        dense=votes,
        words=worded,
        asked=_askers(community, view, near_roots, nearness),
        kin=Kinship(view.once(joinings_in), alike, peculiar),
        recent=view.once(recent_in),
        near=near_roots,
        nearness=nearness,
        said=said,
    )


def _centre(view: View, texts: TextIndex, _state: int) -> Vectors:
    """The mean vector of the roots open to all."""
    rows = view.once(roots_in).rows
    return texts.centre(rows[view.counted[rows]])


def said_here(
    texts: TextIndex,
    question: Question,
    view: View,
    statistics: Statistics | None,
) -> bool:
    """Whether one reply or answered thread has as good as all words of the question.

    Likeness says little of a question of a word or two; of a long one this is never so.
    """
    rows, _ = texts.words.search(
        question.text, view.once(told_in), SAID_AMONG, statistics=statistics, counted=view.counted
    )
    words = texts.words.keywords(
        question.text, SAID_AMONG, statistics=statistics, counted=view.counted
    )
    shared = texts.words.shared(
        question.text, rows, SAID_AMONG, statistics=statistics, counted=view.counted
    )
    least = SAID * sum(word.weight for word in words)
    return bool(words) and any(sum(word.weight for word in found) >= least for found in shared)


def _nearest(alike: Floats, posts: Ints, rank: Ints, k: int) -> Ints:
    """Positions of the `k` greatest likenesses, greatest first, ties by the `rank` of `posts`."""
    chosen = np.arange(len(alike))
    if len(alike) > k:
        chosen = np.flatnonzero(alike >= np.partition(alike, len(alike) - k)[len(alike) - k])
    return chosen[np.lexsort((rank[posts[chosen]], -alike[chosen]))][:k]


def _askers(community: Community, view: View, roots: Ints, weight: Floats) -> Pieces:
    """Who asked the like: one piece a root, unless nobody is to be known by it."""
    posts = community.posts
    named = ((posts["flags"][roots] & NAMELESS) == 0) & (posts["created"][roots] < view.moment)
    named &= (posts["author"][roots] != 0) & (weight > 0.0)
    return _authored(community, roots[named], weight[named])


def _authored(community: Community, keys: Ints, weight: Floats) -> Pieces:
    posts = community.posts
    return Pieces(posts["author"][keys], keys, posts["root"][keys], posts["created"][keys], weight)


def _best(pieces: Pieces, view: View) -> Pieces:
    """The heaviest piece of each person, faded; ties by the earlier post."""
    faded = pieces.faded(view.moment, STRIKING_HALF_LIFE)
    rank = view.community.posts["rank"][faded.post]
    order = np.lexsort((rank, faded.time, -faded.weight, faded.person))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(faded.person[order]) != 0
    chosen = order[first]
    return faded.part(chosen[faded.weight[chosen] > 0.0])


def _joined(community: Community, view: View, roots: Ints) -> tuple[Pieces, Ints]:
    """The first reply of each person in each of `roots`, all of weight 1; and the place of its
    thread among these."""
    posts = community.posts
    threads = [community.threads.get(root, []) for root in roots.tolist()]
    lengths = [len(thread) for thread in threads]
    places = np.repeat(np.arange(len(threads)), lengths)
    keys = np.fromiter(chain.from_iterable(threads), np.int64, sum(lengths))
    seen = view.posts[keys] & (posts["credited"][keys] != 0)
    seen &= posts["created"][keys] < view.moment
    keys, places = keys[seen], places[seen]
    root, person, time = posts["root"][keys], posts["author"][keys], posts["created"][keys]
    order = np.lexsort((posts["rank"][keys], time, person, root))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(root[order]) != 0) | (np.diff(person[order]) != 0)
    chosen = order[first]
    replies = Pieces(person[chosen], keys[chosen], root[chosen], time[chosen], np.ones(len(chosen)))
    return replies, places[chosen]


def _votes(joined: tuple[Pieces, Ints], weight: Floats) -> Pieces:
    """One vote a person and thread, at the time of their first reply there, by the threads'
    weights."""
    replies, places = joined
    votes = replace(replies, weight=weight[places])
    return votes.part(votes.weight > 0.0)
