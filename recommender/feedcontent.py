"""How much closer threads are to what somebody turns to than to what is usual here.

A person's taste is the mean vector of the threads they turned to, less that of all threads: what
everybody talks about is nobody's taste. Drawn to nothing where little is known of them.
"""

import numpy as np
import numpy.typing as npt

from embeddings.dense import DenseIndex
from embeddings.face import Vectors

from .access import OPEN
from .columns import Ints, decayed
from .feedhistory import History
from .profiles import Profiles
from .standing import standing_rows
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

TASTE = 300
"""Threads last turned to that stand for what somebody cares about."""

TASTE_HALF_LIFE = 365.0
"""Days in which a thread somebody turned to fades (evaluation/results/feed.md)."""

TASTE_PRIOR, OWN_PRIOR, PROFILE_PRIOR = 10.0, 3.0, 10.0
"""Threads of no taste at all that somebody is taken to have turned to and to have started beside
their own; and threads turned to beyond which a profile counts by half."""

UNDATED = 0.5
"""Weight of what bears no date: as of a half-life ago."""

USUAL = 500
"""Newest open threads that show what is usual."""


def content_signals(
    texts: TextIndex,
    profiles: Profiles,
    view: View,
    person: int,
    history: History,
    rows: Ints,
) -> dict[str, Floats]:
    """Signals of the pool's `rows` (n,): closeness to what the person turned to, in both lanes, to
    what they started, and to their profile.

    A text that no lane holds is as close as the pool's mean. Profiles bear no date: of the past
    they say nothing.
    """
    # The last ones count: what was merely opened does where little was turned to.
    liked = np.concatenate([history.opened, history.turned])[-TASTE:]
    when = np.concatenate([history.opened_at, history.turned_at])[-TASTE:]
    turned = standing_rows(view.community, view, liked)
    started = standing_rows(view.community, view, history.started[-TASTE:])
    weight = np.where(when > 0, decayed(view.moment - when, TASTE_HALF_LIFE), UNDATED)
    usual = view.once(usual_rows)
    found = {}
    for name, index in (("content", texts.multilingual), ("content_english", texts.english)):
        around = index.mean(usual)
        wanted = [_taste(index, turned, weight, around, TASTE_PRIOR)]
        if name == "content":
            own = _taste(index, started, np.ones(len(started)), around, OWN_PRIOR)
            wanted += [own, _profile(profiles, view, person, len(history.turned), around)]
        closeness = _towards(index, np.stack(wanted), rows)
        found[name] = closeness[0]
        if name == "content":
            found["own"], found["profile"] = closeness[1:]
    share = _share_held(texts.english, turned, weight)
    english = texts.english.has(rows) & (rows > 0)
    # What MiniLM cannot tell, the other lane does: a text in another language must not be less
    # close for that, nor all texts to somebody who turns to threads in another language.
    found["content_english"] = np.where(
        english,
        share * found["content_english"] + (1.0 - share) * found["content"],
        found["content"],
    )
    return found


def usual_rows(view: View) -> Ints:
    """Texts of the newest threads, of those that are open to all."""
    community = view.community
    posts, begun = community.posts, community.by_time
    begun = begun[: int(np.searchsorted(posts["created"][begun], view.moment))]
    # Closed ones must not take the place of open ones.
    begun = begun[posts["access"][begun] == OPEN][-USUAL:]
    rows = standing_rows(community, view, begun)
    usual: Ints = rows[view.counted[rows] & (rows > 0)]
    return usual


def _taste(index: DenseIndex, rows: Ints, weight: Floats, around: Vectors, prior: float) -> Vectors:
    """The direction (dim,) of what somebody cares about; zeros where nothing is held."""
    held = index.has(rows) & (rows > 0)
    rows, weight = rows[held], weight[held]
    if not len(rows):
        return np.zeros(index.dim, dtype=np.float32)
    total = float(weight.sum())
    towards = weight.astype(np.float32) @ index.vectors(rows) - np.float32(total) * around
    taste: Vectors = (towards / np.float32(total + prior)).astype(np.float32)
    return taste


def _share_held(index: DenseIndex, rows: Ints, weight: Floats) -> float:
    """The part of what somebody turned to, by weight, that a lane holds; 1 of nothing."""
    held = index.has(rows) & (rows > 0)
    total = float(weight.sum())
    return float(weight[held].sum()) / total if total > 0.0 else 1.0


def _profile(profiles: Profiles, view: View, person: int, turned: int, around: Vectors) -> Vectors:
    """The direction of what a person says of their work; the less, the more they have shown."""
    index = profiles.multilingual
    if view.past or not index.has(np.array([person]))[0]:
        return np.zeros(index.dim, dtype=np.float32)
    share = PROFILE_PRIOR / (PROFILE_PRIOR + turned)
    told: Vectors = (index.vectors(np.array([person]))[0] - around) * np.float32(share)
    return told


def _towards(index: DenseIndex, directions: Vectors, rows: Ints) -> Floats:
    """(directions, rows): the product of each with each text; the mean where none is held."""
    lengths = np.linalg.norm(directions.astype(np.float64), axis=1)
    held = index.has(rows) & (rows > 0)
    found = np.zeros((len(directions), len(rows)))
    if held.any() and lengths.any():
        found[:, held] = index.scores_to(directions, rows[held]) * lengths[:, None]
        found[:, ~held] = found[:, held].mean(axis=1, keepdims=True)
    return found
