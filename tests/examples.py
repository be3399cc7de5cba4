"""Examples for the ranker that are drawn by lot, by weights that are known."""

import numpy as np

from recommender.calibration import Pace
from recommender.fitting import Example
from recommender.ranker import SIGNALS

CANDIDATES = 15

TRUE = np.linspace(-0.8, 1.2, len(SIGNALS))
"""Weights that those who reply are drawn by."""


def drawn(
    seed: int, questions: int, weights: np.ndarray = TRUE, *, nobody: bool = False
) -> list[Example]:
    """Questions to each of which one candidate replied, likelier the higher the score."""
    rng = np.random.default_rng(seed)
    examples = []
    for _ in range(questions):
        signals = rng.standard_normal((CANDIDATES, len(SIGNALS))).astype(np.float32)
        odds = np.exp(signals @ weights)
        replied = np.zeros(CANDIDATES, dtype=bool)
        if not nobody:
            replied[rng.choice(CANDIDATES, p=odds / odds.sum())] = True
        pace = Pace(float(rng.uniform(0.5, 3.0)), float(rng.uniform(0.3, 0.9)))
        known = float(rng.uniform(0.2, 0.8))
        examples.append(
            Example(signals, np.zeros(CANDIDATES), replied, bool(replied.any()), pace, known)
        )
    return examples
