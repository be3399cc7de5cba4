"""What weights from other communities are worth, with and without a community's own history.

In: examples by community (`evaluation.collecting`). Out: reciprocal ranks on the validation
windows, a value a question, for weights fitted without that community and then moved towards its
own training window. A question's own ranking is over the example's candidates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from evaluation.collecting import Collected
from evaluation.journal import Progress
from recommender.fitting import (
    APRIORI,
    OWN_STRENGTH,
    POOLED_STRENGTH,
    Example,
    answered_in,
    as_vector,
    fit_chances,
    fit_own,
    fit_weights,
    pooled_silence,
)
from recommender.ranker import SIGNALS, Ranker

Floats = npt.NDArray[np.float64]
Ranks = dict[str, Floats]
"""Community to the reciprocal rank of each measured question."""

POOLED_TRIED = (0.1, 0.3, 1.0, 3.0, 10.0)
OWN_TRIED = (30.0, 100.0, 200.0, 300.0, 1000.0)

LEAST_MEASURED = 80
"""Measured questions from which a community counts in a macro average."""

DIGITS = 6
"""Decimals of a score, as answers have."""

GROUPS: dict[str, tuple[str, ...]] = {
    "votes of like threads": ("dense_90", "words_90", "asked"),
    "one striking post": ("striking",),
    "likeness to all they joined": ("mean", "mean_180", "peculiar_180"),
    "kernel over all they joined": ("kernel_90", "kernel_365"),
    "activity": ("activity_3", "activity_14", "activity_60", "activity_365"),
    "first to reply": ("first_60",),
    "whole threads lately": ("recent",),
    "last reply": ("recency",),
    "presence": ("presence", "present"),
    "quickness": ("quick",),
    "the question's space": ("place_14", "place_90", "place_recency", "focus"),
    "its tags": ("tags",),
    "its asker": ("asker_30", "asker_180"),
    "names in it": ("named_called", "named_whole", "named_first"),
}
"""Signals that are left out together, every one of SIGNALS in one group."""


def reciprocal_ranks(examples: Sequence[Example], weights: Floats) -> Floats:
    """One over the rank of the first who replied, for each example with a right answer.

    Ties in the order of the candidates, as answers break them by id.
    """
    ranks = []
    for example in examples:
        right = np.flatnonzero(example.replied)
        if len(right):
            scores = np.round(example.scores(weights), DIGITS)
            best = right[np.argmax(scores[right])]
            before = (scores > scores[best]).sum() + (scores[:best] == scores[best]).sum()
            ranks.append(1.0 / (1.0 + float(before)))
    return np.array(ranks)


def measured_of(groups: Sequence[Collected]) -> list[Collected]:
    """The communities that count in a macro average: enough questions, and not flattered."""
    return [
        group
        for group in groups
        if not group.flattered and answered_in(group.validation) >= LEAST_MEASURED
    ]


def macro(ranks: Mapping[str, Floats], among: Sequence[Collected]) -> float:
    """The mean over communities of the mean over questions; nan where none counts."""
    return float(np.mean([ranks[group.name].mean() for group in among])) if among else float("nan")


def left_out(groups: Sequence[Collected], strength: float = POOLED_STRENGTH) -> dict[str, Floats]:
    """For each community the weights that the others' training windows give."""
    return {
        group.name: as_vector(
            fit_weights(
                [other.train for other in groups if other is not group],
                as_vector(APRIORI),
                strength,
            )
        )
        for group in groups
    }


def moved(
    groups: Sequence[Collected], priors: Mapping[str, Floats], strength: float = OWN_STRENGTH
) -> dict[str, Floats]:
    """Each community's prior moved by its own training window, as `learn` does."""
    return {
        group.name: as_vector(*fit_own(group.train, priors[group.name], strength))
        for group in groups
    }


def moved_alone(groups: Sequence[Collected], priors: Mapping[str, Floats]) -> dict[str, Floats]:
    """The same, but that no two signals count together."""
    return {
        group.name: as_vector(
            fit_weights(
                [group.train],
                priors[group.name],
                OWN_STRENGTH / max(answered_in(group.train), 1),
            )
        )
        for group in groups
    }


def ranks_of(groups: Sequence[Collected], weights: Mapping[str, Floats]) -> Ranks:
    """On the validation windows."""
    return {group.name: reciprocal_ranks(group.validation, weights[group.name]) for group in groups}


@dataclass(frozen=True, slots=True)
class Study:
    """What was measured, all on validation windows.

    Attributes
    ----------
    apriori, without, alone, own : reciprocal ranks with APRIORI, with the weights of the others,
        with those moved towards each community's own, without pairs and with them.
    weights, moved : the second's and the last's weights, by community.
    pooled, strengths : macro average by strength, of the others' weights and of those moved.
    dropped : by group of signals, the macro averages of both without it.
    """

    apriori: Ranks
    without: Ranks
    alone: Ranks
    own: Ranks
    weights: dict[str, Floats]
    moved: dict[str, Floats]
    pooled: dict[float, float]
    strengths: dict[float, float]
    dropped: dict[str, tuple[float, float]]


def study(groups: Sequence[Collected], tell: Progress) -> Study:
    """Fit and measure everything that the report tells of."""
    names = {group.name for group in measured_of(groups)}
    total, done = len(POOLED_TRIED) + len(OWN_TRIED) + len(GROUPS), 0

    def macro_of(some: Sequence[Collected], weights: Mapping[str, Floats]) -> float:
        counted = [group for group in some if group.name in names]
        return macro(ranks_of(counted, weights), counted)

    def told() -> None:
        nonlocal done
        done += 1
        tell("fitting", done, total)

    weights = left_out(groups)
    blended = moved(groups, weights)
    pooled, strengths, dropped = {}, {}, {}
    for strength in POOLED_TRIED:
        pooled[strength] = macro_of(groups, left_out(groups, strength))
        told()
    for strength in OWN_TRIED:
        strengths[strength] = macro_of(groups, moved(groups, weights, strength))
        told()
    for name, signals in GROUPS.items():
        poorer = [without_signals(group, signals) for group in groups]
        priors = left_out(poorer)
        dropped[name] = (macro_of(poorer, priors), macro_of(poorer, moved(poorer, priors)))
        told()
    everywhere = dict.fromkeys((group.name for group in groups), as_vector(APRIORI))
    return Study(
        apriori=ranks_of(groups, everywhere),
        without=ranks_of(groups, weights),
        alone=ranks_of(groups, moved_alone(groups, weights)),
        own=ranks_of(groups, blended),
        weights=weights,
        moved=blended,
        pooled=pooled,
        strengths=strengths,
        dropped=dropped,
    )


def without_signals(group: Collected, names: Sequence[str]) -> Collected:
    """The same examples, with nothing told by the signals `names`."""
    there = ~np.isin(SIGNALS, names)

    def blind(examples: Sequence[Example]) -> tuple[Example, ...]:
        return tuple(replace(example, signals=example.signals * there) for example in examples)

    return replace(group, train=blind(group.train), validation=blind(group.validation))


def pooled_ranker(groups: Sequence[Collected]) -> Ranker:
    """Default weights, chances and silence from both windows of `groups`."""
    both = [[*group.train, *group.validation] for group in groups]
    weights = fit_weights(both, as_vector(APRIORI), POOLED_STRENGTH)
    everything = [example for examples in both for example in examples]
    candidate, anyone = fit_chances(everything, weights, None)
    return Ranker(weights, candidate, anyone, pooled_silence(both))
