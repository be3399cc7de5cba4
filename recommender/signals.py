"""Signals of "who knows" as of a moment: one value per person, all made the same way.

In: a view, a question's evidence. Out: columns by person key, and whence each value comes, so
that its points can be told apart by post.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.reading import ANONYMOUS

from .columns import Flags, counted, decayed
from .community import Community
from .evidence import Evidence, Pieces
from .ledger import Activity
from .view import View

Floats = npt.NDArray[np.float64]

DAY_US = 86_400e6

ACQUAINTANCE_HALF_LIFE = 180.0
"""Days in which it fades that somebody has answered this asker."""

FORGOTTEN_DAYS = 4_000.0
"""A last joining longer ago than this counts like none."""


LEAST_SPREAD = 0.25
"""Spread under which a habit's differences stay as small as they are: a third of one reply's."""

LEAST_SPREAD_OF_VOTES = 0.02
"""The same for votes: what one thread gives whose likeness is .02 above chance."""


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
    people = len(community.roster)
    pieces = {
        "dense_90": evidence.dense.faded(view.moment),
        "dense": evidence.dense,
        "words_90": evidence.words.faded(view.moment),
        "words": evidence.words,
    }
    values = {name: np.sqrt(part.summed(people)) for name, part in pieces.items()}
    pieces["striking"] = evidence.striking
    values["striking"] = evidence.striking.summed(people)
    activity = community.by_space.at(view.moment, view.classes, people)
    values["activity_14"] = np.log1p(activity.decayed[14.0])
    values["activity_60"] = np.log1p(activity.decayed[60.0])
    values["activity"] = np.log1p(activity.joined)
    values["recency"] = _recency(activity, view)
    place = None
    values["place"] = np.zeros(people)
    if space is not None:
        place = community.by_space.at(view.moment, view.classes, people, space)
        values["place"] = _recency(place, view)
    tagged = np.zeros(people)
    for tag in tags:
        tagged += community.by_tag.at(view.moment, view.classes, people, tag).decayed[90.0]
    values["tags"] = np.log1p(tagged)
    return Signals(values, pieces, activity, place, activity.joined > 0)


def _recency(activity: Activity, view: View) -> Floats:
    """How lately somebody joined a thread: falls with log(1 + days), 0 for never."""
    days = np.maximum(view.moment - activity.last, 0) / DAY_US
    fresh = np.log1p(FORGOTTEN_DAYS) - np.log1p(np.minimum(days, FORGOTTEN_DAYS))
    recency: Floats = np.where(activity.joined > 0, fresh, 0.0)
    return recency


@dataclass(frozen=True, slots=True)
class Scale:
    """Points a unit of each signal, and the points taken off everybody."""

    per_unit: dict[str, float]
    baseline: float


def scale_of(
    signals: Signals, weights: Mapping[str, float], raw: Mapping[str, float], among: Flags
) -> Scale:
    """Points a unit: `weights` hold for one standard deviation over `among`, `raw` as they are.

    A signal that hardly varies there says little, and is not blown up to points.
    """
    per_unit = dict(raw)
    baseline = 0.0
    for name, weight in weights.items():
        values = signals.values[name][among]
        spread = float(values.std()) if len(values) else 0.0
        least = LEAST_SPREAD_OF_VOTES if name in signals.pieces else LEAST_SPREAD
        per_unit[name] = weight / max(spread, least)
        if len(values):
            baseline -= per_unit[name] * float(values.mean())
    return Scale(per_unit, baseline)


def acquaintance(community: Community, view: View, asker: int) -> Floats:
    """log(1 + threads of `asker` that each person joined, fading), (people,) by key.

    Threads that were started anonymously are nobody's.
    """
    posts = community.posts
    own = view.posts & (posts["author"] == asker) & ((posts["flags"] & ANONYMOUS) == 0)
    keys = [
        key
        for root in np.flatnonzero(own & (posts["root"] == np.arange(len(posts)))).tolist()
        for key in community.threads.get(root, [])
    ]
    found = np.array(keys, dtype=np.int64)
    found = found[view.posts[found] & (posts["joins"][found] != 0)]
    found = found[posts["created"][found] < view.moment]
    weight = decayed(view.moment - posts["created"][found], ACQUAINTANCE_HALF_LIFE)
    return np.log1p(counted(posts["author"][found], weight, len(community.roster)))
