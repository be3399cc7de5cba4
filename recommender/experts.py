"""Who knows this: candidates by evidence and activity, with contributions that add up."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import Person
from data.rows import to_us
from embeddings.statistics import Statistics

from . import weights
from .begun import joinings_in
from .calibration import (
    ENOUGH,
    Crowd,
    all_chances,
    answerable_chance,
    candidate_chance,
    crowd_of,
    of_strangers,
)
from .columns import DIGITS, Flags, Ints
from .community import NAMELESS, Community
from .evidence import Evidence, gather
from .pace import Pace, pace_of
from .profiles import Profiles
from .queries import ExpertsQuery
from .questions import Question
from .ranker import NAMED, Ranker
from .saying import say
from .scale import Scale, scale_of
from .signals import Signals, signals_of
from .texts import TextIndex
from .view import NOTHING, Since, View, fixed, grows

Floats = npt.NDArray[np.float64]

NOBODY_KNOWS = say("nobody here has shown knowledge of this")

WEEK_DAYS = 7

ANSWERING = 10
"""Candidates whose chances make up that of an answer."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of all people for one question, and what they are made of.

    `order`: keys of the admitted candidates, best first. `foremost`: the first of all who may be
    suggested, admitted or not. `known`: likeness of what is nearest, as
    if the question were in English. `among`: who has replied before and may be suggested.
    `eligible`: who may be suggested, admitted or not. `crowd`: what a score is a share of, for
    the chances. `joinings`: how many replies there are to learn from who replies.
    """

    order: list[int]
    foremost: list[int]
    score: Floats
    signals: Signals
    scale: Scale
    evidence: Evidence
    pace: Pace
    profile: Floats
    load: Floats
    newness: Floats
    known: float
    among: Flags
    eligible: Flags
    crowd: Crowd
    joinings: int


def rank(
    texts: TextIndex,
    profiles: Profiles,
    statistics: Statistics | None,
    ranker: Ranker,
    query: ExpertsQuery,
    question: Question,
    view: View,
    newcomers: float = 0.0,
) -> Ranking:
    """Score everybody who may be suggested to the asker.

    `newcomers`: points for somebody who has not joined a thread yet, fewer for each of the first
    five joined.
    """
    community = view.community
    centre = np.array(ranker.centre, dtype=np.float32) if ranker.centre else None
    evidence = gather(community, texts, question, view, statistics, centre)
    space = community.space_keys.get(query.space) if query.space else None
    asker = community.person_keys.get(query.asker_id) if query.asker_id else None
    eligible = _eligible(community, view, asker)
    signals = signals_of(community, view, evidence, space, query.tags, asker)
    signals.values.update(_named(community, question, view, eligible))
    among = eligible & signals.repliers
    scale = scale_of(signals.values, ranker.weights, ranker.pairs, among)
    profile, likeness = _profile_points(community, profiles, question, view, eligible)
    load = _load(community, view, signals, eligible)
    newness = newcomers * np.maximum(1.0 - signals.activity.joined / weights.NEW_UNTIL, 0.0)
    score = np.round(scale.scores(signals.values) + profile + load + newness, DIGITS)
    everybody = by_score(community, score, np.flatnonzero(eligible))
    order = everybody[_admitted(community, view, query)[everybody]]
    return Ranking(
        order.tolist(),
        everybody[:ANSWERING].tolist(),
        score,
        signals,
        scale,
        evidence,
        pace_of(view, evidence, asker, question.text),
        profile,
        load,
        newness,
        known=max(evidence.nearest, float(likeness.max(initial=0.0))) + question.less_alike,
        among=among,
        eligible=eligible,
        crowd=crowd_of(score[eligible]),
        joinings=len(view.once(joinings_in).time),
    )


def by_score(community: Community, score: Floats, people: Ints) -> Ints:
    """`people` by their scores, which are by key, best first; ties by id."""
    # A sort that keeps the order of ties takes four times as long, and there are few.
    people = people[np.argsort(-score[people])]
    same = np.diff(score[people]) == 0.0
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    by_id = community.roster.by_id[people[tied]]
    people[tied] = people[tied][np.lexsort((by_id, -score[people[tied]]))]
    return people


def _eligible(community: Community, view: View, asker: int | None) -> Flags:
    """Who may be suggested to this asker, as the viewer may know them."""
    there = view.once(visible)
    eligible = there & community.roster.may_be_suggested(view.moment, view.past)
    if asker is not None:
        eligible[asker] = False
    return eligible


def visible(view: View) -> Flags:
    """Of whom the viewer may know that they are here.

    Somebody known only as an author is there for those alone who can read a post of theirs; of
    the past, so is everybody, but for those whose record dates their joining before it.
    """
    return _more_visible(view, np.zeros(0, bool), NOTHING)


@grows(visible)
def _more_visible(view: View, known: Flags, since: Since) -> Flags:
    posts, roster = view.community.posts, view.community.roster
    seen = np.zeros(len(roster), dtype=bool)
    seen[: len(known)] = known
    # An anonymous post, were it the only one, would give its author away.
    named = view.posts[since.posts :] & ((posts["flags"][since.posts :] & NAMELESS) == 0)
    seen[posts["author"][since.posts :][named]] = True
    seen |= roster.joined < view.moment
    return fixed(seen if view.past else seen | roster.described)


def named_like(community: Community, view: View, text: str) -> tuple[Person, ...]:
    """People the viewer may know of whose name, id or title holds every word of `text`."""
    wanted = text.casefold().split()
    there = view.once(visible)
    found = [
        person
        for pk, person in community.people.items()
        if there[pk]
        and all(
            word in f"{person.name or ''} {person.id} {person.title or ''}".casefold()
            for word in wanted
        )
    ]
    return tuple(sorted(found, key=lambda p: ((p.name or p.id).casefold(), p.id)))


def _admitted(community: Community, view: View, query: ExpertsQuery) -> Flags:
    """Whom the caller's own filters leave: excluded people, spaces, sites, languages."""
    people = community.people
    admitted = np.ones(len(community.roster), dtype=bool)
    for person_id in query.exclude:
        if person_id in community.person_keys:
            admitted[community.person_keys[person_id]] = False
    if query.sites:
        sites = {site.casefold() for site in query.sites}
        admitted &= _flags(
            community, (p for p in people if (people[p].site or "").casefold() in sites)
        )
    if query.languages:
        spoken = {language.casefold() for language in query.languages}
        admitted &= _flags(
            community,
            (p for p in people if spoken & {one.casefold() for one in people[p].languages}),
        )
    if query.spaces:
        keys = [community.space_keys[s] for s in query.spaces if s in community.space_keys]
        posts = community.posts
        there = view.posts & np.isin(posts["space"], keys)
        there &= (posts["flags"] & NAMELESS) == 0
        admitted &= _flags(community, np.unique(posts["author"][there]).tolist())
    return admitted


