"""The numbers of ranking that are set by hand, each with its origin.

Those of "who knows" that are learned lie in `ranker.Ranker`.
"""

NEW_UNTIL = 5
"""Threads joined below which somebody is new (PROTOCOL.md)."""

PROFILE_FLOOR = 0.2
"""Likeness of a profile to a question under which it says nothing."""

PROFILE_POINTS = 6.0
"""Points of a profile that is the question word for word; by hand and not measured, as are those
of load and of being away: undated, so no replay sees them. All three were set with an earlier
ranker, whose scores were some twice as wide."""

LOAD_POINTS = -1.0
"""Points for each time over that somebody's week is fuller than the capacity they stated;
by hand, not measured."""

AWAY_POINTS = -4.0
"""Points for being away for now; by hand, not measured."""

SIMILAR: dict[str, float] = {"dense": 0.55, "words": 0.375, "titles": 0.075, "space": 0.02}
"""The convex sum of similar ideas, and a nudge for the same space; chosen on the validation links
of three communities (evaluation/results/similar.md)."""

SAME = (-7.1, 10.6)
"""Intercept and weight of the score in the logistic of "the same?": drawn through the share of
linked ones among near neighbours (.24 at a score of .56) and an assumed .95 for copies, at 1."""

FRESH_DAYS = 14.0
"""Age at which freshness gives no points; older threads lose some (PROTOCOL.md's pool)."""

ALIVE_DAYS = 3.0
"""The same for the time since a thread's last post."""

FEED: dict[str, float] = {
    "fresh": 2.0,
    "alive": 2.5,
    "space": 0.6,
    "author": 0.2,
    "content": 1.5,
    "company": 0.1,
    "popular": 0.1,
    "season": 2.0,
}
"""Points of the feed's signals: near a listwise fit on five communities' validation windows, where
popularity came out negative and is kept small by hand (evaluation/results/feed.md). The points of
a season are by hand, not measured."""
