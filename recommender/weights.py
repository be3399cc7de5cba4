"""The numbers of ranking that are set by hand, each with its origin.

Those of "who knows" that are learned lie in `ranker.Ranker`.
"""

NEW_UNTIL = 5
"""Threads joined below which somebody is new (PROTOCOL.md)."""

FIRST_NAME_POINTS = 1.5
"""Points for one's first name in the question; set with an earlier ranker, whose scores were some
twice as wide, and not measured since. So were the other points set by hand below."""

PROFILE_FLOOR = 0.2
"""Likeness of a profile to a question under which it says nothing."""

PROFILE_POINTS = 6.0
"""Points of a profile that is the question word for word; by hand, not measured."""

NAMED_POINTS = 2.0
"""Points for one's whole name in the question, beside those for the first name."""

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

ALIVE_DAYS = 3.0
"""Days since the last reply in which people are said to be replying to a thread."""
