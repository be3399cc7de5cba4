"""Pairs of texts about the same thing, made from a community's own posts where nobody links.

In: the parts of an engine, and what a stranger may see. Out: `Pairing`s: the first half of a
post asks, its second half under its title is the one thread that is the same, beside the real
threads that were there.
"""

import numpy as np

from embeddings.lexical import LexicalIndex
from embeddings.registry import MINILM
from embeddings.statistics import Statistics

from .alike import SIGNALS, SimilarRanker
from .columns import Ints, in_time
from .likeness import Asked, Floats, Known, Likeness, covered
from .parts import Parts
from .queries import SimilarQuery
from .questions import Question
from .similar import SimilarParts, candidates, points_of, twins_of
from .similar_examples import Pairing, asked_of
from .view import View
from .whitening import Whitening, sample

MOST = 100
"""Posts that are split; drawn evenly over time."""

EARLY = 0.3
"""Part of the roots, from the first, that are not: too little was there to be mixed up with."""

WORDS = 30
"""Words of a body from which each half says something."""


def split_pairings(
    parts: Parts,
    view: View,
    statistics: Statistics | None,
    whitening: Whitening | None,
    ranker: SimilarRanker,
) -> list[Pairing]:
    """An answer for each post that is split, at most `MOST`, by time."""
    posts, versions = view.community.posts, view.community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    keys = np.unique(of[view.counted & (posts["root"][of] == of)])
    keys = in_time(keys, posts["created"], posts["rank"])
    similar = SimilarParts(parts.texts, statistics, whitening, ranker)
    found = []
    for key in sample(keys[int(EARLY * len(keys)) :], MOST).tolist():
        whole = asked_of(parts, view, key)
        halves = None if whole is None else _halves(parts, whole)
        if whole is None or halves is None:
            continue
        first, rest = halves
        answer = candidates(similar, first)
        if len(answer.rows):
            found.append(_with(similar, answer, first, rest, whole.query.title or ""))
    return found


def _halves(parts: Parts, whole: Asked) -> tuple[Asked, Question] | None:
    """The first half of a body as what is asked, and the rest; None if it is short, or not read
    by MiniLM."""
    words = (whole.query.body or "").split()
    if len(words) < WORDS or MINILM not in whole.question.vectors:
        return None
    middle = len(words) // 2
    query = SimilarQuery(body=" ".join(words[:middle]), space=whole.query.space)
    first = parts.reader.read(query.body or "")
    rest = parts.reader.read(" ".join([whole.query.title or "", *words[middle:]]))
    if MINILM not in first.vectors or MINILM not in rest.vectors:
        return None
    return Asked(query, first, whole.view), rest


def _with(
    similar: SimilarParts, answer: Likeness, first: Asked, rest: Question, title: str
) -> Pairing:
    """The answer with the other half among its threads, as old as the best of them are."""
    known: Known = {"statistics": similar.statistics, "counted": first.view.counted}
    mine, theirs = first.question.vectors[MINILM], rest.vectors[MINILM]
    meaning = float(mine @ theirs)
    peculiar = np.array([meaning])
    if similar.whitening is not None:
        peculiar = similar.whitening.cosines(mine, theirs[None, :])
    best = np.argsort(-np.sum(list(points_of(similar.ranker, answer).values()), axis=0))[:10]
    own = dict.fromkeys(SIGNALS, 0.0) | {
        "meaning": meaning,
        "peculiar": float(peculiar[0]),
        "words": _held(rest.text, first.question.text, known),
        "titles": _held(title, first.question.text, known),
        "fresh": float(np.median(answer.signals["fresh"][best])),
        "replies": float(np.median(answer.signals["replies"][best])),
    }
    rows = np.stack([answer.signals[name] for name in SIGNALS], axis=1)
    signals: Floats = np.vstack([rows, [[own[name] for name in SIGNALS]]])
    linked = np.zeros(len(signals), dtype=bool)
    linked[-1] = True
    twins = twins_of(similar.texts, answer.rows)
    return Pairing(signals.astype(np.float32), linked, np.zeros_like(linked), twins)


def _held(text: str, asked: str, known: Known) -> float:
    """How much of `asked` a text covers that is in no index."""
    index = LexicalIndex()
    row: Ints = np.zeros(1, dtype=np.int64)
    index.put(row, [text])
    if known["statistics"] is None:
        return 0.0
    return float(covered(index, asked, row, known)[0])
