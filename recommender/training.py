"""Examples for the ranker from a community's own history, each with the state as it was then.

In: an engine's parts and a time `until`. Out: `fitting.Example`s. Only what is open to all is
looked at, so that what was learned betrays nothing; and nothing dated at or after `until`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.rows import from_us
from data.text import body_text
from embeddings.lanes import encoders_of_query, lane_of_index
from embeddings.language import detect_language
from embeddings.statistics import Statistics

from .access import OPEN
from .columns import Ints, in_time
from .community import NAMELESS
from .experts import Ranking, rank
from .fitting import Example
from .frames import Frames, fit_frames
from .ideas import DAY_US
from .parts import Parts
from .queries import ExpertsQuery
from .questions import Question
from .ranker import BY_UNIT, SIGNALS, Ranker
from .scale import spread_of
from .view import View, view_of
from .whitening import sample

LABEL_US = 30 * DAY_US
"""Who replies within 30 days has replied (PROTOCOL.md)."""

EARLY = 0.3
"""Part of the history, from its start, that is no example: too little is known of anybody."""

MOST = 4_000
"""Questions that are enough; more are drawn from evenly."""

CANDIDATES = 100
"""Foremost candidates of a question that are kept, beside all who replied."""

FRAMING = 2_000
"""Roots that are enough to find what stands in a twentieth of them."""


@dataclass(frozen=True, slots=True)
class Then:
    """A question as it was asked: its text in `query` and `question`; what was there, in `view`."""

    query: ExpertsQuery
    question: Question
    view: View


def frames_of(parts: Parts, view: View) -> Frames:
    """The frames of the roots open to all."""
    posts, versions = view.community.posts, view.community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    rows = sample(np.flatnonzero(view.counted & (posts["root"][of] == of)), FRAMING)
    texts = parts.store.texts(rows.tolist()).values()
    return fit_frames(_whole(text.title, body_text(text), text.tags) for text in texts)


def questions_of(view: View, until: int) -> Ints:
    """Keys of the threads that can be examples, in order of time.

    Roots open to all, by somebody known who is no bot, whose replies were all there `until`
    (microseconds); without the first of them.
    """
    community = view.community
    posts = community.posts
    roots = view.posts & (posts["root"] == np.arange(len(posts))) & (posts["access"] == OPEN)
    roots &= ((posts["flags"] & NAMELESS) == 0) & (posts["author"] != 0)
    roots &= ~community.roster.bots[posts["author"]] & (posts["created"] < until)
    keys = np.flatnonzero(roots)
    keys = in_time(keys, posts["created"], posts["rank"])
    keys = keys[int(len(keys) * EARLY) :]
    return keys[posts["created"][keys] + LABEL_US <= until]


def examples_of(
    parts: Parts,
    view: View,
    until: int,
    statistics: Statistics | None,
    ranker: Ranker,
    told: Callable[[int, int], None] | None = None,
    most: int = MOST,
) -> list[Example]:
    """Examples from the questions before `until`, at most `most`, drawn evenly over time.

    `ranker` says which candidates are foremost; `told` hears how many are done.
    """
    keys = questions_of(view, until)
    if len(keys) > most:
        keys = keys[np.linspace(0, len(keys) - 1, most).astype(np.int64)]
    frames = frames_of(parts, view)
    found = []
    for done, key in enumerate(keys.tolist(), start=1):
        example = example_of(parts, view, key, statistics, ranker, frames)
        if example is not None:
            found.append(example)
        if told is not None:
            told(done, len(keys))
    return found


def example_of(
    parts: Parts,
    today: View,
    key: int,
    statistics: Statistics | None,
    ranker: Ranker,
    frames: Frames,
) -> Example | None:
    """The question `key` as it stood, and who of `today` replied; None if its text of then is not
    known.

    How like it the nearest post was is told of it without its frame: within a form all are like
    each other, and new questions come in their own words.
    """
    then = _then(parts, today, key)
    if then is None:
        return None
    ranking = _ranked(parts, then, statistics, ranker)
    known = ranking.known
    filled = frames.without(then.question.text)
    if filled != then.question.text:
        bare = replace(then, question=parts.reader.read(filled))
        known = _ranked(parts, bare, statistics, ranker).known
    return _with_candidates(ranking, repliers_of(today, key), known)


def ranking_of(
    parts: Parts, today: View, key: int, statistics: Statistics | None, ranker: Ranker
) -> Ranking | None:
    """How `search_experts` ranks for the question `key` when it was asked, for a stranger's eyes.

    None if its text of then is not known.
    """
    then = _then(parts, today, key)
    return None if then is None else _ranked(parts, then, statistics, ranker)


def _then(parts: Parts, today: View, key: int) -> Then | None:
    posts = today.community.posts
    asked = from_us(int(posts["created"][key]))
    row = first_text(today, key)
    if row is None:
        return None
    text = parts.store.texts([row])[row]
    community = parts.past.of(today.community, parts.store, asked)
    space = community.spaces.get(int(community.posts["space"][key]))
    asker = community.people.get(int(community.posts["author"][key]))
    query = ExpertsQuery(
        query=body_text(text),
        title=text.title,
        tags=text.tags,
        space=space.id if space else None,
        asker_id=asker.id if asker else None,
        as_of=asked,
    )
    return Then(query, _question(parts, query, row), view_of(community, None, asked, asked))


def _ranked(parts: Parts, then: Then, statistics: Statistics | None, ranker: Ranker) -> Ranking:
    return rank(
        parts.texts, parts.profiles, statistics, ranker, then.query, then.question, then.view
    )


def first_text(view: View, key: int) -> int | None:
    """The version with which a post began, if it was received before any edit."""
    versions = view.community.versions
    rows = np.flatnonzero(versions.live & (versions["post"] == key))
    rows = rows[versions["since"][rows] <= view.community.posts["created"][key]]
    return int(rows[np.argmin(versions["since"][rows])]) if len(rows) else None


def _question(parts: Parts, query: ExpertsQuery, row: int) -> Question:
    """The question with the vectors that are kept of its text, encoded anew where there is none."""
    text = _whole(query.title, query.query, query.tags)
    clean = " ".join(text.split())
    language = detect_language(clean)
    rows = np.array([row])
    lanes = [lane_of_index(name) for name in encoders_of_query(language, parts.reader.encoders)]
    if not all(parts.texts.dense[lane].has(rows)[0] for lane in lanes):
        return parts.reader.read(text)
    return Question(
        clean, language, {lane: parts.texts.dense[lane].vectors(rows)[0] for lane in lanes}
    )


def _whole(title: str | None, body: str, tags: Sequence[str]) -> str:
    return "\n".join(part for part in (title, body, *tags) if part)


def repliers_of(view: View, key: int) -> Ints:
    """Keys of the people who joined the thread `key` within 30 days, where all may read it."""
    posts = view.community.posts
    thread = np.array(view.community.threads.get(key, []), dtype=np.int64)
    thread = thread[(posts["joins"][thread] != 0) & view.posts[thread]]
    soon = posts["created"][thread] <= posts["created"][key] + LABEL_US
    replied: Ints = np.unique(posts["author"][thread[soon]])
    return replied


def _with_candidates(ranking: Ranking, replied: Ints, known: float) -> Example:
    among = np.flatnonzero(ranking.among)
    foremost = among[np.lexsort((among, -ranking.score[among]))[:CANDIDATES]]
    kept = np.union1d(foremost, np.intersect1d(among, replied))
    columns = []
    for name in SIGNALS:
        values = ranking.signals.values[name]
        if name in BY_UNIT:
            columns.append(values[kept])
        else:
            of_all = values[among]
            middle = float(of_all.mean()) if len(of_all) else 0.0
            columns.append((values[kept] - middle) / spread_of(name, of_all))
    signals = np.stack(columns, axis=1).astype(np.float32).reshape(-1, len(SIGNALS))
    fixed = (ranking.profile + ranking.load + ranking.newness)[kept]
    chosen = np.isin(kept, replied)
    # By what they are, not by key: keys also count people whom nobody may know of, and a sum in
    # another order ends in other last digits of the weights.
    order = np.lexsort((chosen, fixed, *signals.T))
    return Example(
        signals=signals[order],
        fixed=fixed[order],
        replied=chosen[order],
        answered=bool(len(replied)),
        pace=ranking.pace,
        known=known,
    )
