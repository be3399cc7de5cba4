"""A person's peers: colleagues with the same concerns, those foremost whom they have not met.

Out: people with a score that is the sum of what speaks for them. Those at one's own site and those
one meets all the time are set back, not left out: they are known already.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import Person
from data.rows import from_us
from data.text import body_text, excerpt

from .affinity import Affinity, affinity_of
from .columns import DIGITS, Flags
from .experts import by_score, visible
from .parts import Parts
from .results import Contribution, Peer, PeersAnswer
from .saying import Sentence, say
from .showing import shown_posts
from .topicindex import TopicIndex
from .topiclabels import Label, labels_of
from .view import View

Floats = npt.NDArray[np.float64]

WEIGHTS: dict[str, float] = {
    "concerns": 8.0,
    "topics": 4.0,
    "spaces": 2.5,
    "company": 0.5,
    "active": 1.5,
    "profile": 2.0,
    "role": 1.0,
    "met": -1.5,
    "site": -2.0,
}
"""Points of one unit of each signal. The first five are near a listwise fit to who first met whom
on six communities' validation windows, concerns raised eightfold by hand: a peer shares concerns,
and is not only busy (evaluation/results/peers.md). The last four have no measure in them and are
by hand: one shared thread takes off a point, ten take off what three and a half do."""

MOST = 12
POSTS, TOPICS, SPACES = 3, 2, 2
"""Parts of one peer that are shown one by one; the rest of each kind is added up."""

LEAST_POINTS = 0.005

ALIKE = 0.5
"""The signal from which two profiles are said to read alike: a likeness of .6. In the sample
community 56 of 1,770 pairs reach it, all but one within a department; of those at .5 two fifths
are."""

THESE_WEEKS = 0.5
"""Faded replies (half-life 60 days) from which somebody takes part these weeks: one within 60
days."""

UNKNOWN = say("nothing is known yet of what this person cares about: these are active colleagues")


@dataclass(frozen=True, slots=True)
class PeerRanking:
    """Everybody who may be a peer by key, best first; all people's scores, and whence they come."""

    order: list[int]
    score: Floats
    found: Affinity


def rank(parts: Parts, index: TopicIndex, view: View, person: int) -> PeerRanking:
    """Order a person's peers, as the viewer may know them; ties by id."""
    community = view.community
    found = affinity_of(parts, index, view, person)
    score = np.zeros(len(community.roster))
    for name, weight in WEIGHTS.items():
        score += weight * found.values[name]
    score = np.round(score, DIGITS)
    admitted = view.once(visible) & community.roster.may_be_suggested(view.moment, view.past)
    admitted &= _at_home(found)
    admitted[person] = False
    return PeerRanking(by_score(community, score, np.flatnonzero(admitted)).tolist(), score, found)


def find(parts: Parts, index: TopicIndex, view: View, person: int, k: int) -> PeersAnswer:
    """The `k` best peers of `person`, each with what speaks for and against them."""
    ranking = rank(parts, index, view, person)
    people, score = view.community.people, ranking.score
    told = _Telling(parts, view, person, ranking.found, _labels(parts, index, view))
    peers = tuple(
        Peer(people[pk], float(score[pk]), told.contributions(pk, float(score[pk])))
        for pk in ranking.order[:k]
    )
    return PeersAnswer(peers, None if ranking.found.known else UNKNOWN)


def _at_home(found: Affinity) -> Flags:
    """Who has shown anything of themselves, be it a profile: of others nothing can be said."""
    told = np.zeros(len(found.common), dtype=bool)
    for name in ("concerns", "topics", "spaces", "company", "profile", "role", "active"):
        told |= found.values[name] != 0.0
    return told


def _labels(parts: Parts, index: TopicIndex, view: View) -> dict[int, Label]:
    """What each topic is called, by place."""
    if index.model is None:
        return {}
    places = index.of_threads(parts.texts, view)
    return labels_of(view, index.model.words, places, range(len(index.model.words)))


