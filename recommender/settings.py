"""What whoever runs an engine decides about it."""

from dataclasses import dataclass, field
from pathlib import Path

from .ranker import Ranker, RankingSettings, default_ranker


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which encoders read, by lane, and where snapshots of the indexes lie (None: nowhere).

    `prior`: the ranker that is taken where nothing was learned, and that learning starts from;
    `own_weights`: whether learning moves it.
    """

    english_encoder: str = "minilm"
    multilingual_encoder: str = "multilingual"
    index_folder: Path | None = None
    ranking: RankingSettings = field(default_factory=RankingSettings)
    prior: Ranker = field(default_factory=default_ranker)
    own_weights: bool = True