def _flags(community: Community, keys: Iterable[int]) -> Flags:
    flags = np.zeros(len(community.roster), dtype=bool)
    flags[list(keys)] = True
    return flags


def _profile_points(
    community: Community, profiles: Profiles, question: Question, view: View, eligible: Flags
) -> tuple[Floats, Floats]:
    """Points for what people say of their work, and its likeness; nothing of it is dated."""
    likeness = np.zeros(len(community.roster))
    if not view.past:
        keys = np.flatnonzero(eligible)
        likeness[keys] = profiles.likeness(question, keys)
    floor = weights.PROFILE_FLOOR
    above = np.maximum(likeness - floor, 0.0) / (1.0 - floor)
    return weights.PROFILE_POINTS * above, likeness


def _named(
    community: Community, question: Question, view: View, eligible: Flags
) -> dict[str, Floats]:
    """Signals NAMED: who is named in the question, and how."""
    values = {name: np.zeros(len(community.roster)) for name in NAMED}
    for pk, how in community.roster.named_in(question.text, view.past):
        if eligible[pk]:
            values[f"named_{how}"][pk] = 1.0
    called, whole, first = (values[name] for name in NAMED)
    whole[called > 0.0] = 0.0
    first[(called > 0.0) | (whole > 0.0)] = 0.0
    first /= max(float(first.sum()), 1.0)
    return values


def _load(community: Community, view: View, signals: Signals, eligible: Flags) -> Floats:
    """Points taken from those who are away or have answered more than they wish to a week."""
    points = np.zeros(len(community.roster))
    if view.past:
        return points
    # A steady r a week makes a 14-day half-life sum of r x 14 / (7 ln 2).
    weekly = signals.activity.decayed[14.0] * (WEEK_DAYS * math.log(2) / 14.0)
    for pk in (pk for pk in community.roster.busy if eligible[pk]):
        person = community.people[pk]
        if person.away_until is not None and to_us(person.away_until) > view.moment:
            points[pk] += weights.AWAY_POINTS
        if person.weekly_capacity is not None:
            over = weekly[pk] / max(person.weekly_capacity, 0.5) - 1.0
            points[pk] += weights.LOAD_POINTS * min(max(over, 0.0), 3.0)
    return points


def probability(ranking: Ranking, ranker: Ranker, pk: int) -> float:
    """The chance that a candidate replies within 30 days; rises with the score."""
    score = float(ranking.score[pk])
    chance = candidate_chance(ranker.probability, score, ranking.crowd, ranking.pace)
    return round(chance, DIGITS)


def answerable(ranking: Ranking, ranker: Ranker) -> float:
    """The chance that anyone replies: that one of the first ten does, and how it goes here.

    Whoever is asked for or left out, that is the same; and no less than that the first one does.
    Where hardly anybody has replied yet, no more than that one of all the candidates does.
    """
    chances = [probability(ranking, ranker, pk) for pk in ranking.foremost]
    anyone = answerable_chance(ranker.answerable, chances, ranking.pace)
    if ranking.joinings < ENOUGH:
        scores = ranking.score[ranking.eligible]
        known = all_chances(ranker.probability, scores, ranking.crowd, ranking.pace)
        anyone = min(anyone, known + of_strangers(ranking.joinings))
    return round(max(anyone, *chances[:1], 0.0), DIGITS)
