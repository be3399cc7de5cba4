"""The feeds that ours must beat, each a function from an event to its pool in order.

In: the turns to threads, TF-IDF and MiniLM of their roots. Out: systems by name. All read what
was there before the event's own time. Half-lives and weights were set by hand. Ties go to the
newer thread.
"""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from data.rows import DAY_US
from embeddings.face import Vectors
from evaluation.baselines import chance
from evaluation.events import Event, Readable, Turns
from evaluation.history import Floats, Ints, decay
from evaluation.relevance import TfIdf

FeedSystem = Callable[[Event], Ints]
"""An event to the threads of its pool, best first, by number."""

HALF_LIFE_US = 2 * DAY_US
"""Of freshness: three quarters of first reads are of items under two days old."""
TASTE = 200
"""Threads last turned to that a person is known by."""
EASE_ITEMS = 1_000
"""Newest threads of a pool that EASE ranks: its cost is the cube of their number."""
EASE_PENALTY = 10.0
WEIGHTS = {
    "newest": 3.0,
    "replied-24h": 0.3,
    "space": 0.5,
    "tfidf": 0.2,
    "minilm": 0.2,
    "item-knn": 0.1,
}
"""Of z-scores over the pool: the best of ten settings tried by hand on the validation windows of
a help chat, a forum and a package chat. Without the 24 hours and the neighbours it was better."""


