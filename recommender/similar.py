"""Which threads are about the same: meaning, words and titles in one convex sum."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.reading import KIND_SHIFT, KINDS
from embeddings.statistics import Statistics

from . import weights
from .columns import Ints
from .community import Community
from .meaning import Question
from .queries import SimilarQuery
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

DEPTH = 100
"""Hits that each field brings in; the sum is taken over all that any of them found."""


@dataclass(frozen=True, slots=True)
class SimilarHit:
    """A root near the text: its key, its text's version, score, cosine, and shared words."""

    post: int
    version: int
    score: float
    likeness: float
    probability: float
    words: tuple[str, ...]


def find(
    community: Community,
    texts: TextIndex,
    statistics: Statistics | None,
    query: SimilarQuery,
    question: Question,
    view: View,
) -> list[SimilarHit]:
    """Every thread worth ranking, best first; ties by version, which the caller settles by id."""
    posts = community.posts
    of = np.minimum(community.versions["post"], len(posts) - 1)
    roots = view.texts & (posts["root"][of] == of)
    if query.kinds:
        codes = [KINDS.index(kind) for kind in query.kinds if kind in KINDS]
        roots &= np.isin(posts["flags"][of] >> KIND_SHIFT, codes)
    known = {"statistics": statistics, "counted": view.counted}
    heading = query.title or question.text
    near, _ = texts.nearest(question, roots, DEPTH)
    worded, _ = texts.words.search(question.text, roots, DEPTH, **known)  # type: ignore[arg-type]
    titled, _ = texts.titles.search(heading, roots, DEPTH, **known)  # type: ignore[arg-type]
    rows = np.unique(np.concatenate([near, worded, titled]))
    if not len(rows):
        return []
    likeness = texts.likeness(question, rows)
    words = _shares(texts.words.scores(question.text, rows, **known))  # type: ignore[arg-type]
    titles = _shares(texts.titles.scores(heading, rows, **known))  # type: ignore[arg-type]
    score = (
        weights.SIMILAR["dense"] * _spread(likeness)
        + weights.SIMILAR["words"] * words
        + weights.SIMILAR["titles"] * titles
    )
    if query.space in community.space_keys:
        here = posts["space"][of[rows]] == community.space_keys[query.space]
        score = score + weights.SIMILAR["space"] * here
    score = np.round(score, 9)
    same = [probability_same(float(a), float(w)) for a, w in zip(likeness, words, strict=True)]
    order = np.lexsort((rows, -score))[: max(query.k, DEPTH)]
    shared = texts.words.shared(question.text, rows[order], 3, **known)  # type: ignore[arg-type]
    return [
        SimilarHit(
            post=int(of[rows[i]]),
            version=int(rows[i]),
            score=float(score[i]),
            likeness=float(likeness[i]),
            probability=round(same[i], 6),
            words=tuple(keyword.word for keyword in found),
        )
        for i, found in zip(order.tolist(), shared, strict=True)
    ]


def _shares(scores: Floats) -> Floats:
    """Scores as shares of the best; zeros where nothing matches."""
    best = float(scores.max(initial=0.0))
    return scores / best if best > 0.0 else scores


def _spread(scores: Floats) -> Floats:
    """Min-max over the hits; ones where all are equal."""
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.ones_like(scores)


def probability_same(likeness: float, words: float) -> float:
    """The chance that two posts are about the same thing, from cosine and share of words."""
    intercept, by_likeness, by_words = weights.SAME
    x = intercept + by_likeness * likeness + by_words * words
    return 1.0 / (1.0 + math.exp(-x))


def closeness(likeness: float) -> str:
    """A cosine in words."""
    if likeness >= 0.8:
        return "says nearly the same"
    if likeness >= 0.6:
        return "is close in meaning"
    if likeness >= 0.4:
        return "is about something related"
    return "has a little in common"


def roots_of(hits: list[SimilarHit]) -> Ints:
    """The posts of hits, as keys."""
    return np.array([hit.post for hit in hits], dtype=np.int64)
