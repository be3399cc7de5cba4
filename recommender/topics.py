"""What the community is about: its topics, who could answer each, and what waits for an answer.

In: the topics as learned, and a view. Out: figures of what that viewer may read, and nothing else.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import Person

from .answering import answered, asked, threads_in
from .columns import DIGITS, Flags, Ints, counted, decayed
from .community import Community
from .experts import visible
from .ideas import DAY_US
from .questions import Question
from .results import TopicReport, TopicsAnswer, Unanswered
from .texts import TextIndex
from .topicindex import TopicIndex, topic_id
from .topiclabels import labels_of
from .view import View

Floats = npt.NDArray[np.float64]

KNOWN_HALF_LIFE = 180.0
"""Days in which shown knowledge fades to half, as in a person's expertise."""

KNOWS = 1.0
"""Threads of a topic, faded, that somebody must have replied in to be able to answer: two within
the last half year, or more of them longer ago."""

ALONE = 2.0 / 3.0
"""Share of the knowledge of a topic, faded, that rests on one person where it is theirs."""

ALONE_LEAST = 2.0
"""Faded threads of that one person: less is too little to speak of."""

WINDOWS = (30, 90)
"""Days that unanswered questions are counted over."""

GRACE_DAYS = 1.0
"""A question younger than this is not counted as unanswered, nor at all."""

CHANGED = 2.0
"""Standard errors by which a quarter's threads must differ from those of the one before."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Who has shown how much of what: `weights` (people, topics), faded threads replied in."""

    weights: Floats
    present: Flags
    suggestible: Flags


def joined_topics(community: Community, view: View, places: Ints) -> tuple[Ints, Ints]:
    """Posts by which threads with a topic were joined before the moment, and their topics."""
    posts = community.posts
    keys = community.joinings
    keys = keys[: int(np.searchsorted(posts["created"][keys], view.moment))]
    keys = keys[view.posts[keys]]
    topic = places[np.minimum(posts["root"][keys], len(posts) - 1)]
    return keys[topic >= 0], topic[topic >= 0]


def knowledge_of(view: View, places: Ints, topics: int) -> Knowledge:
    """Who knows of which topic, as far as the viewer may see.

    `present`: still here, the hidden too, so that what they carry is seen to rest on somebody.
    """
    community = view.community
    people = len(community.roster)
    keys, topic = joined_topics(community, view, places)
    fading = decayed(view.moment - community.posts["created"][keys], KNOWN_HALF_LIFE)
    cells = community.posts["author"][keys] * topics + topic
    weights = counted(cells, fading, minlength=people * topics).reshape(people, topics)
    roster, there = community.roster, view.once(visible)
    gone = roster.left < view.moment if view.past else roster.left <= view.moment
    return Knowledge(
        np.round(weights, DIGITS),
        there & ~roster.bots & ~gone & (roster.active | view.past),
        there & roster.may_be_suggested(view.moment, view.past),
    )


def report(index: TopicIndex, texts: TextIndex, view: View) -> TopicsAnswer:
    """The topics of what a viewer may read, the liveliest first; ties by number."""
    model = index.model
    places = index.of_threads(texts, view)
    if model is None:
        return TopicsAnswer((), 0, 0, learned=False)
    community, count = view.community, len(model.clusters.numbers)
    posts = community.posts
    roots = np.flatnonzero(places >= 0)
    all_roots = threads_in(view)
    age = view.moment - posts["created"][roots]
    alive = np.round(counted(places[roots], decayed(age, KNOWN_HALF_LIFE), count), DIGITS)
    threads = _times(places[roots], count)
    quarter = _times(places[roots[age <= 90 * DAY_US]], count)
    before = _times(places[roots[age <= 180 * DAY_US]], count) - quarter
    waiting = {days: _waiting(view, roots, places, count, days) for days in WINDOWS}
    knowledge = knowledge_of(view, places, count)
    labels = labels_of(view, model.words, places, np.flatnonzero(threads).tolist())
    found = [
        TopicReport(
            id=topic_id(model.clusters.numbers[place]),
            label=labels[place].text,
            words=tuple((word.written, word.language) for word in labels[place].words),
            threads=int(threads[place]),
            threads_90_days=int(quarter[place]),
            trend=_trend(int(quarter[place]), int(before[place])),
            people=int((knowledge.suggestible & (knowledge.weights[:, place] >= KNOWS)).sum()),
            unanswered={days: waiting[days][place] for days in WINDOWS},
            rests_on_one=alone,
            person=person,
        )
        for place in sorted(labels, key=lambda p: (-alive[p], model.clusters.numbers[p]))
        for alone, person in (_alone(community, knowledge, place),)
    ]
    shown = sum(topic.threads for topic in found)
    return TopicsAnswer(tuple(found), int(all_roots.sum()), int(all_roots.sum()) - shown, True)


def threads_of(
    index: TopicIndex, texts: TextIndex, view: View, wanted: str, question: Question | None
) -> Ints | None:
    """Roots of a topic's threads, the newest first, or with a `question` the nearest to it; None
    where the viewer is told of no such topic."""
    model = index.model
    ids = index.ids()
    if model is None or wanted not in ids:
        return None
    place = ids.index(wanted)
    places = index.of_threads(texts, view)
    roots = np.flatnonzero(places == place)
    if not len(roots) or not labels_of(view, model.words, places, [place]):
        return None
    first = view.community.posts["created"][roots].astype(np.float64)
    if question is not None:
        row_of = np.zeros(len(view.posts), dtype=np.int64)
        standing = np.flatnonzero(view.texts)
        row_of[view.community.versions["post"][standing]] = standing
        first = np.round(texts.likeness(question, row_of[roots]), DIGITS)
    ordered: Ints = roots[np.lexsort((view.community.posts["rank"][roots], -first))]
    return ordered


def _times(places: Ints, count: int) -> Ints:
    return np.bincount(places, minlength=count)


def _waiting(view: View, roots: Ints, places: Ints, count: int, days: int) -> list[Unanswered]:
    age = view.moment - view.community.posts["created"][roots]
    chosen = roots[(age <= days * DAY_US) & (age >= GRACE_DAYS * DAY_US) & asked(view, roots)]
    open_ones = chosen[~answered(view, chosen)]
    questions, unanswered = _times(places[chosen], count), _times(places[open_ones], count)
    return [
        Unanswered(int(q), int(u))
        for q, u in zip(questions.tolist(), unanswered.tolist(), strict=True)
    ]


def _trend(now: int, before: int) -> str:
    difference = now - before
    if abs(difference) <= CHANGED * float(np.sqrt(now + before)):
        return "steady"
    return "rising" if difference > 0 else "falling"


def _alone(community: Community, knowledge: Knowledge, place: int) -> tuple[bool, Person | None]:
    """Whether a topic rests on one person, and who, where a search might suggest them."""
    weights = np.where(knowledge.present, knowledge.weights[:, place], 0.0)
    top = int(np.argmax(weights))
    if weights[top] < max(ALONE_LEAST, ALONE * float(weights.sum())):
        return False, None
    return True, community.people[top] if knowledge.suggestible[top] else None
