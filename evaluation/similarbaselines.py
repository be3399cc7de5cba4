"""The rankings of similar threads that ours must beat: words, meaning, and two ways to join them.

In: BM25 and MiniLM over the roots in the order of time. Out: systems by name, each a function
from a query to the likeness of every earlier root.
"""

from collections.abc import Callable

import numpy as np

from evaluation.history import Floats
from evaluation.links import Linked, query_text
from evaluation.relevance import Similarity

SimilarSystem = Callable[[Linked], Floats]
"""A query to one score for each root before it; higher is more alike."""

DENSE_WEIGHT = 0.7
"""Of MiniLM in the convex sum, as it was best on the validation links of three communities."""
RRF_K = 60
RRF_DEPTH = 100


def similar_systems(words: Similarity, meaning: Similarity) -> dict[str, SimilarSystem]:
    """Every baseline of PROTOCOL "Similar"."""

    def bm25(query: Linked) -> Floats:
        return words.scores(query_text(query), query.before)

    def minilm(query: Linked) -> Floats:
        return meaning.scores(query_text(query), query.before)

    return {
        "bm25": bm25,
        "minilm": minilm,
        "convex": lambda query: convex(minilm(query), bm25(query)),
        "rrf": lambda query: fused(bm25(query), minilm(query)),
    }


def convex(dense: Floats, lexical: Floats) -> Floats:
    """The sum of both after each was stretched to 0 and 1, `DENSE_WEIGHT` for `dense`."""
    return DENSE_WEIGHT * _stretched(dense) + (1 - DENSE_WEIGHT) * _stretched(lexical)


def fused(*scores: Floats) -> Floats:
    """Reciprocal rank fusion of the first hundred of each (Cormack, Clarke and Büttcher 2009)."""
    total = np.zeros(len(scores[0]))
    for one in scores:
        order = np.argsort(-one, kind="stable")[:RRF_DEPTH]
        total[order] += 1.0 / (RRF_K + 1 + np.arange(len(order)))
    return total


def _stretched(scores: Floats) -> Floats:
    low, high = scores.min(initial=np.inf), scores.max(initial=-np.inf)
    return (scores - low) / (high - low) if high > low else np.zeros(len(scores))
