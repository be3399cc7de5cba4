"""What `learn` does: corpus statistics, then weights, then chances, on open posts alone."""

from collections.abc import Callable
from dataclasses import dataclass

from embeddings.statistics import Statistics

from .fitting import OWN_STRENGTH, Example, as_vector, fit_chances, fit_weights, silence_of
from .parts import Parts
from .ranker import Ranker, default_ranker
from .training import examples_of
from .view import View

LEAST_SILENCE = 100
"""Answered questions from which the threshold of "nobody here" is one's own."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was fitted, on how many texts, questions, and questions that were answered."""

    statistics: Statistics
    ranker: Ranker
    texts: int
    questions: int
    answered: int


def learn(
    parts: Parts,
    view: View,
    until: int,
    told: Callable[[int, int], None] | None = None,
) -> Learned:
    """Fit on what `view`, a stranger's of the moment `until`, holds."""
    statistics = parts.texts.words.fit(view.counted)
    examples = examples_of(parts, view, until, statistics, default_ranker(), told)
    ranker = own_ranker(examples, default_ranker())
    return Learned(
        statistics=statistics,
        ranker=ranker,
        texts=int(view.counted.sum()),
        questions=len(examples),
        answered=ranker.answered,
    )


def own_ranker(examples: list[Example], prior: Ranker, strength: float = OWN_STRENGTH) -> Ranker:
    """The prior moved as far as the examples carry: the more of them, the further."""
    answered = sum(bool(example.replied.any()) for example in examples)
    weights = fit_weights([examples], as_vector(prior.weights), strength / max(answered, 1))
    candidate, anyone = fit_chances(examples, weights, prior)
    silence = silence_of(examples) if answered >= LEAST_SILENCE else prior.silence
    return Ranker(weights, candidate, anyone, silence, answered)
