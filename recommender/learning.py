"""What `learn` does: corpus statistics, then weights, then chances, then those of the feed, on open
posts alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from embeddings.statistics import Statistics

from .alike import SimilarRanker, default_similar
from .feedlearning import own_feed_ranker, own_turns
from .feedranker import FeedRanker
from .fitting import (
    OWN_STRENGTH,
    Example,
    answered_in,
    as_vector,
    fit_chances,
    fit_own,
    likenesses_in,
    silence_of,
)
from .parts import Parts
from .ranker import Ranker
from .similar_examples import pairings_of, templates_of, whitening_of
from .similar_fitting import LEAST, own_similar
from .split_posts import split_pairings
from .templates import Templates
from .training import examples_of
from .view import View
from .whitening import Whitening

CENTRE_DIGITS = 5
"""Decimals of the mean vector: its components are of some hundredths."""

LEAST_SILENCE = 100
"""Answered questions, copies left out, from which the threshold of "nobody here" is one's own."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was fitted, on how many texts, questions, and questions that were answered."""

    statistics: Statistics
    ranker: Ranker
    feed: FeedRanker
    similar: SimilarRanker
    whitening: Whitening | None
    templates: Templates
    texts: int
    questions: int
    answered: int


def learn(
    parts: Parts,
    view: View,
    until: int,
    prior: Ranker,
    feed_prior: FeedRanker,
    moved: bool = True,
    told: Callable[[int, int], None] | None = None,
) -> Learned:
    """Fit on what `view`, a stranger's of the moment `until`, holds.

    `moved`: whether the rankers are moved from `prior` and `feed_prior`, or only the corpus
    statistics are fitted.
    """
    statistics = parts.texts.words.fit(view.counted)
    prior = replace(prior, centre=centre_of(parts, view))
    examples = examples_of(parts, view, until, statistics, prior, told) if moved else []
    ranker = own_ranker(examples, prior) if moved else prior
    turns = own_turns(parts, view, until, told) if moved else []
    feed = own_feed_ranker(turns, feed_prior) if moved else feed_prior
    whitening = whitening_of(parts, view)
    alike = default_similar()
    if moved:
        linked = pairings_of(parts, view, statistics, whitening, alike)
        few = len(linked) < LEAST
        split = split_pairings(parts, view, statistics, whitening, alike) if few else []
        alike = own_similar(linked, split, alike)
    return Learned(
        statistics=statistics,
        ranker=ranker,
        feed=feed,
        similar=alike,
        whitening=whitening,
        templates=templates_of(parts, view),
        texts=int(view.counted.sum()),
        questions=len(examples),
        answered=ranker.answered,
    )


def own_ranker(examples: list[Example], prior: Ranker, strength: float = OWN_STRENGTH) -> Ranker:
    """The prior moved as far as the examples carry: the more of them, the further."""
    answered = answered_in(examples)
    weights, pairs = fit_own(examples, as_vector(prior.weights, prior.pairs), strength)
    candidate, anyone = fit_chances(examples, weights, prior, pairs)
    own = len(likenesses_in(examples)) >= LEAST_SILENCE
    silence = silence_of(examples) if own else prior.silence
    return Ranker(weights, candidate, anyone, silence, answered, prior.centre, pairs)


def centre_of(parts: Parts, view: View) -> tuple[float, ...]:
    """The mean vector of the roots open to all, as `Ranker.centre`."""
    posts, versions = view.community.posts, view.community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    rows = np.flatnonzero(view.counted & (posts["root"][of] == of))
    return tuple(round(float(x), CENTRE_DIGITS) for x in parts.texts.centre(rows))


def english_share(parts: Parts, view: View) -> float:
    """The share, of the texts open to all, of those in English or in no known language."""
    rows = np.flatnonzero(view.counted)
    rows = rows[parts.texts.english.has(rows) | parts.texts.multilingual.has(rows)]
    return round(float(parts.texts.english.has(rows).mean()), 4) if len(rows) else 0.0
