"""Fitting of weights and chances: convex losses, drawn to a prior, the same result each time.

In: `Example`s, one a question, with the signals of its candidates as they stood. Out: weights by
signal and coefficients of the two chances. Nothing here knows of texts, posts or people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from .calibration import (
    ANYONE_PRIOR,
    CANDIDATE_PRIOR,
    answerable_terms,
    candidate_terms,
    crowd_of,
    logistic,
)
from .columns import Flags
from .listwise import Lists, fitted
from .pace import Pace
from .products import sums_of
from .ranker import CLIP, PAIRED, PAIRS, SIGNALS, Ranker

Floats = npt.NDArray[np.float64]

APRIORI = {
    "dense_90": 0.2,
    "words_90": 0.2,
    "asked": 0.1,
    "striking": 0.1,
    "mean": 0.15,
    "mean_180": 0.1,
    "peculiar_180": 0.1,
    "kernel_90": 0.15,
    "kernel_365": 0.15,
    "activity_3": 0.05,
    "activity_14": 0.15,
    "activity_60": 0.15,
    "activity_365": 0.1,
    "first_60": 0.2,
    "recent": 0.2,
    "recency": 0.2,
    "presence": 0.15,
    "present": 0.1,
    "quick": 0.1,
    "place_14": 0.1,
    "place_90": 0.1,
    "place_recency": 0.1,
    "focus": 0.1,
    "tags": 0.1,
    "asker_30": 0.3,
    "asker_180": 0.2,
    "named_called": 3.0,
    "named_whole": 2.0,
    "named_first": 0.5,
}
"""Where every fit of several communities starts from and is drawn back to: all weights positive
and about equal, written by hand before any fit. Such improper weights lose little against fitted
ones where signals overlap (Dawes, The robust beauty of improper linear models, 1979)."""

OWN_STRENGTH = 200.0
"""Questions that the prior weights as much as: own ones beyond outweigh it. Chosen on validation
windows (evaluation/results/training.md)."""

PAIRS_STRENGTH = 6_000.0
"""Own answered questions at which the penalty on pairs is 1; with a tenth of them it is 100, since
of hundreds of weights a short history tells nothing. Chosen on validation windows
(evaluation/results/signals.md)."""

LEAST_PAIRED = 3_000
"""Own answered questions from which pairs are learned at all: a forum with some 2,000 lost by them,
a chat with 3,500 gained (evaluation/results/signals.md)."""

POOLED_STRENGTH = 1.0
"""Penalty on the squared distance from APRIORI where communities are fitted together; chosen like
OWN_STRENGTH."""

CHANCE_STRENGTH = 30.0
"""Questions that the prior coefficients of the chances weigh as much as."""

UNKNOWN_STRENGTH = 1e-3
"""Penalty on squared coefficients where there is no prior."""

TOP = 10
"""Candidates of a question whose chances are fitted."""

COPY = 0.95
"""Likeness from which a question is what was asked or said before, all but word for word: that
tells nothing of how like a new one is."""

DIGITS = 4
"""Decimals that are kept: what lies beyond is the optimiser's own noise."""

PAIR_DIGITS = 5
"""The same of pairs, which multiply larger numbers."""

COLUMNS = [SIGNALS.index(name) for name in PAIRED]
"""Where PAIRED lie among SIGNALS."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question as it stood, and who replied.

    Attributes
    ----------
    signals : (candidates, len(SIGNALS)) float32, in units of spread; those foremost by an earlier
        ranking, and all who replied.
    fixed : (candidates,) points of signals that are not learned.
    replied : (candidates,) who replied within 30 days.
    answered : whether anybody did, candidate or not.
    known : likeness of the nearest reply or answered thread, to the question without its frame.
    """

    signals: npt.NDArray[np.float32]
    fixed: Floats
    replied: Flags
    answered: bool
    pace: Pace
    known: float

    def scores(self, weights: Floats) -> Floats:
        """(candidates,) points; `weights` are of SIGNALS, and of PAIRS behind them if there are."""
        scores: Floats = self.signals @ weights[: len(SIGNALS)] + self.fixed
        pairs = weights[len(SIGNALS) :]
        return scores + sums_of(self.standing(), pairs) if pairs.any() else scores

    def standing(self) -> npt.NDArray[np.float32]:
        """(candidates, len(PAIRED)) what products are made of."""
        return np.clip(self.signals[:, COLUMNS], -CLIP, CLIP)


def as_vector(weights: Mapping[str, float], pairs: Mapping[str, float] | None = None) -> Floats:
    """Weights in the order of SIGNALS, and behind them of PAIRS if these are given."""
    alone = np.array([weights[name] for name in SIGNALS])
    if pairs is None:
        return alone
    return np.concatenate([alone, [pairs.get(pair, 0.0) for pair in PAIRS]])


def fit_weights(
    groups: Sequence[Sequence[Example]], prior: Floats, strength: float
) -> dict[str, float]:
    """Weights under which those who replied are likely drawn from among the candidates.

    Listwise: the mean over questions of -log softmax of who replied (Cao et al. 2007, top one),
    and strength / 2 times the squared distance to `prior`. Each group counts by the square root
    of its number of questions. The prior where no question has a candidate who replied.
    """
    lists = [_lists(group) for group in groups]
    return _rounded(SIGNALS, fitted(lists, prior, strength))


