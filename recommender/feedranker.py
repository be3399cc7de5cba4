"""What `learn` finds out about ordering a feed, and what is taken where nothing was learned.

A signal is a value a thread of the pool; its points are weight x value / unit. The units make the
weights of unlike signals comparable, so that one penalty fits all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

import orjson

UNITS: dict[str, float] = {
    "alive_minutes": 1.6,
    "alive_hours": 1.4,
    "alive": 0.8,
    "fresh_hours": 1.2,
    "fresh": 0.75,
    "unanswered": 0.35,
    "replies": 0.8,
    "popular": 0.4,
    "seen": 0.5,
    "space": 0.55,
    "posts_here": 0.45,
    "tags": 0.5,
    "author": 0.5,
    "answered": 0.4,
    "company": 0.35,
    "content": 0.02,
    "content_english": 0.02,
    "own": 0.03,
    "named": 0.2,
    "named_lately": 0.2,
}
"""Learned signals, and about how much each varies within a pool: rounded means of six communities'
standard deviations; of naming, which is rare, larger by hand."""

SIGNALS = tuple(UNITS)

BY_HAND: dict[str, float] = {
    "season": 0.3,
    "profile": 8.0,
    "topic": 3.0,
    "chosen": 0.5,
    "site": 0.3,
}
"""Points a unit of what no history at hand could teach: profiles, memberships and sites bear no
date, nobody there chose topics, and no community at hand has seasons. Not measured, but for topics
that were taken to be chosen (evaluation/results/feed.md). A season was worth 2 once: in the sample
everybody's feed began with the Swedish stores' Lucia, whoever they were."""


@dataclass(frozen=True, slots=True)
class FeedRanker:
    """Weights of a feed's signals, every one of SIGNALS; `turns`: own turns to threads that they
    were fitted on, 0 for the default."""

    weights: Mapping[str, float]
    turns: int = 0

    def points(self) -> dict[str, float]:
        """Points a unit of every signal, those set by hand among them."""
        learned = {name: self.weights[name] / unit for name, unit in UNITS.items()}
        return learned | BY_HAND

    def to_bytes(self) -> bytes:
        """As JSON, keys sorted: equal rankers give equal bytes."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)

    @classmethod
    def from_bytes(cls, kept: bytes) -> "FeedRanker":
        """Inverse of `to_bytes`; a signal that is not in it has no weight."""
        told = orjson.loads(kept)
        weights = {name: float(told["weights"].get(name, 0.0)) for name in SIGNALS}
        return cls(weights, int(told.get("turns", 0)))


@cache
def default_feed_ranker() -> FeedRanker:
    """What was learned on the development communities (evaluation/results/feed-training.md)."""
    return FeedRanker.from_bytes(files("recommender").joinpath("feed_defaults.json").read_bytes())
