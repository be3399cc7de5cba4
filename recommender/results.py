"""What the engine answers with. All travel upward to the doors; all are plain data."""

from dataclasses import dataclass, field
from datetime import datetime

from data.models import Person, Post

CONTRIBUTION_KINDS = (
    "baseline",
    "post",
    "activity",
    "space",
    "profile",
    "load",
    "other",
)


@dataclass(frozen=True, slots=True)
class Contribution:
    """A part of a candidate's score.

    `points` may be negative; over a candidate they add up to its score. `reason` is a true
    sentence for the asker. `post_id`, `excerpt` and `at` are set where one post is the evidence.
    """

    kind: str
    points: float
    reason: str
    post_id: str | None = None
    excerpt: str | None = None
    at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person suggested for a query. `probability`: that they reply within 30 days."""

    person: Person
    score: float
    probability: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class ExpertsAnswer:
    """Candidates, best first. `answerable`: the chance that anyone replies within 30 days."""

    candidates: tuple[Candidate, ...]
    answerable: float
    reason: str | None


@dataclass(frozen=True, slots=True)
class SimilarIdea:
    """A thread's root near a text. `probability_same`: that the two are about the same thing."""

    post: Post
    score: float
    probability_same: float
    reason: str


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A thread's root for a person to read, with reasons in words.

    `propensity`: the chance with which it was drawn for its place, None where nothing was drawn
    (`drawing`).
    """

    post: Post
    score: float
    reasons: tuple[str, ...]
    propensity: float | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a feed; `next_cursor` is None on the last."""

    items: tuple[FeedItem, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a person has shown knowledge of, with the posts that show it."""

    label: str
    weight: float
    replies: int
    latest: datetime | None
    evidence: tuple[Contribution, ...] = field(default=())
