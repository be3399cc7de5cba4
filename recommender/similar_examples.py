"""Linked threads of a community's own past, as `similar` would have answered them then.

In: the parts of an engine, and what a stranger may see. Out: `Pairing`s, the signals of each
answer's threads, and which of them somebody linked or parted from the one that asks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.rows import from_us
from data.text import body_text
from embeddings.statistics import Statistics

from .alike import SIGNALS, SimilarRanker
from .columns import Flags, Ints, in_time
from .community import NAMELESS
from .likeness import Asked, Likeness, question_of
from .linking import PARTED, pairs_of
from .parts import Parts
from .queries import SimilarQuery
from .similar import SimilarParts, candidates, twins_of
from .templates import Templates, fit_templates
from .texts import TextIndex
from .training import first_text
from .view import View, view_of
from .whitening import Whitening, fit_whitening, sample

MOST = 400
"""Linked threads that are enough; more are drawn from evenly."""

WHITENED = 20_000
"""Texts that are enough for a mean and a covariance."""

CHUNK = 1_000

ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
"""What is taken out of a text that asks: the link itself may stand there."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One answer: `signals` (n, signals) float32; which of its threads were linked with the one
    that asks, and which were said not to be the same, (n,) each; `twins` among them (m, 2), as
    `alike.standing` has them."""

    signals: npt.NDArray[np.float32]
    linked: Flags
    parted: Flags
    twins: Ints


def whitening_of(parts: Parts, view: View) -> Whitening | None:
    """What evens out the vectors of the roots open to all; None where there are too few."""
    posts, versions = view.community.posts, view.community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    rows = np.flatnonzero(view.counted & (posts["root"][of] == of))
    read = parts.texts.english
    return fit_whitening(read.vectors(sample(rows[read.has(rows)], WHITENED)))


def templates_of(parts: Parts, view: View) -> Templates:
    """The lines that recur in the roots open to all."""
    posts, versions = view.community.posts, view.community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    rows = sample(np.flatnonzero(view.counted & (posts["root"][of] == of)), WHITENED)
    hidden = (posts["flags"][of[rows]] & NAMELESS) != 0
    authors = np.where(hidden, 0, posts["author"][of[rows]]).tolist()
    return fit_templates(_bodies(parts, rows.tolist(), authors))


def _bodies(parts: Parts, rows: list[int], authors: list[int]) -> Iterator[tuple[int, str]]:
    for start in range(0, len(rows), CHUNK):
        texts = parts.store.texts(rows[start : start + CHUNK])
        for row, author in zip(rows[start : start + CHUNK], authors[start:], strict=False):
            if row in texts:
                yield author, body_text(texts[row])


def pairings_of(
    parts: Parts,
    view: View,
    statistics: Statistics | None,
    whitening: Whitening | None,
    ranker: SimilarRanker,
) -> list[Pairing]:
    """An answer for each thread that is linked to an earlier one, at most `MOST`, by time.

    `view`: a stranger's of the moment until which is learned. Each answer is of the moment at
    which its thread was started, so a link can say nothing of itself.
    """
    posts = view.community.posts
    pairs = pairs_of(view)
    earlier = posts["created"][pairs.target] < posts["created"][pairs.source]
    later = np.where(earlier, pairs.source, pairs.target)
    other = np.where(earlier, pairs.target, pairs.source)
    apart = posts["created"][other] < posts["created"][later]
    asking = np.unique(later[apart])
    asking = sample(in_time(asking, posts["created"], posts["rank"]), MOST)
    similar = SimilarParts(parts.texts, statistics, whitening, ranker)
    found = []
    for key in asking.tolist():
        mine = later == key
        asked = asked_of(parts, view, key)
        if asked is None:
            continue
        answer = candidates(similar, asked)
        alike, parted = other[mine & (pairs.kind != PARTED)], other[mine & (pairs.kind == PARTED)]
        found.append(_pairing(parts.texts, answer, alike, parted))
    return found


def _pairing(texts: TextIndex, answer: Likeness, alike: Ints, parted: Ints) -> Pairing:
    columns = [answer.signals[name] for name in SIGNALS]
    barred = np.isin(answer.roots, parted)
    return Pairing(
        signals=np.stack(columns, axis=1).astype(np.float32).reshape(-1, len(SIGNALS)),
        linked=np.isin(answer.roots, alike) & ~barred,
        parted=barred,
        twins=twins_of(texts, answer.rows),
    )


def asked_of(parts: Parts, today: View, key: int) -> Asked | None:
    """The thread `key` as a question of its own time, for a stranger's eyes; None if its text of
    then is not known."""
    posts = today.community.posts
    row = first_text(today, key)
    if row is None:
        return None
    created = from_us(int(posts["created"][key]))
    community = parts.past.of(today.community, parts.store, created)
    text = parts.store.texts([row])[row]
    title = ADDRESS.sub(" ", text.title) if text.title else None
    body = ADDRESS.sub(" ", body_text(text))
    space = community.spaces.get(int(community.posts["space"][key]))
    author = community.people.get(int(community.posts["author"][key]))
    known = author is not None and not community.posts["flags"][key] & NAMELESS
    query = SimilarQuery(
        title=title,
        body=body,
        tags=text.tags,
        space=space.id if space else None,
        viewer_id=author.id if known and author else None,
        as_of=created,
    )
    question = question_of(parts.reader, "\n".join(part for part in (title, body) if part))
    return Asked(query, question, view_of(community, None, created, created))
