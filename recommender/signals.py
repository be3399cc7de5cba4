"""Signals of "who knows" as of a moment: one value per person, all made the same way.

In: a view, a question's evidence. Out: columns by person key, and whence each value comes, so
that its points can be told apart by post.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Flags
from .community import Community
from .evidence import Evidence, Pieces
from .ledger import Activity
from .view import View

Floats = npt.NDArray[np.float64]

DAY_US = 86_400e6

FORGOTTEN_DAYS = 3_650.0
"""A last reply longer ago than this counts like none."""


LEAST_SPREAD = 0.1
"""Spread under which a signal's differences stay as small as they are."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Signals by name, each (people,) by key; pieces behind those that posts give."""

    values: dict[str, Floats]
    pieces: dict[str, Pieces]
    activity: Activity
    place: Activity | None
    repliers: Flags


def signals_of(
    community: Community,
    view: View,
    evidence: Evidence,
    space: int | None,
    tags: list[int],
) -> Signals:
    """Signals for every person of the community."""
    people = len(community.bots)
    pieces = {
        "dense_90": evidence.dense.faded(view.moment),
        "dense": evidence.dense,
        "words_90": evidence.words.faded(view.moment),
        "words": evidence.words,
        "replies_90": evidence.replies.faded(view.moment),
        "started": evidence.started.faded(view.moment),
    }
    values = {name: np.sqrt(part.summed(people)) for name, part in pieces.items()}
    activity = community.by_space.at(view.moment, view.classes, people)
    values["activity_14"] = np.log1p(activity.decayed[14.0])
    values["activity_60"] = np.log1p(activity.decayed[60.0])
    place = None
    values["place"] = np.zeros(people)
    if space is not None:
        place = community.by_space.at(view.moment, view.classes, people, space)
        values["place"] = np.log1p(place.decayed[90.0])
    tagged = np.zeros(people)
    for tag in tags:
        tagged += community.by_tag.at(view.moment, view.classes, people, tag).decayed[90.0]
    values["tags"] = np.log1p(tagged)
    repliers = activity.replies > 0
    days = np.maximum(view.moment - activity.last, 0) / DAY_US
    fresh = np.log1p(FORGOTTEN_DAYS) - np.log1p(np.minimum(days, FORGOTTEN_DAYS))
    values["recency"] = np.where(repliers, fresh, 0.0)
    return Signals(values, pieces, activity, place, repliers)


@dataclass(frozen=True, slots=True)
class Scale:
    """Points a unit of each signal, and the points taken off everybody."""

    per_unit: dict[str, float]
    baseline: float


def scale_of(signals: Signals, weights: dict[str, float], among: Flags) -> Scale:
    """Points that make each signal's weight hold for one standard deviation over `among`.

    A signal that hardly varies there says little: its spread is taken for at least a tenth of a
    reply, lest leftovers of activity long past be blown up to points.
    """
    per_unit: dict[str, float] = {}
    baseline = 0.0
    for name, weight in weights.items():
        values = signals.values[name][among]
        spread = float(values.std()) if len(values) else 0.0
        per_unit[name] = weight / max(spread, LEAST_SPREAD)
        if len(values):
            baseline -= per_unit[name] * float(values.mean())
    return Scale(per_unit, baseline)
