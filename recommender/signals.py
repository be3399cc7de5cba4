"""Signals of "who knows" as of a moment: one value per person, all made the same way.

In: a view, a question's evidence. Out: columns by person key, and whence each value comes, so
that its points can be told apart by post. What each weighs is the ranker's to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .begun import helped_in
from .columns import Flags, Ints, counted, decayed
from .community import Community
from .evidence import Evidence
from .kinship import LEAST, Share
from .ledger import Activity
from .pieces import Pieces
from .tagging import joined_under
from .view import HOUR_US, View

Floats = npt.NDArray[np.float64]

DAY_US = 86_400e6

VOTE_HALF_LIFE = 90.0
"""Days in which a vote fades to half; PROTOCOL.md's."""

ASKER_HALF_LIVES = (30.0, 180.0)
"""Days in which it fades that somebody has answered this asker."""

FORGOTTEN_DAYS = 4_000.0
"""A last joining longer ago than this counts like none."""

HERE_HOURS, AWAY_HOURS = 0.5, 720.0
"""Half an hour since one's last post is as good as none; a month as good as any."""

LEAST_COUNT = 0.02
"""Decayed count that is as good as none: one joining, five to six half-lives ago."""

LEAST_RECENT = 0.1
"""The same of counts of whole threads."""

QUICK_PRIOR = 3.0
"""Joinings at everybody's usual quickness that one's own are seen beside."""

FOCUS_PRIOR = 3.0
"""The same for the share of one's joinings that lie in a space."""

SUMS = ("striking", "mean", "mean_180", "peculiar_180")
"""Signals that are the plain sum of their pieces, some of which may be below 0."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Signals by name, each (people,) by key; pieces behind those that posts give."""

    values: dict[str, Floats]
    pieces: dict[str, Pieces | Share]
    activity: Activity
    place: Activity | None
    repliers: Flags


def signals_of(
    community: Community,
    view: View,
    evidence: Evidence,
    space: int | None,
    tags: Sequence[str],
    asker: int | None,
) -> Signals:
    """Signals for every person of the community, by the names of `ranker.SIGNALS`."""
    people = len(community.roster)
    pieces: dict[str, Pieces | Share] = {
        "dense_90": evidence.dense.faded(view.moment, VOTE_HALF_LIFE),
        "words_90": evidence.words.faded(view.moment, VOTE_HALF_LIFE),
        "asked": evidence.asked,
    }
    values = {name: np.sqrt(part.summed(people)) for name, part in pieces.items()}
    pieces["mean"] = evidence.kin.mean()
    pieces["mean_180"], pieces["peculiar_180"] = evidence.kin.fading_means(view.moment)
    values |= {name: pieces[name].summed(people) for name in SUMS if name in pieces}
    for half_life, kernel in evidence.kin.kernels(view.moment).items():
        name = f"kernel_{half_life:.0f}"
        pieces[name], values[name] = kernel, _logarithm(kernel.summed(people), LEAST)
    activity = view.once(activity_in)
    values |= view.once(_habits)
    values["recent"] = _logarithm(evidence.recent, LEAST_RECENT)
    place = None
    if space is not None:
        place = community.by_space.at(view.moment, view.classes, people, space)
    values |= _place(view, activity, place)
    values["tags"] = np.log1p(joined_under(view, tags))
    values |= acquaintance(view, asker)
    # Last, as it is what has to be waited for.
    pieces["striking"] = evidence.striking
    values["striking"] = pieces["striking"].summed(people)
    return Signals(values, pieces, activity, place, activity.joined > 0)


def activity_in(view: View) -> Activity:
    """Everybody's activity, whatever the question."""
    community = view.community
    return community.by_space.at(view.moment, view.classes, len(community.roster))


def presence_in(view: View) -> Activity:
    """When everybody last wrote anything under their name."""
    community = view.community
    return community.presence.at(view.moment, view.classes, len(community.roster))


def _habits(view: View) -> dict[str, Floats]:
    """How much, how lately and how quickly each person replies, whatever the question."""
    community, activity = view.community, view.once(activity_in)
    people = len(community.roster)
    read = view.moment, view.classes, people
    values = {
        f"activity_{half_life}": _logarithm(activity.decayed[float(half_life)], LEAST_COUNT)
        for half_life in (3, 14, 60, 365)
    }
    first = community.first.at(*read)
    values["first_60"] = _logarithm(first.decayed[60.0], LEAST_COUNT)
    quick = community.quick.at(*read).joined
    usual = float(quick.sum()) / max(float(activity.joined.sum()), 1.0)
    values["quick"] = (quick - usual * activity.joined) / (activity.joined + QUICK_PRIOR)
    values["recency"] = _recency(activity.last, view)
    last = view.once(presence_in).last
    values["presence"] = _recency(last, view)
    hours = np.maximum(view.moment - last, 0) / HOUR_US
    values["present"] = np.log(AWAY_HOURS / np.clip(hours, HERE_HOURS, AWAY_HOURS))
    return values


def _place(view: View, activity: Activity, place: Activity | None) -> dict[str, Floats]:
    """How much, how lately and how mainly each person replies in the question's space."""
    names = ("place_14", "place_90", "place_recency", "focus")
    if place is None:
        return {name: np.zeros(len(activity.joined)) for name in names}
    share = float(place.joined.sum()) / max(float(activity.joined.sum()), 1.0)
    usual = FOCUS_PRIOR * share + 0.01
    own = place.joined + usual
    expected = activity.joined * share + usual
    return {
        "place_14": np.log1p(place.decayed[14.0]),
        "place_90": np.log1p(place.decayed[90.0]),
        "place_recency": _recency(place.last, view),
        "focus": np.log(own / expected),
    }


def _logarithm(counts: Floats, least: float) -> Floats:
    """log(count / least), 0 for none: equal ratios are equal steps, down to `least`."""
    rising: Floats = np.log1p(counts / least)
    return rising


def _recency(last: Ints, view: View) -> Floats:
    """How lately something was (microseconds): falls with log(1 + days), 0 for never."""
    days = np.maximum(view.moment - last, 0) / DAY_US
    fresh = np.log1p(FORGOTTEN_DAYS) - np.log1p(np.minimum(days, FORGOTTEN_DAYS))
    recency: Floats = np.where(last > 0, fresh, 0.0)
    return recency


def acquaintance(view: View, asker: int | None) -> dict[str, Floats]:
    """log(1 + threads of `asker` that each person joined, fading), (people,) by key, each."""
    people = len(view.community.roster)
    helped = view.once(helped_in)
    sought = -1 if asker is None else asker
    own = slice(*np.searchsorted(helped.asker, (sought, sought + 1)))
    values = {}
    for half_life in ASKER_HALF_LIVES:
        weight = decayed(view.moment - helped.time[own], half_life)
        values[f"asker_{half_life:.0f}"] = np.log1p(counted(helped.person[own], weight, people))
    return values
