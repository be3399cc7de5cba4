"""Why a candidate stands where they stand: points by post, place, habit, in true sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from data.models import POST_KINDS, Person
from data.reading import KIND_SHIFT
from data.rows import from_us
from data.store import Store
from data.text import excerpt, plain_text
from data.wording import Quoted

from . import sentences
from .columns import DIGITS, counted
from .community import Community
from .evidence import CHANCE
from .experts import Ranking
from .kinship import Share
from .pieces import foremost, laid_out
from .queries import ExpertsQuery
from .ranker import NAMED
from .results import Contribution
from .saying import say
from .signals import SUMS, presence_in
from .standing import standing_rows
from .view import View

Floats = npt.NDArray[np.float64]

MOST = 12
"""Contributions a candidate has at most; CONTRACT.md's."""

POSTS = 6
"""Posts that are shown of them."""

LATELY = ("activity_3", "activity_14", "activity_60", "activity_365", "first_60", "recent")
"""Signals of how much somebody replies."""

PLACE = ("place_14", "place_90", "place_recency", "focus")
"""Signals of the question's space."""

LEAST_SUM = 1e-12
"""Sum of weights that is none."""

LEAST_POINTS = 0.005
"""Points under which a sign is counted among the smaller ones."""

LEAST_QUOTED = 0.05
"""Points from which a post is quoted; the foremost is in any case. Of a candidate's first six, 35 %
had less on a help chat, 67 % on a forum, 23 % on a chat of a million posts: a reader would have to
pass them by, and their words to be fetched."""

LEAST_PROFILE = 0.75
"""Points of a profile from which it is said to be close to a question: a likeness of .3. Of the
sample community's 5,220 pairs of a question and a profile 2.7 % are as close; under it the people
are of any trade."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Points of a person's foremost posts by key, and those that give the `rest`: how many
    replies, and how many threads that they `started`."""

    points: dict[int, float]
    replies: int
    started: int
    rest: float

    def told(self) -> list[tuple[int, float]]:
        """Those that count enough to be told of, whose texts have to be read."""
        return [(post, points) for post, points in self.points.items() if _tells(points)]