class Feeds:
    """Everything that the baselines know, read as of an event.

    Parameters
    ----------
    words, meaning : TF-IDF rows and unit vectors (roots, dim) of the threads' roots.
    """

    def __init__(
        self, turns: Turns, readable: Readable, words: TfIdf, meaning: Vectors, people: int
    ) -> None:
        self._turns = turns
        self._readable = readable
        self._rows = words.rows
        self._meaning = meaning
        self._people = people
        self._by_root = np.lexsort((turns.turn_times, turns.turn_roots))
        numbers = np.arange(len(turns.roots) + 1)
        self._offsets = np.searchsorted(turns.turn_roots[self._by_root], numbers)
        self._last: tuple[str, Ints] | None = None

    def systems(self) -> dict[str, FeedSystem]:
        """Every baseline of PROTOCOL "Feed"."""
        scorers: dict[str, Callable[[Event], Floats]] = {
            "random": lambda event: chance(event.id, len(self.pool(event))),
            "newest": self._newest,
            "replied-24h": self._replied,
            "space": lambda event: self._affinity(event) * self._freshness(event),
            "tfidf": self._words,
            "minilm": self._likeness,
            "item-knn": self._neighbours,
            "ease": self._ease,
            "weighted": self._weighted,
        }
        return {name: self._ranked(scorer) for name, scorer in scorers.items()}

    def pool(self, event: Event) -> Ints:
        """The pool of an event, oldest first."""
        if self._last is None or self._last[0] != event.id:
            self._last = event.id, self._turns.pool(event, self._readable)
        return self._last[1]

    def _ranked(self, scorer: Callable[[Event], Floats]) -> FeedSystem:
        def ranked(event: Event) -> Ints:
            pool = self.pool(event)
            return pool[np.lexsort((-pool, -scorer(event)))]

        return ranked

    def _newest(self, event: Event) -> Floats:
        return -np.log1p(self._ages(event) / DAY_US)

    def _freshness(self, event: Event) -> Floats:
        return decay(self._ages(event), HALF_LIFE_US)

    def _ages(self, event: Event) -> Floats:
        ages: Floats = (event.at_us - self._turns.times[self.pool(event)]).astype(np.float64)
        return ages

    def _replied(self, event: Event) -> Floats:
        """Replies and comments of the last 24 hours."""
        at = self._turns.replies_at
        low, high = np.searchsorted(at, [event.at_us - DAY_US, event.at_us])
        threads = self._turns.replied_in[low:high]
        counts = np.bincount(threads, minlength=len(self._turns.roots))
        return counts[self.pool(event)].astype(np.float64)

    def _affinity(self, event: Event) -> Floats:
        """The share of what the person turned to that lies in the thread's space, one thread
        more in each, so that a space never visited still counts for something."""
        spaces = self._turns.spaces
        counts = np.bincount(spaces[self._turns.joined(event)], minlength=int(spaces.max()) + 1)
        shares = (counts + 1.0) / (counts.sum() + len(np.unique(spaces)))
        found: Floats = shares[spaces[self.pool(event)]]
        return found

    def _taste(self, event: Event) -> Ints:
        return self._turns.joined(event)[-TASTE:]

    def _words(self, event: Event) -> Floats:
        centroid = self._rows[self._taste(event)].sum(axis=0)
        likeness = self._rows[self.pool(event)] @ np.asarray(centroid).ravel()
        found: Floats = np.asarray(likeness, dtype=np.float64)
        return found

    def _likeness(self, event: Event) -> Floats:
        centroid = self._meaning[self._taste(event)].sum(axis=0)
        found: Floats = (self._meaning[self.pool(event)] @ centroid).astype(np.float64)
        return found

    def _turned(self, threads: Ints, before: int) -> sparse.csr_matrix:
        """Who had turned to each of `threads`, its author among them; (threads, people)."""
        counts = self._offsets[threads + 1] - self._offsets[threads]
        starts = np.repeat(self._offsets[threads] - np.cumsum(counts) + counts, counts)
        turns = self._by_root[starts + np.arange(counts.sum())]
        rows = np.repeat(np.arange(len(threads)), counts)
        past = self._turns.turn_times[turns] < before
        who = self._turns.turn_people[turns[past]]
        cells = (np.ones(len(who)), (rows[past], who))
        return sparse.csr_matrix(cells, shape=(len(threads), self._people))

    def _neighbours(self, event: Event) -> Floats:
        """Item-kNN: cosines of the sets of people, summed over what the person turned to."""
        pool, taste = self.pool(event), self._taste(event)
        near, own = (unit_rows(self._turned(part, event.at_us)) for part in (pool, taste))
        found: Floats = np.asarray((near @ own.T).sum(axis=1)).ravel()
        return found

    def _ease(self, event: Event) -> Floats:
        """EASE (Steck, Embarrassingly shallow autoencoders for sparse data, 2019) on the pool and
        what the person turned to, fitted as of the event."""
        pool, taste = self.pool(event), self._taste(event)
        newest = pool[-EASE_ITEMS:]
        items = self._turned(np.concatenate([newest, taste]), event.at_us)
        weights = ease(np.asarray((items @ items.T).todense()), EASE_PENALTY)
        scores = np.full(len(pool), -np.inf)
        scores[len(pool) - len(newest) :] = weights[len(newest) :, : len(newest)].sum(axis=0)
        return scores

    def _weighted(self, event: Event) -> Floats:
        signals = {
            "newest": self._newest(event),
            "replied-24h": np.log1p(self._replied(event)),
            "space": np.log(self._affinity(event)),
            "tfidf": self._words(event),
            "minilm": self._likeness(event),
            "item-knn": self._neighbours(event),
        }
        total = np.zeros(len(self.pool(event)))
        for name, values in signals.items():
            total += WEIGHTS[name] * _z_scores(values)
        return total


def ease(gram: Floats, penalty: float) -> Floats:
    """The weights between items that EASE's closed form gives, zeros on the diagonal.

    `gram`: (items, items), how many people each two share. A score is the sum of the rows of
    what somebody turned to.
    """
    inverse = np.linalg.inv(gram + penalty * np.eye(len(gram)))
    weights: Floats = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def unit_rows(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """`rows` over their lengths; rows of zeros stay."""
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.diags(1.0 / np.maximum(norms, 1.0)) @ rows


def _z_scores(values: Floats) -> Floats:
    deviation = values.std()
    if deviation == 0:
        return np.zeros_like(values)
    centred: Floats = (values - values.mean()) / deviation
    return centred
