"""How a community fares: how many asked, got an answer, a helpful one; whether ideas travel.

In: a view, a number of days. Out: figures of the days before its moment, and of as many before
those, each as it stood at the end of its own days: of what began before, the later part has had as
long to be answered as the earlier.

Every figure counts posts or people of the community as a whole, or of a site where at least LEAST
people took part; none is of one person. What is anonymous counts without its author: not among
people, nor at a site. Where people work bears no date, so of the past nothing is told by site.
"""

import numpy as np

from data.rows import from_us

from .columns import DIGITS, Flags, Ints
from .community import NAMELESS
from .ideas import DAY_US
from .outcomes import (
    Fates,
    Seen,
    by_newcomers,
    fates_of,
    helped,
    seen_since,
    took_part,
    turned,
    worked,
)
from .results import FiguresAnswer, PeriodFigures, Share, SiteFigures
from .sites import UNKNOWN, homes_of_posts
from .view import HOUR_US, View

LEAST = 5
"""People who took part at a site of which anything is told."""

FAR = 2
"""Other sites that an idea has to reach to have travelled far."""

EARLIEST_US = -62_135_596_800_000_000
"""The first moment that a date can tell."""


def report(view: View, days: int) -> FiguresAnswer:
    """The figures of the last `days`, and of as many before them."""
    end, length = view.moment, days * DAY_US
    seen = seen_since(view, end - 2 * length)
    return FiguresAnswer(
        days, _period(seen, end - length, end), _period(seen, end - 2 * length, end - length)
    )


def _period(seen: Seen, since: int, until: int) -> PeriodFigures:
    view, created = seen.view, seen.view.community.posts["created"]
    told = np.flatnonzero(seen.answering & (created[seen.replies] < until))
    fates = fates_of(seen, told, since, until)
    begun, inside, new = created[seen.roots], fates.inside, by_newcomers(seen)
    asked, ideas = fates.judged & seen.asking, fates.judged & ~seen.asking
    # Clocks may be wrong: an answer from before its question came at once.
    waits = np.maximum(fates.first - begun, 0)[asked & fates.answered]
    at_home = ideas & (homes_of_posts(view.community, seen.homes, seen.roots) != UNKNOWN)
    others = turned(seen, at_home, until)
    present = took_part(seen, since, until)
    return PeriodFigures(
        since=from_us(max(since, EARLIEST_US)),
        until=from_us(max(until, EARLIEST_US)),
        people=int(present.sum()),
        asked=int((inside & seen.asking).sum()),
        askers=_authors(seen, inside & seen.asking),
        answered=_share(asked, fates.answered),
        within_day=_share(asked, fates.first <= begun + DAY_US),
        median_hours=round(float(np.median(waits)) / HOUR_US, DIGITS) if len(waits) else None,
        elsewhere=None if view.past else _elsewhere(asked, fates),
        helped=_share(asked, helped(seen, told, until)),
        asked_by_newcomers=int((inside & seen.asking & new).sum()),
        newcomers_answered=_share(asked & new, fates.answered),
        ideas=int((inside & ~seen.asking).sum()),
        sharers=_authors(seen, inside & ~seen.asking),
        worked=_share(ideas, worked(seen, until)),
        travelled=None if view.past else _share(at_home, others >= 1),
        travelled_far=None if view.past else _share(at_home, others >= FAR),
        sites=None if view.past else _sites(seen, present, fates),
    )


def _elsewhere(asked: Flags, fates: Fates) -> Share:
    return _share(asked & (fates.near | fates.far), fates.far)


def _share(of: Flags, which: Flags) -> Share:
    return Share(int((of & which).sum()), int(of.sum()))


def _authors(seen: Seen, threads: Flags) -> int:
    """How many people began `threads` under their name."""
    posts, roots = seen.view.community.posts, seen.roots[threads]
    authors = posts["author"][roots[(posts["flags"][roots] & NAMELESS) == 0]]
    return int(np.count_nonzero(np.unique(authors)))


def _sites(seen: Seen, present: Flags, fates: Fates) -> tuple[SiteFigures, ...]:
    """Sites where enough people took part, by name; the others together, if they are enough."""
    homes = homes_of_posts(seen.view.community, seen.homes, seen.roots)
    sites = int(seen.homes.max(initial=0)) + 1
    people = np.bincount(seen.homes[present], minlength=sites)
    people[UNKNOWN] = 0
    enough = people >= LEAST
    small = (people > 0) & ~enough
    # What is told of each site stands at its number, what of the small ones together at UNKNOWN's.
    place = np.where(enough, np.arange(sites), UNKNOWN)
    row = np.where(enough | small, place, sites)[homes]
    people[UNKNOWN] = people[small].sum()

    def by_site(which: Flags) -> Ints:
        return np.bincount(row[seen.asking & which], minlength=sites + 1)

    asked, old, answered = (
        by_site(which) for which in (fates.inside, fates.judged, fates.judged & fates.answered)
    )
    either, far = (by_site(fates.judged & which) for which in (fates.near | fates.far, fates.far))

    def share(of: Ints, which: Ints, n: int) -> Share:
        return Share(int(which[n]), int(of[n]))

    named: list[tuple[str | None, int]] = sorted(_names(seen, present & enough[seen.homes]))
    if people[UNKNOWN] >= LEAST:
        named.append((None, UNKNOWN))
    return tuple(
        SiteFigures(
            name, int(people[n]), int(asked[n]), share(old, answered, n), share(either, far, n)
        )
        for name, n in named
    )


def _names(seen: Seen, people: Flags) -> list[tuple[str, int]]:
    """What most of `people` at each site call it, ties by letters, with the site's number."""
    roster = seen.view.community.roster
    times = np.bincount(roster.spellings[people], minlength=len(roster.site_names))
    found: dict[int, tuple[int, str]] = {}
    # The first stands for no site.
    for spelling in (np.flatnonzero(times[1:]) + 1).tolist():
        name, site = roster.site_names[spelling]
        found[site] = min((-int(times[spelling]), name), found.get(site, (0, "")))
    return [(name, site) for site, (_, name) in found.items()]
