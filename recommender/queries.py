"""What callers ask, as plain data; the doors build these, the engine answers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ExpertsQuery:
    """Who knows this? `spaces`, `sites` and `languages` admit candidates who match any of each.

    `viewer_id` None: the asker's eyes; without an asker, what is open to all.
    """

    query: str
    title: str | None = None
    tags: tuple[str, ...] = ()
    space: str | None = None
    asker_id: str | None = None
    viewer_id: str | None = None
    k: int = 5
    as_of: datetime | None = None
    min_probability: float = 0.0
    exclude: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SimilarQuery:
    """Which threads are about this? `kinds` admits roots of those kinds alone."""

    title: str | None = None
    body: str | None = None
    tags: tuple[str, ...] = ()
    k: int = 5
    space: str | None = None
    viewer_id: str | None = None
    as_of: datetime | None = None
    kinds: tuple[str, ...] = ()
    min_probability: float = 0.0
