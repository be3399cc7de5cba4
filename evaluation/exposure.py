"""What it costs to put newcomers forward: `RankingSettings.newcomers` on validation windows.

In: an opened history and the ranker that it is asked with. Out: figures by setting. A question is
ranked once; points for newness are added to that, exactly as the ranking adds them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import Person
from evaluation import metrics
from evaluation.collecting import windows_of
from evaluation.journal import Progress
from evaluation.opening import Opened
from evaluation.protocol import evenly
from recommender.columns import DIGITS
from recommender.experts import Ranking
from recommender.ranker import Ranker
from recommender.training import ranking_of, repliers_of
from recommender.weights import NEW_UNTIL

LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Points that are tried."""

SHOWN = 5
"""Places of an answer whose exposure is counted."""

MOST = 400
"""Questions a community at most."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exposure:
    """A community at one setting.

    Attributes
    ----------
    mrr, hit : mean reciprocal rank and hit@5 over questions with a right answer, among all who
        may be suggested.
    newcomers : share of the first five places of those questions that go to people with fewer
        than five joined threads.
    gini : of those places, over everybody who could be suggested at the last of them.
    helped : share of the questions where a newcomer who replied is among the first five.
    """

    points: float
    questions: int
    mrr: float
    hit: float
    newcomers: float
    gini: float
    helped: float


def exposure_of(history: Opened, ranker: Ranker, tell: Progress) -> list[Exposure]:
    """The figures at each of LEVELS; none where no question has a right answer."""
    windows = windows_of(history)
    keys = evenly(windows.validation, MOST)
    counts = [_Counts(points, windows.view.community.people) for points in LEVELS]
    for done, key in enumerate(keys, start=1):
        tell("exposure", done, len(keys))
        ranking = ranking_of(windows.parts, windows.view, key, windows.statistics, ranker)
        if ranking is None:
            continue
        right = np.intersect1d(
            repliers_of(windows.view, key), np.flatnonzero(ranking.among)
        ).tolist()
        if right:
            for count in counts:
                count.take(ranking, right)
    return [count.figures() for count in counts if count.ranks]


def newness(ranking: Ranking, points: float) -> Floats:
    """Points for being new by person key, as `experts.rank` gives them."""
    gained: Floats = points * np.maximum(1.0 - ranking.signals.activity.joined / NEW_UNTIL, 0.0)
    return gained


class _Counts:
    """Sums over the questions, at one setting."""

    def __init__(self, points: float, people: Mapping[int, Person]) -> None:
        self.points = points
        self._people = people
        self.ranks: list[int] = []
        self.places: Counter[int] = Counter()
        self.new = 0
        self.helped = 0
        self.everybody: Sequence[int] = ()

    def take(self, ranking: Ranking, right: Sequence[int]) -> None:
        """Count one question; `right` are the candidates who replied."""
        score = np.round(ranking.score + newness(ranking, self.points), DIGITS)
        order = sorted(ranking.order, key=lambda pk: (-score[pk], self._people[pk].id))
        shown = order[:SHOWN]
        joined = ranking.signals.activity.joined
        self.ranks.append(1 + min(order.index(pk) for pk in right))
        self.places.update(shown)
        self.new += sum(joined[pk] < NEW_UNTIL for pk in shown)
        self.helped += any(pk in shown and joined[pk] < NEW_UNTIL for pk in right)
        self.everybody = ranking.order

    def figures(self) -> Exposure:
        """The means."""
        ranks = np.array(self.ranks)
        everyone = set(self.everybody) | set(self.places)
        return Exposure(
            points=self.points,
            questions=len(ranks),
            mrr=float(np.mean(1.0 / ranks)),
            hit=float(np.mean(ranks <= SHOWN)),
            newcomers=float(self.new / self.places.total()),
            gini=metrics.gini([self.places[pk] for pk in everyone]),
            helped=self.helped / len(ranks),
        )


def averaged(found: Sequence[Sequence[Exposure]]) -> list[Exposure]:
    """The mean over communities at each setting; questions are summed."""
    return [
        Exposure(
            points=level[0].points,
            questions=sum(one.questions for one in level),
            mrr=float(np.mean([one.mrr for one in level])),
            hit=float(np.mean([one.hit for one in level])),
            newcomers=float(np.mean([one.newcomers for one in level])),
            gini=float(np.mean([one.gini for one in level])),
            helped=float(np.mean([one.helped for one in level])),
        )
        for level in zip(*found, strict=True)
    ]
