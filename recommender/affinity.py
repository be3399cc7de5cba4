"""What two people have in common, one against all: signals of who a person's peers are.

In: a view and a person. Out: a value a signal for everybody, and the posts, topics and spaces that
each is a sum over. What is undated, as profiles and sites are, says nothing of the past.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .begun import joinings_of
from .columns import Flags, Ints, counted, decayed, in_time
from .community import NAMELESS
from .kinship import Kinship
from .parts import Parts
from .pieces import Pieces
from .questions import Question
from .topicindex import TopicIndex
from .topics import joined_topics
from .view import View

Floats = npt.NDArray[np.float64]

SIGNALS = ("concerns", "topics", "spaces", "company", "profile", "role", "active", "met", "site")
"""Each is 0 where there is nothing to say; the last two speak against a peer."""

TASTE_HALF_LIFE = 180.0
"""Days in which it fades what a person took part in."""

PROFILE_WEIGHT = 1.0
"""Threads that what somebody says of their work counts for beside those they took part in."""

SHARE_PRIOR = 2.0
"""Faded threads elsewhere that everybody is taken to have joined: who joined one has no share of
all of it."""

PROFILE_FLOOR = 0.2
"""Likeness of two profiles under which they have nothing in common, as with a question's."""


@dataclass(frozen=True, slots=True)
class Affinity:
    """Signals by name, (people,) each by key, and what the first three are made of.

    `pieces`: of the threads that others joined, how near they are to the person's concerns.
    `by_topic`, `by_space`: (people, n) parts of a signal, with the topic's place or the space's
    key a column. `common`: threads that both took part in. `known`: whether there is anything to
    go by but how active others are.
    """

    values: dict[str, Floats]
    pieces: Pieces
    by_topic: Floats
    topics: Ints
    by_space: Floats
    spaces: Ints
    common: Floats
    known: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """Who took part in which thread, by a post under their name: keys, times; (n,) each.

    Once a person and thread, by the first such post.
    """

    person: Ints
    root: Ints
    time: Ints


def presence_of(view: View) -> Presence:
    """Everybody's part in the threads that the viewer may read, before the moment."""
    community = view.community
    posts = community.posts
    named = view.posts & (posts["author"] != 0) & ((posts["flags"] & NAMELESS) == 0)
    named &= (posts["created"] < view.moment) & ~community.roster.bots[posts["author"]]
    keys = np.flatnonzero(named)
    order = in_time(keys, posts["created"], posts["rank"])
    root = np.minimum(posts["root"][order], len(posts) - 1)
    cell = posts["author"][order] * len(posts) + root
    _, first = np.unique(cell, return_index=True)
    first.sort()
    return Presence(posts["author"][order][first], root[first], posts["created"][order][first])