def fit_own(
    examples: Sequence[Example], prior: Floats, strength: float = OWN_STRENGTH
) -> tuple[dict[str, float], dict[str, float]]:
    """Weights of signals and of pairs that one community's examples move `prior` to.

    As `fit_weights`; `prior` is (len(SIGNALS),), or has the pairs behind them. `strength` is in
    questions; PAIRS_STRENGTH holds for the pairs, which stay as they are under LEAST_PAIRED. A pair
    without points is left out.
    """
    answered = max(answered_in(examples), 1)
    start = np.pad(prior, (0, len(SIGNALS) + len(PAIRS) - len(prior)))
    if answered < LEAST_PAIRED:
        pairs = start[len(SIGNALS) :]
        held = np.concatenate([np.zeros(len(SIGNALS)), pairs])
        alone = fitted([_lists(examples, held)], start[: len(SIGNALS)], strength / answered)
    else:
        each = [strength / answered, (PAIRS_STRENGTH / answered) ** 2]
        penalties = np.repeat(each, [len(SIGNALS), len(PAIRS)])
        found = fitted([_lists(examples, paired=True)], start, penalties)
        alone, pairs = found[: len(SIGNALS)], found[len(SIGNALS) :]
    told = _rounded(PAIRS, pairs, PAIR_DIGITS)
    return _rounded(SIGNALS, alone), {pair: points for pair, points in told.items() if points}


def answered_in(examples: Sequence[Example]) -> int:
    """How many have a right answer."""
    return sum(bool(example.replied.any()) for example in examples)


def _lists(examples: Sequence[Example], held: Floats | None = None, paired: bool = False) -> Lists:
    """The answered ones. `held`: weights that are not learned; `paired`: whether pairs are."""
    kept = [example for example in examples if example.replied.any()]
    return Lists.joined(
        signals=[example.signals for example in kept],
        fixed=[example.fixed if held is None else example.scores(held) for example in kept],
        share=[example.replied / example.replied.sum() for example in kept],
        width=len(SIGNALS),
        standing=[example.standing() for example in kept] if paired else (),
    )


def _rounded(names: Sequence[str], weights: Floats, digits: int = DIGITS) -> dict[str, float]:
    return dict(zip(names, (round(float(w), digits) for w in weights), strict=True))


def fit_chances(
    examples: Sequence[Example],
    weights: Mapping[str, float],
    prior: Ranker | None,
    pairs: Mapping[str, float] | None = None,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Coefficients of a candidate's chance and of an answer's; answered questions or not.

    Scores are by `weights` and `pairs`. Drawn to those of `prior`, unless it is None.
    """
    vector = as_vector(weights, pairs)
    foremost, came = [], []
    for example in examples:
        scores = example.scores(vector)
        crowd = crowd_of(scores)
        top = np.argsort(-scores, kind="stable")[:TOP]
        foremost.append([candidate_terms(float(scores[i]), crowd, example.pace) for i in top])
        came += example.replied[top].tolist()
    strength = CHANCE_STRENGTH / max(len(examples), 1) if prior else UNKNOWN_STRENGTH
    start = prior.probability if prior else CANDIDATE_PRIOR
    candidate = _logistic([terms for top in foremost for terms in top], came, start, strength)
    asked = [
        answerable_terms([logistic(candidate, terms) for terms in top], example.pace)
        for example, top in zip(examples, foremost, strict=True)
    ]
    start = prior.answerable if prior else ANYONE_PRIOR
    anyone = _logistic(asked, [example.answered for example in examples], start, strength)
    return candidate, anyone


def _logistic(
    terms: Sequence[Sequence[float]],
    came: Sequence[bool],
    prior: Sequence[float],
    strength: float,
) -> tuple[float, ...]:
    """Logistic regression drawn to `prior`; the second coefficient, the score's, stays positive."""
    if not terms:
        return tuple(prior)
    x, y, start = np.array(terms), np.array(came, dtype=np.float64), np.array(prior)

    def loss(c: Floats) -> tuple[float, Floats]:
        logits = x @ c
        apart = c - start
        value = float(np.mean(np.logaddexp(0.0, logits) - y * logits))
        slope = x.T @ (1.0 / (1.0 + np.exp(-logits)) - y) / len(y)
        return value + strength / 2 * float(apart @ apart), slope + strength * apart

    bounds = [(0.01, None) if i == 1 else (None, None) for i in range(len(start))]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(round(float(c), DIGITS) for c in found.x)


def likenesses_in(examples: Sequence[Example]) -> list[float]:
    """`known` of the questions that a candidate replied to and that were no copies."""
    return [x.known for x in examples if x.replied.any() and x.known < COPY]


def silence_of(examples: Sequence[Example]) -> tuple[float, ...]:
    """`Ranker.silence`: quantiles of `likenesses_in`."""
    return pooled_silence([examples])


def pooled_silence(groups: Sequence[Sequence[Example]]) -> tuple[float, ...]:
    """`silence_of` several communities, each of which counts the same; empty without questions."""
    known = [group for group in map(likenesses_in, groups) if group]
    if not known:
        return ()
    found = np.quantile(
        np.concatenate(known),
        np.arange(1, 21) / 100,
        weights=np.concatenate([np.full(len(group), 1 / len(group)) for group in known]),
        method="inverted_cdf",
    )
    return tuple(round(float(q), DIGITS) for q in found)
