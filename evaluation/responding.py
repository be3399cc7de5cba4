"""Who joins a thread when it is shown: a stated model, fitted on a history, for the simulator.

In: the turns of a history and MiniLM vectors of its threads. Out: the chance that a person joins a
thread that a feed shows them. What a person was shown in the past is not recorded, so it is
assumed: at their first act of a day, the `SHOWN` newest threads of PROTOCOL.md's pool; they joined
one if they turned to it within the next 24 hours. Logistic regression on `FEATURES`, fitted on the
train window; how far it can be believed is measured on the validation window.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from data.rows import DAY_US
from embeddings.face import Vectors
from evaluation import metrics
from evaluation.archive import Archive
from evaluation.events import OTHER, Event, Readable, Turns
from evaluation.history import Floats, Ints
from evaluation.protocol import evenly

FEATURES = ("likeness", "space", "author", "age", "quiet", "company", "activity")
"""Cosine to the mean of what the person turned to last; log share of the space in what they turned
to, one thread more in each; log1p of the author's threads among those; log1p of the days since the
thread began, and since somebody last joined it or it began; log1p of how many have joined it; log1p
of the person's turns in the last 30 days."""

SHOWN = 10
TASTE = 50
"""Threads last turned to that a person is known by."""
LATELY_US = 30 * DAY_US
MOST_DAYS = 3_000
"""Days of people, of a window, that the model is fitted or measured on."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person at a moment: mean vector (dim,), counts by space and by author,
    turns in all and lately."""

    centre: Vectors
    spaces: Ints
    authors: Ints
    turns: int
    lately: int


@dataclass(frozen=True, slots=True)
class ResponseModel:
    """Weights of `FEATURES`, and an intercept."""

    weights: Floats
    intercept: float

    def chances(self, features: Floats) -> Floats:
        """The chance of joining, (n,), for features (n, FEATURES)."""
        chances: Floats = 1.0 / (1.0 + np.exp(-(features @ self.weights + self.intercept)))
        return chances


class Tastes:
    """Features of people and threads, as of any moment."""

    def __init__(self, turns: Turns, meaning: Vectors) -> None:
        self._turns = turns
        self._meaning = meaning
        self._spaces = int(turns.spaces.max(initial=0)) + 1
        self._authors = int(turns.authors.max(initial=0)) + 1
        others = np.flatnonzero(turns.turn_kinds != OTHER)
        others = others[np.argsort(turns.turn_roots[others], kind="stable")]
        self._joined_at = turns.turn_times[others]
        self._joins = np.searchsorted(turns.turn_roots[others], np.arange(len(turns.roots) + 1))

    def known(self, who: int, at_us: int) -> Known:
        """What a person had shown before a moment."""
        turns = self._turns.of(who)
        turns = turns[self._turns.turn_times[turns] < at_us]
        threads = self._turns.turn_roots[turns]
        centre = self._meaning[threads[-TASTE:]].sum(axis=0)
        length = float(np.linalg.norm(centre))
        others = threads[self._turns.authors[threads] != who]
        return Known(
            centre / length if length else centre,
            np.bincount(self._turns.spaces[threads], minlength=self._spaces),
            np.bincount(self._turns.authors[others], minlength=self._authors),
            len(threads),
            int((self._turns.turn_times[turns] >= at_us - LATELY_US).sum()),
        )

    def company(self, threads: Ints, at_us: int) -> tuple[Ints, Ints]:
        """How many had joined each of `threads` before a moment, and when it last moved (us)."""
        counts, moved = np.zeros(len(threads), np.int64), self._turns.times[threads].copy()
        for n, thread in enumerate(threads.tolist()):
            joined = self._joined_at[self._joins[thread] : self._joins[thread + 1]]
            counts[n] = np.searchsorted(joined, at_us)
            if counts[n]:
                moved[n] = max(moved[n], joined[counts[n] - 1])
        return counts, moved

    def features(
        self, known: Known, threads: Ints, ages_us: Ints, quiet_us: Ints, joined: Ints
    ) -> Floats:
        """(n, FEATURES) of `threads`, by number, of those ages, that many having joined them and
        the last so long ago."""
        shares = (known.spaces[self._turns.spaces[threads]] + 1.0) / (known.turns + self._spaces)
        return np.column_stack(
            [
                self._meaning[threads] @ known.centre,
                np.log(shares),
                np.log1p(known.authors[self._turns.authors[threads]]),
                np.log1p(np.maximum(ages_us, 0) / DAY_US),
                np.log1p(np.maximum(quiet_us, 0) / DAY_US),
                np.log1p(joined),
                np.full(len(threads), np.log1p(known.lately)),
            ]
        )