@dataclass(frozen=True, slots=True)
class Explainer:
    """Makes contributions for the candidates of one answer.

    `words`: the question's most informative words, for the choice of excerpts. `known`: not beside
    that nobody has shown knowledge of it.
    """

    community: Community
    store: Store
    view: View
    query: ExpertsQuery
    ranking: Ranking
    words: tuple[str, ...]
    known: bool

    def contributions(self, keys: list[int]) -> dict[int, tuple[Contribution, ...]]:
        """Contributions of each of the people `keys`, largest first, baseline foremost."""
        values = self.ranking.signals.values
        rates = {pk: self.ranking.scale.rates(values, pk) for pk in keys}
        shown = {pk: self._by_post(pk, rates[pk]) for pk in keys}
        wanted = {post for posts in shown.values() for post, _ in posts.told()}
        roots = self.community.posts["root"]
        stood = self._stood(wanted | {int(roots[post]) for post in wanted})
        ids = {post: stood[post].id for post in wanted if post in stood}
        if missing := sorted(wanted - ids.keys()):
            ids |= self.store.post_ids(missing)
        return {pk: self._explained(pk, rates[pk], shown[pk], stood, ids) for pk in keys}

    def _by_post(self, pk: int, rates: Mapping[str, float]) -> Shown:
        """Points of a person's posts: of each its share of the signals that it is a piece of.

        `rates`: points of a unit of each signal.
        """
        joined, likeness = self.ranking.evidence.kin.of(pk)
        apart, points = [np.zeros(0, np.int64)], [np.zeros(0)]
        shares = []
        for name, pieces in self.ranking.signals.pieces.items():
            if isinstance(pieces, Share):
                shares.append(self._shared(name, pk, pieces.of(pk), rates[name]))
            else:
                own, weight = pieces.of(pk)
                apart.append(own)
                points.append(self._shared(name, pk, weight, rates[name]))
        few, of = np.unique(np.concatenate(apart), return_inverse=True)
        posts, each = laid_out(joined, few, counted(of, np.concatenate(points), len(few)))
        for share in shares:
            each[: len(joined)] += share
        order = np.argsort(posts, kind="stable")
        keys, each = posts[order], each[order]
        # What is not like the question is no reason to be shown, though it counts.
        like = np.ones(len(posts), dtype=bool)
        like[: len(joined)] = likeness >= CHANCE
        shown = (each > 0.0) & like[order]
        first = foremost(keys, each, np.flatnonzero(shown), POSTS)
        first = first[: max(int((each[first] >= LEAST_QUOTED).sum()), 1)]
        rest = float(each.sum() - each[first].sum())
        others = np.delete(keys, first)
        started = int((self.community.posts["root"][others] == others).sum())
        return Shown(
            dict(zip(keys[first].tolist(), each[first].tolist(), strict=True)),
            len(others) - started,
            started,
            rest,
        )

    def _shared(self, name: str, pk: int, weight: Floats, rate: float) -> Floats:
        """The points of a signal's pieces, which weigh so much, for one person."""
        whole = float(self.ranking.signals.values[name][pk])
        # Of a root or a logarithm of a sum each piece has its share; of a sum, itself.
        share = 1.0 if name in SUMS else whole / max(float(weight.sum()), LEAST_SUM)
        return weight * (share * rate)

    def _points(self, names: Sequence[str], pk: int, rates: Mapping[str, float]) -> float:
        """Points that signals give together, against somebody of whom there is nothing."""
        values = self.ranking.signals.values
        return sum(rates[name] * float(values[name][pk]) for name in names)

    def _stood(self, posts: set[int]) -> Mapping[int, Quoted]:
        """The texts that stood at the moment, by post; a later edit leaves a post without."""
        versions = self.community.versions
        keys = np.array(sorted(posts), dtype=np.int64)
        rows = standing_rows(self.community, self.view, keys)
        texts = self.store.quoted(rows[rows > 0].tolist())
        return {int(versions["post"][row]): text for row, text in texts.items()}

    def _explained(
        self,
        pk: int,
        rates: Mapping[str, float],
        shown: Shown,
        stood: Mapping[int, Quoted],
        ids: Mapping[int, str],
    ) -> tuple[Contribution, ...]:
        person = self.community.people[pk]
        parts = [self._post_part(person, post, points, stood, ids) for post, points in shown.told()]
        parts += self._habit_parts(pk, person, rates)
        parts += _further(shown)
        parts = [part for part in parts if _tells(part.points)]
        parts.sort(key=lambda part: (-abs(part.points), part.kind, part.post_id or ""))
        baseline = Contribution(
            "baseline",
            round(self.ranking.scale.baseline, DIGITS),
            say("starting score without any evidence, relative to everyone who replies here"),
        )
        # One place is kept for what is left over.
        parts = [baseline, *parts][: MOST - 1]
        left = float(self.ranking.score[pk]) - sum(part.points for part in parts)
        left = round(left, DIGITS)
        if left != 0.0:
            parts.append(Contribution("other", left, say("weaker signs taken together")))
        return tuple(parts)

    def _post_part(
        self,
        person: Person,
        post: int,
        points: float,
        stood: Mapping[int, Quoted],
        ids: Mapping[int, str],
    ) -> Contribution:
        posts = self.community.posts
        root = int(posts["root"][post])
        kind = POST_KINDS[int(posts["flags"][root]) >> KIND_SHIFT] if root == post else None
        quoted = person.consent != "named"
        title = _title(stood.get(root))
        reason = sentences.evidence(kind, title, quoted=quoted, known=self.known)
        if not quoted:
            return Contribution("post", round(points, DIGITS), reason)
        text = stood.get(post)
        return Contribution(
            "post",
            round(points, DIGITS),
            reason,
            post_id=ids.get(post),
            excerpt=excerpt(plain_text(text.body, text.body_format), self.words) if text else None,
            at=from_us(int(posts["created"][post])),
            language=text.language if text else None,
        )

    def _habit_parts(
        self, pk: int, person: Person, rates: Mapping[str, float]
    ) -> list[Contribution]:
        ranking = self.ranking
        values, activity, place = (
            ranking.signals.values,
            ranking.signals.activity,
            ranking.signals.place,
        )
        joined = int(activity.joined[pk])
        last = from_us(int(activity.last[pk])) if joined else None
        present = int(self.view.once(presence_in).last[pk])
        wrote = from_us(present) if present > 0 else None
        parts = [
            _part(
                "activity",
                self._points(LATELY, pk, rates),
                sentences.often(activity.decayed[60.0][pk]),
            ),
            _part(
                "activity",
                self._points(("recency", "presence", "present"), pk, rates),
                sentences.lately(joined, last, wrote),
                at=last or wrote,
            ),
            _part(
                "activity",
                self._points(("asker_30", "asker_180"), pk, rates),
                say("has answered this asker"),
            ),
            _part(
                "activity",
                self._points(("quick",), pk, rates),
                sentences.quickness(values["quick"][pk]),
            ),
            _part(
                "activity",
                self._points(("tags",), pk, rates),
                say("has replied under these tags"),
            ),
            _part("other", self._points(NAMED, pk, rates), say("is named in the question")),
            _part("other", float(ranking.newness[pk]), say("is new here, and given room")),
            _part("load", float(ranking.load[pk]), say("may have little time now")),
        ]
        if (close := float(ranking.profile[pk])) >= LEAST_PROFILE:
            parts.append(_part("profile", close, sentences.profile(person)))
        if place is not None and self.query.space:
            key = self.community.space_keys[self.query.space]
            where = self.view.space_name(key) or self.query.space
            there = sentences.place(where, int(place.joined[pk]))
            parts.append(_part("space", self._points(PLACE, pk, rates), there))
        return parts


def _tells(points: float) -> bool:
    """Whether so many points are no smaller sign."""
    return abs(round(points, DIGITS)) >= LEAST_POINTS


def _part(kind: str, points: float, reason: str, at: datetime | None = None) -> Contribution:
    return Contribution(kind, round(points, DIGITS), reason, at=at)


def _further(shown: Shown) -> list[Contribution]:
    """The posts that are not shown one by one, taken together."""
    if not shown.replies + shown.started:
        return []
    beside = bool(shown.told())
    reason = sentences.further(shown.replies, shown.started, beside=beside)
    return [_part("post", shown.rest, reason)]


def _title(root: Quoted | None) -> str:
    return excerpt(root.title, (), 80) if root is not None and root.title else ""
