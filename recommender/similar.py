"""Which threads are about the same: signals of likeness, their weighted sum, and its chance.

In: a text and its vectors. Out: the threads worth ranking, best first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.models import POST_KINDS, Post
from data.reading import KIND_SHIFT
from data.text import post_text
from embeddings.statistics import Statistics

from . import sharedwords, weights
from .alike import SimilarRanker
from .begun import Roots, roots_in
from .columns import DIGITS, Ints
from .drawing import Ids
from .likeness import Asked, Floats, Known, Likeness, likeness_of
from .linking import linked_with
from .saying import Sentence, say
from .standing import vectors_of
from .texts import TextIndex
from .whitening import Whitening

DEPTH = 100
"""Hits that each field brings in; the sum is taken over all that any of them found."""

REPLIES = 50
"""Replies near the text that bring their threads in: links go to threads for what was answered."""

NEARLY_SAME = 0.8
"""Cosine from which two texts say nearly the same."""

WORDS = 3
"""Shared words that are told of."""

TERMS = 64
"""Shared terms among which those words are looked for: function words and pairs of characters are
among them."""

NEAR = 20
"""Nearest threads that bring in what is linked with them."""


@dataclass(frozen=True, slots=True)
class SimilarParts:
    """What similar threads are ranked with."""

    texts: TextIndex
    statistics: Statistics | None
    whitening: Whitening | None
    ranker: SimilarRanker


@dataclass(frozen=True, slots=True)
class SimilarHit:
    """A root near the text: its key, its text's version, score and cosine.

    `same`: whether the chance is past the threshold. `points`: of the score by signal; they add
    up to it.
    """

    post: int
    version: int
    score: float
    likeness: float
    probability: float
    same: bool
    points: dict[str, float]


def find(parts: SimilarParts, asked: Asked) -> list[SimilarHit]:
    """The best k threads and what ties with the last of them, best first; ties by version, which
    the caller settles by id."""
    found = candidates(parts, asked)
    if not len(found.rows):
        return []
    points = points_of(parts.ranker, found)
    score = np.round(np.sum(list(points.values()), axis=0), DIGITS)
    k = asked.query.k
    order = np.lexsort((found.rows, -score))[: max(k, DEPTH)]
    twins = twins_of(parts.texts, found.rows[order])
    chances = np.zeros(len(score))
    chances[order] = parts.ranker.probabilities(
        score[order], found.signals["peculiar"][order], twins
    )
    chances = np.where(found.declared, np.maximum(chances, weights.DECLARED_SAME), chances)
    chances[found.parted] = 0.0
    order = order[chances[order] >= asked.query.min_probability]
    if len(order) > k:
        order = order[score[order] >= score[order[k - 1]]]
    hits = []
    for i in order.tolist():
        chance = float(chances[i])
        hits.append(
            SimilarHit(
                post=int(found.roots[i]),
                version=int(found.rows[i]),
                score=float(score[i]),
                likeness=float(found.meaning[i]),
                probability=round(chance, 6),
                same=bool(found.declared[i]) or chance >= parts.ranker.threshold,
                points={name: float(values[i]) for name, values in points.items()},
            )
        )
    return hits


def settled(hits: list[SimilarHit], ids: Ids) -> list[SimilarHit]:
    """The hits in their order, ties by id. Ids are read of tied threads alone: few are."""
    counts = Counter(hit.score for hit in hits)
    known = ids([hit.post for hit in hits if counts[hit.score] > 1])
    return sorted(hits, key=lambda hit: (-hit.score, known.get(hit.post, "")))


def candidates(parts: SimilarParts, asked: Asked) -> Likeness:
    """The threads that any field brings in, with their signals; in the order of their versions."""
    texts, view, question = parts.texts, asked.view, asked.question
    posts, of = view.community.posts, view.community.versions["post"]
    begun = view.once(roots_in)
    roots = begun.mask
    if asked.query.kinds:
        codes = [POST_KINDS.index(kind) for kind in asked.query.kinds if kind in POST_KINDS]
        kinds = np.isin(posts["flags"][begun.posts] >> KIND_SHIFT, codes)
        roots = roots.copy()
        roots[begun.rows] = kinds
    known: Known = {"statistics": parts.statistics, "counted": view.counted}
    # Of a few words the language is often unknown; across languages it is threads that are found.
    answers_found = texts.searched(question, begun.others, REPLIES, apart=True)
    # Where both lanes are searched whole, each processor has one of them to do.
    near_found = texts.searched(question, roots, DEPTH, beside=question.language is None)
    worded, _ = texts.words.search(question.text, roots, DEPTH, **known)
    titled, _ = texts.titles.search(asked.heading, roots, DEPTH, **known)
    answers, _ = answers_found()
    near, _ = near_found()
    threads = [posts["root"][of[answers]], linked_with(view, of[near[:NEAR]])]
    brought = _texts_of(np.concatenate(threads), begun)
    brought = brought[roots[brought]]
    rows = np.unique(np.concatenate([near, worded, titled, brought]))
    return likeness_of(texts, parts.statistics, parts.whitening, asked, rows)


def scored(parts: SimilarParts, asked: Asked, threads: Ints) -> dict[int, float]:
    """The score of each of `threads` (n,), posts; without those that cannot be read."""
    rows = _texts_of(threads, asked.view.once(roots_in))
    found = likeness_of(parts.texts, parts.statistics, parts.whitening, asked, rows)
    score = np.round(np.sum(list(points_of(parts.ranker, found).values()), axis=0), DIGITS)
    return dict(zip(found.roots.tolist(), score.tolist(), strict=True))


def shared_words(
    parts: SimilarParts, asked: Asked, hits: list[SimilarHit], posts: Mapping[int, Post]
) -> list[list[str]]:
    """The most telling words that each of `hits` has in common with the text, as written there.

    `posts`: by key, as their texts stand for the viewer.
    """
    known: Known = {"statistics": parts.statistics, "counted": asked.view.counted}
    rows = np.array([hit.version for hit in hits], dtype=np.int64)
    shared = parts.texts.words.shared(asked.question.text, rows, TERMS, **known)
    written = sharedwords.Asked(asked.question.text)
    return [
        written.told(found, post_text(posts[hit.post]), WORDS) if hit.post in posts else []
        for hit, found in zip(hits, shared, strict=True)
    ]


def points_of(ranker: SimilarRanker, found: Likeness) -> dict[str, Floats]:
    """The points of each signal, (n,) each."""
    points = {name: ranker.weights[name] * values for name, values in found.signals.items()}
    points["declared"] = np.where(found.declared, weights.DECLARED_POINTS, 0.0)
    points["parted"] = np.where(found.parted, weights.PARTED_POINTS, 0.0)
    return points


def _texts_of(threads: Ints, begun: Roots) -> Ints:
    """The versions, ascending, of those of the posts `threads` that are roots."""
    places = begun.place[threads[threads < len(begun.place)]]
    found: Ints = np.unique(begun.rows[places[places >= 0]])
    return found


def twins_of(texts: TextIndex, rows: Ints) -> Ints:
    """Pairs (m, 2) of places of `rows`, versions, whose texts say nearly the same as each other."""
    vectors = vectors_of(texts, rows)
    found: Ints = np.argwhere(np.triu(np.round(vectors @ vectors.T, DIGITS) >= NEARLY_SAME, 1))
    return found


def closeness(likeness: float) -> Sentence:
    """A cosine in words."""
    if likeness >= NEARLY_SAME:
        return say("says nearly the same")
    if likeness >= 0.6:
        return say("is close in meaning")
    if likeness >= 0.4:
        return say("is about something related")
    return say("has a little in common")


def roots_of(hits: list[SimilarHit]) -> Ints:
    """The posts of hits, as keys."""
    return np.array([hit.post for hit in hits], dtype=np.int64)