def first_acts(archive: Archive, low: int, high: int) -> Ints:
    """(n, 2): when and who, at everybody's first act of each day (UTC) from `low` until `high`, us.

    An act is a post or an interaction whose time is known. Bots do not count.
    """
    posts, acts = archive.posts[:, [2, 1]], archive.interactions[:, [4, 1]]
    # What is known by its day alone stands at midnight.
    told = np.concatenate([posts, acts[acts[:, 0] % DAY_US != 0]])
    bots = [key for key, person in archive.people.items() if person.bot]
    told = told[(told[:, 0] >= low) & (told[:, 0] < high) & (told[:, 1] > 0)]
    told = told[~np.isin(told[:, 1], bots)]
    told = told[np.lexsort((told[:, 1], told[:, 0]))]
    days = told[:, 0] // DAY_US * (int(told[:, 1].max(initial=0)) + 1) + told[:, 1]
    first: Ints = told[np.sort(np.unique(days, return_index=True)[1])]
    return first


def showings(
    turns: Turns, tastes: Tastes, readable: Readable, archive: Archive, low: int, high: int
) -> tuple[Floats, Floats]:
    """Features (n, FEATURES) of what is taken to have been shown in a window; who joined (n,)."""
    rows: list[Floats] = []
    joined: list[Floats] = []
    for at, who in evenly(first_acts(archive, low, high).tolist(), MOST_DAYS):
        person = archive.people.get(who)
        if person is None:
            continue
        event = Event(person.id, who, -1, "", at, clicked=False, earlier=0)
        pool = turns.pool(event, readable)[-SHOWN:]
        if not len(pool):
            continue
        company, moved = tastes.company(pool, at)
        known = tastes.known(who, at)
        rows.append(tastes.features(known, pool, at - turns.times[pool], at - moved, company))
        mine = turns.of(who)
        times = turns.turn_times[mine]
        soon = mine[(times >= at) & (times < at + DAY_US) & (turns.turn_kinds[mine] != OTHER)]
        joined.append(np.isin(pool, turns.turn_roots[soon]).astype(np.float64))
    if not rows:
        return np.zeros((0, len(FEATURES))), np.zeros(0)
    return np.concatenate(rows), np.concatenate(joined)


def fitted(features: Floats, joined: Floats) -> ResponseModel | None:
    """The model; None where nobody, or everybody, joined."""
    if len(np.unique(joined)) < 2:
        return None
    found = LogisticRegression(max_iter=1_000).fit(features, joined)
    return ResponseModel(found.coef_[0], float(found.intercept_[0]))


def trusted(model: ResponseModel, features: Floats, joined: Floats) -> dict[str, float]:
    """How far the model can be believed: showings, the rate of joining and the mean chance, ECE in
    10 bins of equal mass, and the area under the ROC curve where it is defined."""
    chances = model.chances(features)
    figures = {
        "showings": float(len(joined)),
        "rate": float(joined.mean()) if len(joined) else 0.0,
        "promised": float(chances.mean()) if len(joined) else 0.0,
    }
    if len(joined):
        figures["ece"] = metrics.ece(chances, joined)
    if len(np.unique(joined)) == 2:
        figures["auc"] = float(roc_auc_score(joined, chances))
    return figures
