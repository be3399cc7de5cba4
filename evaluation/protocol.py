"""The replay protocol: questions, labels and windows out of a community's records.

In: records in any order. Out: a `Split` of `Question`s with what really happened to each, and
the `Run` and `Qrels` types in which rankings and truths meet. Nothing here looks at a score, an
accepted mark or anything else undated.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from data.models import Person, Post, Record

Query = TypeVar("Query")

Run = dict[str, Sequence[str]]
"""Query id to ranked ids, best first."""
Qrels = dict[str, AbstractSet[str]]
"""Query id to relevant ids, never empty."""

LABEL_WINDOW = timedelta(days=30)
TRAIN_UNTIL = 0.6
VALIDATION_UNTIL = 0.8
CUTS = {"train": 0.0, "validation": TRAIN_UNTIL, "test": VALIDATION_UNTIL}
"""Which part of the roots, in the order of time, precedes each window."""


@dataclass(frozen=True, slots=True)
class Question:
    """A thread's root as it stood when it was asked, and who replied within 30 days.

    `repliers`: everyone who did. `relevant`: those who had replied somewhere before, and so
    were candidates.
    """

    root: Post
    asker: str
    repliers: frozenset[str]
    relevant: frozenset[str]

    @property
    def id(self) -> str:
        return self.root.id

    @property
    def at(self) -> datetime:
        return self.root.created


@dataclass(frozen=True, slots=True)
class Reply:
    """A post in another's thread, by someone who is not a bot; never a comment."""

    post: Post
    person: str
    root: Post


@dataclass(frozen=True, slots=True)
class Window:
    """Questions of one stretch of time, sorted by time; `too_late` were cut with their labels."""

    questions: tuple[Question, ...]
    too_late: int = 0

    @property
    def answered(self) -> tuple[Question, ...]:
        """Questions with a relevant candidate: the ones that a ranking is measured on."""
        return tuple(question for question in self.questions if question.relevant)

    @property
    def dropped_share(self) -> float:
        """Share of the questions without a relevant candidate; 0 for an empty window."""
        if not self.questions:
            return 0.0
        return 1.0 - len(self.answered) / len(self.questions)


@dataclass(frozen=True, slots=True)
class Split:
    """A community cut by time.

    `roots` and `replies` are the whole history, sorted by time: whoever reads them at a question
    must stop before its time.
    """

    roots: tuple[Post, ...]
    replies: tuple[Reply, ...]
    train: Window
    validation: Window
    test: Window
    people: Mapping[str, Person] = field(default_factory=dict)

    def window(self, name: str) -> Window:
        """The window called `name`: train, validation or test."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    def starts(self, window: str) -> datetime | None:
        """When `window` opens, for every task alike; None where no root is as late."""
        place = int(len(self.roots) * CUTS[window])
        return self.roots[place].created if place < len(self.roots) else None

    def ends(self, window: str) -> datetime | None:
        """When the window after `window` opens; None for the last."""
        later = [name for name in CUTS if CUTS[name] > CUTS[window]]
        return self.starts(later[0]) if later else None

    @property
    def test_starts(self) -> datetime | None:
        """When the test window opens; None where it is empty."""
        return self.test.questions[0].at if self.test.questions else None


def split(records: Iterable[Record]) -> Split:
    """Build the questions, labels and windows of PROTOCOL "Who knows".

    Roots by non-bots, sorted by time and id, are cut at 60 % and 80 %; then those of the last 30
    days of the export leave, since the export cuts their labels. A root without a known author
    is no question; a post whose root is missing is no reply.
    """
    people: dict[str, Person] = {}
    posts: dict[str, Post] = {}
    for record in records:
        if isinstance(record, Person):
            people[record.id] = record
        elif isinstance(record, Post):
            posts[record.id] = record
    bots = {person.id for person in people.values() if person.bot}
    ordered = sorted(posts.values(), key=lambda post: (post.created, post.id))
    roots = tuple(
        post for post in ordered if _is_root(post) and post.author and post.author not in bots
    )
    replies = tuple(reply for post in ordered if (reply := _as_reply(post, posts, bots)))
    questions = _questions(roots, replies)
    end = ordered[-1].created if ordered else None
    first, second = int(len(roots) * TRAIN_UNTIL), int(len(roots) * VALIDATION_UNTIL)
    return Split(
        roots=roots,
        replies=replies,
        train=_window(questions[:first], end),
        validation=_window(questions[first:second], end),
        test=_window(questions[second:], end),
        people=people,
    )


def evenly(queries: Sequence[Query], most: int) -> tuple[Query, ...]:
    """At most `most` of `queries`, spread evenly over them, in their order."""
    if len(queries) <= most:
        return tuple(queries)
    return tuple(queries[n * len(queries) // most] for n in range(most))


def qrels(questions: Iterable[Question]) -> Qrels:
    """The relevant candidates of each question that has any."""
    return {question.id: question.relevant for question in questions if question.relevant}


def check_same_queries(truth: Qrels, run: Run) -> None:
    """Refuse a run that answers other queries than `truth` asks.

    Raises
    ------
    ValueError : the two sets differ; a mean over another set of queries compares nothing.
    """
    missing, strange = len(truth.keys() - run.keys()), len(run.keys() - truth.keys())
    if missing or strange:
        raise ValueError(f"the run lacks {missing} queries and has {strange} that are not asked")


def _is_root(post: Post) -> bool:
    return post.parent is None and post.thread in (None, post.id)


def _as_reply(post: Post, posts: Mapping[str, Post], bots: AbstractSet[str]) -> Reply | None:
    if _is_root(post) or post.kind == "comment" or not post.author or post.author in bots:
        return None
    root = posts.get(post.thread or post.parent or "")
    if root is None or root.author == post.author or post.created < root.created:
        return None
    return Reply(post, post.author, root)


def _questions(roots: Sequence[Post], replies: Sequence[Reply]) -> list[Question]:
    first_reply: dict[str, datetime] = {}
    by_root: dict[str, list[Reply]] = {}
    for reply in replies:
        first_reply.setdefault(reply.person, reply.post.created)
        by_root.setdefault(reply.root.id, []).append(reply)
    questions = []
    for root in roots:
        repliers = frozenset(
            reply.person
            for reply in by_root.get(root.id, ())
            if reply.post.created <= root.created + LABEL_WINDOW
        )
        relevant = frozenset(p for p in repliers if first_reply[p] < root.created)
        questions.append(Question(root, root.author or "", repliers, relevant))
    return questions


def _window(questions: Sequence[Question], end: datetime | None) -> Window:
    kept = tuple(q for q in questions if end is not None and q.at + LABEL_WINDOW <= end)
    return Window(kept, len(questions) - len(kept))
