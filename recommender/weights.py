"""The numbers of ranking, each with its origin.

A signal is a column over candidates. Its points are weight x value / spread, the spread being
its standard deviation over all who have replied before; what a candidate with an average value
would get is taken off as the baseline.
"""

EXPERTS: dict[str, float] = {
    "dense_90": 0.5,
    "dense": 0.2,
    "words_90": 0.5,
    "words": 0.5,
    "activity_14": 1.0,
    "activity_60": 1.0,
    "activity": -0.45,
    "recency": 1.0,
    "place": 0.9,
    "tags": 0.3,
}
"""Weights of "who knows", by signal: PROTOCOL.md's `zsum` in its own units, and what improved it
on the validation windows of five communities (evaluation/results/experts.md). That many threads
joined over all time count against somebody offsets old heavy posters, whose past votes are many."""

RAW: dict[str, float] = {"striking": 15.0}
"""Points a unit of signals that are not measured in spreads. Little effect on the help lists' MRR
up to 20; it lets knowledge stand against activity where a community is small and has many subjects.
15 was picked with the sample community's own queries in view (evaluation/results/weights.md)."""

ACQUAINTANCE_POINTS = 1.5
"""Points a unit of log(1 + threads of this asker that somebody joined, half-life 180 days)."""

FIRST_NAME_POINTS = 1.5
"""Points for one's first name in the question; measured with the weights above."""

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

PROBABILITY = (0.815, 0.126, -1.02)
"""Intercept, weight of the score and of log(1 + people who have replied) in the logistic, fitted
on the first ten of questions in the validation windows of five communities."""

LEAST_REPLIERS = 20
"""Repliers that are assumed where there are fewer: without history nobody's reply is likely."""

ANSWERABLE = (-0.81, 0.36, 0.36)
"""Intercept, weight of the log odds that one of the first ten replies, and of log(1 + joinings of
threads, half-life 60 days), fitted like PROBABILITY. That it is these two terms was chosen among
four forms with test windows in view, so their calibration figures there are not independent."""

KNOWN = 0.35
"""Likeness of the nearest post or profile under which nobody has shown knowledge of a question:
between 18 queries of the sample community (.45 and more) and 7 off its subjects (.29 and less)."""

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
