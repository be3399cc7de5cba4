"""The numbers of ranking that are set by hand, each with its origin.

Those of "who knows" that are learned lie in `ranker.Ranker`.
"""

NEW_UNTIL = 5
"""Threads joined below which somebody is new (PROTOCOL.md)."""

PROFILE_FLOOR = 0.2
"""Likeness of a profile to a question under which it says nothing."""

PROFILE_POINTS = 6.0
"""Points of a profile that is the question word for word; by hand, not measured."""

LOAD_POINTS = -1.0
"""Points for each time over that somebody's week is fuller than the capacity they stated;
by hand, not measured."""

AWAY_POINTS = -4.0
"""Points for being away for now; by hand, not measured."""

DECLARED_POINTS = 4.0
"""Points of a thread that the text, posted already, was called a duplicate of: as much as two
texts of one meaning are apart from two of one topic; by hand."""

DECLARED_SAME = 0.97
"""The least chance of such a thread to be the same; by hand: people err at times."""

PARTED_POINTS = -2.0
"""Points of a thread that the text, posted already, was said not to be the same as; by hand: it
may still be of use, but nobody is to be told of it first."""

ALIVE_DAYS = 3.0
"""Days since the last reply in which people are said to be replying to a thread."""

ARCHIVE: dict[str, float] = {
    "fresh": 0.3,
    "alive": 0.1,
    "space": 0.1,
    "author": 0.2,
    "content": 6.0,
    "company": 0.1,
    "popular": 0.1,
    "season": 2.0,
    "profile": 8.0,
    "chosen": 0.5,
    "site": 0.3,
    "together": 5.0,
}
"""Points a unit of the feed's signals where people read regardless of age, others 0: what
like-minded people read weighs most (evaluation/results/clicks.md); the little for freshness is by
hand, so that the new has a start."""
