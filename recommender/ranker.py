"""What `learn` finds out about ranking people, and what is taken where nothing was learned.

A signal is a column over candidates. Its points are weight x value / spread, the spread being its
standard deviation over all who have replied before; what a candidate with an average value would
get is taken off as the baseline. Few signals count by the unit instead. Two signals may also count
together, by the product of both (`scale.Together`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import combinations_with_replacement

import orjson

SCALED = (
    "dense_90",
    "words_90",
    "asked",
    "striking",
    "mean",
    "mean_180",
    "peculiar_180",
    "kernel_90",
    "kernel_365",
    "activity_3",
    "activity_14",
    "activity_60",
    "activity_365",
    "first_60",
    "recent",
    "recency",
    "presence",
    "present",
    "quick",
    "place_14",
    "place_90",
    "place_recency",
    "focus",
    "tags",
)
"""Signals that count by standard deviations."""

NAMED = ("named_called", "named_whole", "named_first")
"""Signals that somebody is named in the question: after an at sign; by their whole name; by a word
that is their first name, divided by how many are named so."""

BY_UNIT = ("asker_30", "asker_180", *NAMED)
"""Signals that count by what they are: log(1 + threads of the asker joined by somebody), and 1."""

SIGNALS = (*SCALED, *BY_UNIT)

PAIRED = (*SCALED, "asker_30", "asker_180")
"""Signals that count together with others, and with themselves: all but names, which are rare."""

BESIDE = "*"
PAIRS = tuple(f"{a}{BESIDE}{b}" for a, b in combinations_with_replacement(PAIRED, 2))
"""Products of two signals, by the names of both."""

CLIP = 12.0
"""Spreads from the average, or units, beyond which a signal counts no further in a product. Chosen
on validation windows (evaluation/results/signals.md)."""

SHORT_LESS = (0.12, 0.12, 0.12, 0.09, 0.07)
"""How much less alike the nearest post is to a question of one, two, ... telling words than to a
whole one: the difference of the .02 quantiles, parts of titles against whole questions asked of
what had been answered before, is .14, .14, .12, .09 and .08 on average over four communities."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights and calibration of "who knows".

    Attributes
    ----------
    weights : points by signal, every one of SIGNALS.
    probability : coefficients of a candidate's chance, `calibration.of_candidate` says of what.
    answerable : the same of the chance that anyone replies.
    silence : likeness of the nearest post, at the quantiles (.01, .02, ... .20) of questions that
        somebody here answered: below the one of a rate, that rate of false alarms.
    answered : own questions with an answer that it was fitted on; 0 for the default.
    centre : mean vector of the roots open to all; empty where nothing was learned.
    pairs : points of the product of two signals in spreads from their averages, clipped; of PAIRS
        those that have any.
    """

    weights: Mapping[str, float]
    probability: tuple[float, ...]
    answerable: tuple[float, ...]
    silence: tuple[float, ...]
    answered: int = 0
    centre: tuple[float, ...] = ()
    pairs: Mapping[str, float] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As JSON, keys sorted: equal rankers give equal bytes."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Ranker":
        """Inverse of `to_bytes`; a signal or a pair that is not in it has no weight."""
        told = orjson.loads(kept)
        return cls(
            weights={name: float(told["weights"].get(name, 0.0)) for name in SIGNALS},
            probability=tuple(told["probability"]),
            answerable=tuple(told["answerable"]),
            silence=tuple(told["silence"]),
            answered=int(told.get("answered", 0)),
            centre=tuple(told.get("centre", ())),
            pairs={name: float(w) for name, w in told.get("pairs", {}).items() if name in PAIRS},
        )

    def known(self, false_alarms: float, words: int | None = None) -> float:
        """Likeness below which nobody has shown knowledge, at a rate of false alarms (0 to .2).

        `words`: how many words that tell anything the question has, None for many.
        """
        place = round(false_alarms * 100) - 1
        if place < 0:
            return 0.0
        likeness = self.silence[min(place, len(self.silence) - 1)]
        if words is None or words > len(SHORT_LESS):
            return likeness
        return likeness - SHORT_LESS[max(words, 1) - 1]


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """What whoever runs it decides about ranking.

    Attributes
    ----------
    newcomers : points for somebody who has not joined a thread yet, fewer for each of the first
        five joined; 0 ranks by expected help alone. Its price is in evaluation/results/exposure.md.
    quickness : whether how soon somebody usually replies may count.
    false_alarms : rate, 0 to .2, at which "nobody here has shown knowledge of this" may be said of
        questions that somebody does answer.
    """

    newcomers: float = 0.0
    quickness: bool = True
    false_alarms: float = 0.02

    def applied(self, ranker: Ranker) -> Ranker:
        """The ranker without what is switched off."""
        if self.quickness:
            return ranker
        pairs = {pair: w for pair, w in ranker.pairs.items() if "quick" not in pair.split(BESIDE)}
        return replace(ranker, weights={**ranker.weights, "quick": 0.0}, pairs=pairs)


@cache
def default_ranker() -> Ranker:
    """What was learned on the development communities (evaluation/results/training.md)."""
    return Ranker.from_bytes(files("recommender").joinpath("defaults.json").read_bytes())
