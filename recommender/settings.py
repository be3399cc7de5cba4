"""What whoever runs an engine decides about it."""

from dataclasses import dataclass, field
from pathlib import Path

from .arranging import MOST_ALIKE
from .feedranker import FeedRanker, default_feed_ranker
from .ranker import Ranker, RankingSettings, default_ranker
from .spreading import READERS

EXPLORATION = 0.1
"""One place in ten."""


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What is decided about feeds.

    `exploration`: share of the places, 0 to 1, that are drawn by lot among threads by newcomers
    and from other sites. `readers`: to how many readers at each other site a new idea is offered
    to begin with; 0 leaves ideas where they are. `most_alike`: threads of one author, or
    near-duplicates, in ten places; 10 is no limit.
    """

    exploration: float = EXPLORATION
    readers: int = READERS
    most_alike: int = MOST_ALIKE


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which encoders read, by lane, and where snapshots of the indexes lie (None: nowhere).

    `prior`, `feed_prior`: the rankers that are taken where nothing was learned, and that learning
    starts from; `own_weights`: whether learning moves them. `device`: what reads many texts at once
    (`embeddings.registry.open_encoder`). `workers`: whether texts are left to
    `whoknows work`, but for the few that a caller waits for.
    """

    english_encoder: str = "minilm"
    multilingual_encoder: str = "multilingual"
    index_folder: Path | None = None
    ranking: RankingSettings = field(default_factory=RankingSettings)
    prior: Ranker = field(default_factory=default_ranker)
    feed_prior: FeedRanker = field(default_factory=default_feed_ranker)
    own_weights: bool = True
    feed: FeedSettings = field(default_factory=FeedSettings)
    device: str = "cpu"
    workers: bool = False
