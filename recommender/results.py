"""What the engine answers with. All travel upward to the doors; all are plain data."""

from collections.abc import Mapping
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
    sentence for the asker. `post_id`, `excerpt` and `at` are set where one post is the evidence;
    `title`, what its thread is called, where the sentence does not say it.
    """

    kind: str
    points: float
    reason: str
    post_id: str | None = None
    excerpt: str | None = None
    at: datetime | None = None
    language: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The topics that a person chose, in their order. `share`: what part of its weight in the feed
    is left to a choice, 1 of somebody who has turned to nothing yet. `ids`: by their words, of
    those topics that are there still, whatever they are called now."""

    topics: tuple[str, ...]
    share: float
    ids: Mapping[str, str] = field(default_factory=dict)


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
    """A thread's root near a text. `probability_same`: that the two are about the same thing.

    `same`: whether that is to be said, nine times of ten rightly (`alike.SimilarRanker`).
    `answered`: whether somebody replied.
    """

    post: Post
    score: float
    probability_same: float
    reason: str
    same: bool
    answered: bool


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
class ThreadPage:
    """A thread's root and some of its replies in order of time.

    `earlier`, `later`: how many replies come before and after these; `previous`, `next`: ids of
    the nearest of them, by which the page before and the one after are asked for.
    """

    posts: tuple[Post, ...]
    earlier: int
    later: int
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a person has shown knowledge of, with the posts that show it.

    `id`: that of the community's topic, where it is one of those.
    """

    label: str
    weight: float
    replies: int
    latest: datetime | None
    evidence: tuple[Contribution, ...] = field(default=())
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Questions of a span of days, and those of them without a reply so far."""

    questions: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class TopicReport:
    """Something the community talks about, in figures of what the viewer may read.

    `words`: those of the label with their languages. `trend`: rising, steady or falling. `people`:
    how many have shown enough to answer. `unanswered`: by days. `person`: on whom it rests, where
    a search might suggest them.
    """

    id: str
    label: str
    words: tuple[tuple[str, str], ...]
    threads: int
    threads_90_days: int
    trend: str
    people: int
    unanswered: Mapping[int, Unanswered]
    rests_on_one: bool
    person: Person | None


@dataclass(frozen=True, slots=True)
class TopicsAnswer:
    """Topics, the liveliest first; threads in all, and those that are in none of them.

    `learned`: whether topics were looked for at all.
    """

    topics: tuple[TopicReport, ...]
    threads: int
    apart: int
    learned: bool


@dataclass(frozen=True, slots=True)
class TopicThread:
    """A thread of a topic. `answered`: whether somebody replied."""

    post: Post
    answered: bool


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of the `of` that could have been."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """How a site's questions fared; `site` is None of several small ones together.

    `people`: how many took part. `asked`: by named people of the site. `elsewhere`: as in
    `PeriodFigures`.
    """

    site: str | None
    people: int
    asked: int
    answered: Share
    elsewhere: Share


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """How a community fared from `since` up to, not including, `until`, as it stood then.

    Shares are of what was a day old by then. `people`, `askers`, `sharers`: named people who took
    part, asked, shared. `median_hours`: to the first answer, of the answered. `elsewhere`: answered
    from another site than the asker's, of those answered where both state one. `helped`: somebody
    said that an answer helped. `worked`: ideas that worked for somebody else. `travelled`,
    `travelled_far`: ideas, of those whose author states a site, that people at another site, and at
    two or more, turned to within a day. What hangs on sites is None of the past.
    """

    since: datetime
    until: datetime
    people: int
    asked: int
    askers: int
    answered: Share
    within_day: Share
    median_hours: float | None
    elsewhere: Share | None
    helped: Share
    asked_by_newcomers: int
    newcomers_answered: Share
    ideas: int
    sharers: int
    worked: Share
    travelled: Share | None
    travelled_far: Share | None
    sites: tuple[SiteFigures, ...] | None


@dataclass(frozen=True, slots=True)
class FiguresAnswer:
    """The figures of the last `days`, and of as many `before` them."""

    days: int
    now: PeriodFigures
    before: PeriodFigures


@dataclass(frozen=True, slots=True)
class Peer:
    """A colleague with the same concerns; contributions add up to the score."""

    person: Person
    score: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class PeersAnswer:
    """Peers, best first. `reason`: what to know of the list as a whole."""

    peers: tuple[Peer, ...]
    reason: str | None
