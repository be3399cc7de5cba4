"""What became of an idea: where it was tried, whether it is in season, in true words."""

from dataclasses import dataclass

import numpy as np

from data.models import INTERACTION_KINDS
from data.reading import NEVER, OUTCOMES

from .columns import Flags, Ints
from .community import Community
from .saying import Sentence, say
from .view import View

DAY_US = 86_400_000_000
YEAR_US = 31_556_952_000_000
"""A mean Gregorian year."""

AHEAD_US = 21 * DAY_US
"""How long before its day of the year a seasonal idea comes up again: time to prepare."""

WORKED = (OUTCOMES.index("worked") + 1, OUTCOMES.index("adapted") + 1)

SEASONS = 10
"""Years for which a seasonal idea comes back."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Reports of trying an idea: places in all, places where it worked or worked adapted."""

    places: int
    worked: int

    def sentence(self) -> Sentence:
        """As a person would say it."""
        if self.places == self.worked:
            return say(
                "tried at {n} sites, worked at all of them",
                "tried at one site, worked there",
                n=self.places,
            )
        if not self.worked:
            return say(
                "tried at {n} sites, worked at none",
                "tried at one site, worked at none",
                n=self.places,
            )
        return say("tried at {n} sites, worked at {worked}", n=self.places, worked=self.worked)


def dated(community: Community, view: View) -> Flags:
    """Which interactions count at the moment: of the past only those that bear a date."""
    acts = community.interactions
    counts = acts.live & (acts["at"] < view.moment)
    return counts & (acts["at"] >= 0) if view.past else counts


def done_by(community: Community, view: View, person: int, kinds: tuple[str, ...]) -> Flags:
    """Which interactions say that a person did one of `kinds`, as far as it is theirs to know.

    What is dated ahead, as by a clock that is fast or a date alone, was done before it was sent;
    only of the past its date decides.
    """
    acts = community.interactions
    codes = [INTERACTION_KINDS.index(kind) for kind in kinds]
    mine: Flags = acts.live & (acts["person"] == person) & np.isin(acts["kind"], codes)
    return mine & dated(community, view) if view.past else mine


def trials(community: Community, view: View, posts: Ints) -> dict[int, Trials]:
    """Trials of `posts` by key; a place is a site, or a person who names none.

    Of several reports from one place the last counts.
    """
    acts = community.interactions
    told = dated(community, view) & (acts["kind"] == INTERACTION_KINDS.index("tried"))
    told &= np.isin(acts["post"], posts)
    latest: dict[tuple[int, str], tuple[int, bool]] = {}
    for key in np.flatnonzero(told).tolist():
        person = int(acts["person"][key])
        # Where somebody works bears no date, so of the past only what the report says is known.
        known = None if view.past else community.people.get(person)
        place = community.trial_sites.get(key) or (
            known.site if known and known.site else f"#{person}"
        )
        success = int(acts["value"][key]) in WORKED
        at = int(acts["at"][key])
        spot = (int(acts["post"][key]), place)
        if spot not in latest or latest[spot][0] <= at:
            latest[spot] = (at, success)
    found: dict[int, Trials] = {}
    for (post, _), (_, success) in latest.items():
        before = found.get(post, Trials(0, 0))
        found[post] = Trials(before.places + 1, before.worked + success)
    return found


def in_season(created: Ints, valid_until: Ints, moment: int) -> Flags:
    """Which ideas that have run out are in their time of the year again, some years later."""
    expired = valid_until <= moment
    again = np.zeros(len(created), dtype=bool)
    for years in range(1, SEASONS + 1):
        shift = years * YEAR_US
        opens = created + shift - AHEAD_US
        closes = np.where(valid_until == NEVER, 0, valid_until) + shift
        again |= (opens <= moment) & (moment <= closes)
    # What was valid for most of a year has no season: it would never run out.
    return expired & again & (valid_until - created < YEAR_US - AHEAD_US)