def affinity_of(parts: Parts, index: TopicIndex, view: View, person: int) -> Affinity:
    """What everybody has in common with `person`, as far as the viewer may see."""
    community = view.community
    people = len(community.roster)
    there = presence_of(view)
    mine = there.person == person
    taste, likeness = _taste(parts, view, person, there.root[mine], there.time[mine])
    known = np.flatnonzero(np.isfinite(likeness))
    place = np.full(len(community.posts), -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    near = Kinship(joinings_of(view, place), likeness[known], likeness[known])
    pieces = near.fading_means(view.moment)[0].pieces()
    topics, by_topic = _by_topic(parts, index, view, person)
    spaces, by_space = _by_space(view, person, there)
    met = _met(there, person, people)
    activity = community.by_space.at(view.moment, view.classes, people)
    values = {
        "concerns": pieces.summed(people),
        "topics": by_topic.sum(axis=1),
        "spaces": by_space.sum(axis=1),
        "company": _company(there, person, met, people),
        "profile": _profile(parts, view, person),
        "role": _role(view, person),
        "active": np.log1p(activity.decayed[60.0]),
        "met": np.log1p(met),
        "site": _same(view, person, community.roster.sites),
    }
    told = any(values[name].any() for name in ("topics", "spaces", "profile", "role"))
    return Affinity(
        values, pieces, by_topic, topics, by_space, spaces, met, known=taste or bool(told)
    )


def _taste(parts: Parts, view: View, person: int, roots: Ints, times: Ints) -> tuple[bool, Floats]:
    """Likeness of every readable thread to what a person cares about, (posts,); NaN for others.

    Theirs are the threads they took part in, faded, and what they say of their work. Vectors are
    compared less the mean of all threads that everybody may read.
    """
    index = parts.texts.multilingual
    posts, versions = view.community.posts, view.community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    is_root = posts["root"][of] == of
    centre = index.mean(np.flatnonzero(view.counted & is_root)).astype(np.float64)
    rows = np.flatnonzero(view.texts & is_root)
    row_of = np.zeros(len(posts), dtype=np.int64)
    row_of[of[rows]] = rows
    own = row_of[roots]
    held = (own > 0) & index.has(own)
    fading = decayed(view.moment - times[held], TASTE_HALF_LIFE)
    vector = fading @ (index.vectors(own[held]) - centre)
    if not view.past:
        profile = parts.profiles.dense["multilingual"]
        key = np.array([person])
        if profile.has(key)[0]:
            vector = vector + PROFILE_WEIGHT * (profile.vectors(key)[0] - centre)
    likeness = np.full(len(posts), np.nan)
    length = float(np.linalg.norm(vector))
    known = length > 1e-6
    rows = rows[index.has(rows)]
    if known:
        scores = index.scores(vector.astype(np.float32), rows)
        likeness[of[rows]] = scores - float(centre @ vector) / length
    else:
        likeness[of[rows]] = 0.0
    return known, likeness


def _shared(
    person: int, cells: tuple[Ints, Ints], weights: Floats, size: tuple[int, int]
) -> Floats:
    """Parts of what everybody shares with `person`: rarity x share of theirs x share of the other.

    `cells`: who, and in what; (people, places) out. A place of few tells more than one of all.
    """
    people, places = size
    amounts = counted(cells[0] * places + cells[1], weights, minlength=people * places)
    amounts = amounts.reshape(people, places)
    shares = amounts / (amounts.sum(axis=1, keepdims=True) + SHARE_PRIOR)
    # Whether somebody is at home in a place, not whether they passed by, makes it common.
    total = max(float(shares.sum()), 1e-9)
    rarity = -np.log(np.maximum(shares.sum(axis=0), 1e-9) / total)
    out: Floats = shares * (shares[person] * rarity)
    return out


def _by_topic(parts: Parts, index: TopicIndex, view: View, person: int) -> tuple[Ints, Floats]:
    people = len(view.community.roster)
    if index.model is None:
        return np.zeros(0, np.int64), np.zeros((people, 0))
    places = index.of_threads(parts.texts, view)
    keys, topic = joined_topics(view.community, view, places)
    posts = view.community.posts
    weights = decayed(view.moment - posts["created"][keys], TASTE_HALF_LIFE)
    count = len(index.model.clusters.numbers)
    shared = _shared(person, (posts["author"][keys], topic), weights, (people, count))
    return np.arange(count), shared


def _by_space(view: View, person: int, there: Presence) -> tuple[Ints, Floats]:
    community = view.community
    people = len(community.roster)
    space = community.posts["space"][there.root]
    inside = space != 0
    known, column = np.unique(space[inside], return_inverse=True)
    weights = decayed(view.moment - there.time[inside], TASTE_HALF_LIFE)
    if not len(known):
        return known, np.zeros((people, 0))
    shared = _shared(person, (there.person[inside], column), weights, (people, len(known)))
    return known, shared


def _met(there: Presence, person: int, people: int) -> Floats:
    """Threads that each person took part in together with `person`; 0 for that one."""
    roots = there.root[there.person == person]
    met = counted(there.person[np.isin(there.root, roots)], minlength=people)
    met[person] = 0.0
    return met


def _company(there: Presence, person: int, met: Floats, people: int) -> Floats:
    """log(1 + acquaintances' threads): how often others take part where `person`'s contacts do.

    Adamic and Adar 2003: who meets everybody introduces to nobody.
    """
    threads = counted(there.person, minlength=people)
    introduces = np.log1p(met) / np.log(np.maximum(threads, 1.0) + np.e)
    size = int(there.root.max(initial=0)) + 1
    at = counted(there.root, introduces[there.person], minlength=size)
    own = at[there.root] - introduces[there.person]
    return np.log1p(counted(there.person, own, minlength=people))


def _profile(parts: Parts, view: View, person: int) -> Floats:
    """How like each other people say their work is; 0 of the past."""
    people = len(view.community.roster)
    likeness = np.zeros(people)
    if view.past:
        return likeness
    key = np.array([person])
    vectors = {
        lane: dense.vectors(key)[0]
        for lane, dense in parts.profiles.dense.items()
        if dense.has(key)[0]
    }
    if vectors:
        # Read by both lanes it is English; by the multilingual one alone, something else.
        language = "en" if len(vectors) > 1 else "und"
        keys = np.arange(1, people)
        likeness[1:] = parts.profiles.likeness(Question("", language, vectors), keys)
    likeness[person] = 0.0
    above: Floats = np.maximum(likeness - PROFILE_FLOOR, 0.0) / (1.0 - PROFILE_FLOOR)
    return above


def _role(view: View, person: int) -> Floats:
    """1 for the same title, a half for the same department; 0 of the past."""
    roster = view.community.roster
    same, near = _same(view, person, roster.titles), _same(view, person, roster.departments)
    role: Floats = np.maximum(same, 0.5 * near)
    return role


def _same(view: View, person: int, told: Ints) -> Floats:
    """1 for each other person of whom is `told`, by key, what is of this one; 0 where nothing is,
    and of the past, as profiles bear no date."""
    same: Flags = (told == told[person]) & (told != 0) & (not view.past)
    same[person] = False
    return same.astype(np.float64)