@dataclass(slots=True)
class _Telling:
    """Makes the contributions of one answer's peers."""

    parts: Parts
    view: View
    person: int
    found: Affinity
    labels: dict[int, Label]

    def contributions(self, pk: int, score: float) -> tuple[Contribution, ...]:
        """What speaks for and against a peer, the largest first; adds up to `score`."""
        values, person = self.found.values, self.view.community.people[pk]
        told = [
            *self._posts(pk, person),
            *self._topics(pk),
            *self._spaces(pk),
            _part("profile", "role", values, pk, self._role(person)),
            _part("activity", "company", values, pk, say("meets the same colleagues in threads")),
            _part("activity", "active", values, pk, self._active(pk)),
            _part("load", "met", values, pk, self._met(pk)),
            _part(
                "other", "site", values, pk, say("works at the same site, {site}", site=person.site)
            ),
        ]
        if values["profile"][pk] >= ALIKE:
            told.append(_part("profile", "profile", values, pk, say("their profiles read alike")))
        told = [part for part in told if abs(part.points) >= LEAST_POINTS]
        told.sort(key=lambda part: (-abs(part.points), part.kind, part.post_id or "", part.reason))
        told = told[: MOST - 1]
        left = round(score - sum(part.points for part in told), DIGITS)
        if left != 0.0:
            told.append(Contribution("other", left, say("weaker signs taken together")))
        return tuple(told)

    def _posts(self, pk: int, person: Person) -> list[Contribution]:
        """The threads of theirs nearest to the person's concerns, and the sum of the others."""
        community, pieces = self.view.community, self.found.pieces
        mine = np.flatnonzero(pieces.person == pk)
        points = WEIGHTS["concerns"] * pieces.weight[mine]
        order = np.lexsort((pieces.post[mine], -points))
        first = [place for place in order[:POSTS].tolist() if points[place] > 0]
        told = []
        keys = [int(pieces.post[mine[place]]) for place in first]
        roots = [int(pieces.about[mine[place]]) for place in first]
        quoted = person.consent != "named"
        shown = shown_posts(
            community, self.parts.store, self.view, {*keys, *roots} if quoted else ()
        )
        for place, key, root in zip(first, keys, roots, strict=True):
            value = round(float(points[place]), DIGITS)
            if not quoted or key not in shown or root not in shown:
                told.append(
                    Contribution(
                        "post", value, say("takes part in threads close to these concerns")
                    )
                )
                continue
            replied = say("replied in a thread close to these concerns")
            title = excerpt(shown[root].title or "", (), 80)
            told.append(
                Contribution(
                    "post",
                    value,
                    say("{what}: {title}", what=replied, title=title) if title else replied,
                    post_id=shown[key].id,
                    excerpt=excerpt(body_text(shown[key])) or None,
                    at=from_us(int(community.posts["created"][key])),
                    language=shown[key].language,
                )
            )
        rest = float(points.sum() - points[first].sum())
        threads = len(mine) - len(first)
        if threads:
            told.append(
                Contribution(
                    "post",
                    round(rest, DIGITS),
                    say(
                        "{n} more of their threads, averaged",
                        "one more of their threads",
                        n=threads,
                    ),
                )
            )
        return told

    def _topics(self, pk: int) -> list[Contribution]:
        points = WEIGHTS["topics"] * self.found.by_topic[pk]
        best = [
            place
            for place in np.argsort(-points, kind="stable")[:TOPICS].tolist()
            if points[place] > 0
        ]
        return [
            Contribution(
                "other",
                round(float(points[place]), DIGITS),
                say("both take part in “{topic}”", topic=self.labels[place].text),
            )
            for place in best
            if place in self.labels
        ]

    def _spaces(self, pk: int) -> list[Contribution]:
        points = WEIGHTS["spaces"] * self.found.by_space[pk]
        best = [
            place
            for place in np.argsort(-points, kind="stable")[:SPACES].tolist()
            if points[place] > 0
        ]
        names = [self.view.space_name(key) for key in self.found.spaces[best].tolist()]
        return [
            Contribution(
                "space",
                round(float(points[place]), DIGITS),
                say("both are at home in {space}", space=name),
            )
            for place, name in zip(best, names, strict=True)
            if name is not None
        ]

    def _role(self, other: Person) -> Sentence:
        here = self.view.community.people[self.person]
        if here.title and other.title and here.title.casefold() == other.title.casefold():
            return say("has the same role, {title}", title=other.title)
        return say("works in the same department, {department}", department=other.department)

    def _active(self, pk: int) -> Sentence:
        replies = float(np.expm1(self.found.values["active"][pk]))
        if replies >= THESE_WEEKS:
            return say("takes part these weeks")
        return say("has taken part before")

    def _met(self, pk: int) -> Sentence:
        return say(
            "they have met already, in {n} threads",
            "they have met already, in one thread",
            n=int(self.found.common[pk]),
        )


def _part(kind: str, name: str, values: dict[str, Floats], pk: int, reason: str) -> Contribution:
    return Contribution(kind, round(WEIGHTS[name] * float(values[name][pk]), DIGITS), reason)
