"""Which threads are about the same: meaning, words and titles in one convex sum."""

import math
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from data.models import POST_KINDS
from data.reading import KIND_SHIFT
from embeddings.lexical import MOST_TERMS, LexicalIndex
from embeddings.statistics import Statistics

from . import weights
from .columns import DIGITS, Flags, Ints
from .community import Community
from .meaning import Question
from .queries import SimilarQuery
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]


class Known(TypedDict):
    """What a lexical index is told of the corpus."""

    statistics: Statistics | None
    counted: Flags


WORDLESS = 0.35
"""How much less than its cosine a like text of the same language covers of a text's words: the
usual gap between the two among linked threads."""

NEARLY_SAME = 0.8
"""Cosine from which two texts say nearly the same: near-duplicates."""

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
        codes = [POST_KINDS.index(kind) for kind in query.kinds if kind in POST_KINDS]
        roots &= np.isin(posts["flags"][of] >> KIND_SHIFT, codes)
    known: Known = {"statistics": statistics, "counted": view.counted}
    heading = query.title or question.text
    near, _ = texts.nearest(question, roots, DEPTH)
    worded, _ = texts.words.search(question.text, roots, DEPTH, **known)
    titled, _ = texts.titles.search(heading, roots, DEPTH, **known)
    rows = np.unique(np.concatenate([near, worded, titled]))
    if not len(rows):
        return []
    likeness = texts.likeness(question, rows)
    # What is in another language shares few words however like it is: it is taken to share as
    # many as its meaning makes likely.
    likely = np.where(texts.is_foreign(question, rows), likeness - WORDLESS, 0.0)
    words = np.maximum(_covered(texts.words, question.text, rows, known), likely)
    titles = np.maximum(_covered(texts.titles, heading, rows, known), likely)
    score = (
        weights.SIMILAR["dense"] * likeness
        + weights.SIMILAR["words"] * words
        + weights.SIMILAR["titles"] * titles
    )
    if query.space in community.space_keys:
        here = posts["space"][of[rows]] == community.space_keys[query.space]
        score = score + weights.SIMILAR["space"] * here
    score = np.round(score, DIGITS)
    order = np.lexsort((rows, -score))[: max(query.k, DEPTH)]
    shared = texts.words.shared(question.text, rows[order], 3, **known)
    return [
        SimilarHit(
            post=int(of[rows[i]]),
            version=int(rows[i]),
            score=float(score[i]),
            likeness=float(likeness[i]),
            probability=round(probability_same(float(score[i])), 6),
            words=tuple(keyword.word for keyword in found),
        )
        for i, found in zip(order.tolist(), shared, strict=True)
    ]


def _covered(index: LexicalIndex, text: str, rows: Ints, known: Known) -> Floats:
    """How much of a text's information each row holds, about 0 to 1: BM25 over the sum of idf.

    Unlike a share of the best hit, it does not make a match of one common word look like much.
    """
    whole = sum(keyword.weight for keyword in index.keywords(text, MOST_TERMS, **known))
    scores = index.scores(text, rows, **known)
    return np.minimum(scores / whole, 1.0) if whole > 0.0 else scores


def probability_same(score: float) -> float:
    """The chance that two posts are about the same thing; rises with the score."""
    intercept, slope = weights.SAME
    return 1.0 / (1.0 + math.exp(-(intercept + slope * score)))


def closeness(likeness: float) -> str:
    """A cosine in words."""
    if likeness >= NEARLY_SAME:
        return "says nearly the same"
    if likeness >= 0.6:
        return "is close in meaning"
    if likeness >= 0.4:
        return "is about something related"
    return "has a little in common"


def roots_of(hits: list[SimilarHit]) -> Ints:
    """The posts of hits, as keys."""
    return np.array([hit.post for hit in hits], dtype=np.int64)
