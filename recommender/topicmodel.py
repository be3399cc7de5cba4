"""What `learn` finds the community to be about: clusters of open threads, and words for them.

In: the vectors of the roots that all may read, in the encoder that reads every language. Out:
`TopicModel`, kept in the store. Only what is open to all and dated before `until` is looked at.
"""

from collections import Counter
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import orjson

from data.text import plain_text
from embeddings.language import detect_languages

from .clusters import Clusters, Vectors, fit_clusters, nearest, unit
from .columns import Ints
from .community import NAMELESS
from .parts import Parts
from .topicwords import Saying, TopicWord, words_of_topics
from .view import View

LEAST_THREADS = 30
"""Threads below which there is nothing to be divided."""

MOST_THREADS = 20_000
"""Threads that are enough; more are drawn from evenly over time."""

APART = 0.05
"""Share of the threads that are too far from every topic to belong to one."""

MOST_READ = 8_000
"""Threads that are read for words, drawn from evenly: reading is dearer than clustering."""

FEW_THREADS = 400
"""Threads below which replies are read for words as well."""

READ_CHARS = 1_200
"""Characters of a body that are looked at for words and language."""

_MAGIC = b"WKTOPIC1"


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Topics as learned.

    Attributes
    ----------
    until : microseconds; nothing dated at or after it was looked at.
    centre : (dim,) mean vector of the threads, taken off each before it is compared.
    clusters : the topics, by place.
    floor : likeness to the nearest topic under which a thread belongs to none.
    words : for each topic, best first.
    """

    until: int
    centre: npt.NDArray[np.float32]
    clusters: Clusters
    floor: float
    words: tuple[tuple[TopicWord, ...], ...]

    def places(self, vectors: Vectors) -> Ints:
        """The place of the topic that each thread of `vectors` (n, dim) belongs to; -1 for none."""
        places, likeness = nearest(unit(vectors - self.centre), self.clusters.centroids)
        return np.where(likeness >= self.floor, places, -1)

    def to_bytes(self) -> bytes:
        """Equal models give equal bytes."""
        told = {
            "until": self.until,
            "numbers": self.clusters.numbers,
            "following": self.clusters.following,
            "dim": len(self.centre),
            "floor": self.floor,
            "words": [[asdict(word) for word in words] for words in self.words],
        }
        head = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        body = np.concatenate([self.centre[None, :], self.clusters.centroids]).astype("<f4")
        return b"".join([_MAGIC, len(head).to_bytes(8, "little"), head, body.tobytes()])

    @classmethod
    def from_bytes(cls, kept: bytes) -> "TopicModel | None":
        """Inverse of `to_bytes`; None for what another version wrote: learn again."""
        if kept[: len(_MAGIC)] != _MAGIC:
            return None
        start = len(_MAGIC) + 8
        end = start + int.from_bytes(kept[len(_MAGIC) : start], "little")
        told = orjson.loads(kept[start:end])
        vectors = np.frombuffer(kept[end:], "<f4").astype(np.float32).reshape(-1, told["dim"])
        words = tuple(
            tuple(TopicWord(w["written"], w["language"], tuple(w["witnesses"])) for w in some)
            for some in told["words"]
        )
        clusters = Clusters(tuple(told["numbers"]), vectors[1:], told["following"])
        return cls(told["until"], vectors[0], clusters, told["floor"], words)


def threads_to_fit(parts: Parts, view: View, until: int) -> Ints:
    """Rows of the threads that topics are made of, in order of time.

    First posts open to all, by no bot, as they stand; at most MOST_THREADS, evenly over time.
    """
    community = view.community
    posts, versions = community.posts, community.versions
    of = np.minimum(versions["post"], len(posts) - 1)
    rows = np.flatnonzero(view.counted & (posts["root"][of] == of))
    rows = rows[(posts["created"][of[rows]] < until) & parts.texts.multilingual.has(rows)]
    rows = rows[~community.roster.bots[posts["author"][of[rows]]]]
    rows = rows[np.lexsort((posts["rank"][of[rows]], posts["created"][of[rows]]))]
    if len(rows) > MOST_THREADS:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_THREADS).astype(np.int64)]
    return rows


def fit_topics(
    parts: Parts, view: View, until: int, before: TopicModel | None
) -> TopicModel | None:
    """Topics of what `view`, a stranger's, holds; None where there are too few threads.

    They go on from those `before`, unless these were learned of a later time: then that would be
    known here too.
    """
    rows = threads_to_fit(parts, view, until)
    if len(rows) < LEAST_THREADS:
        return None
    index = parts.texts.multilingual
    centre = index.mean(rows)
    vectors = unit(index.vectors(rows) - centre)
    earlier = before is not None and before.until <= until and len(before.centre) == len(centre)
    clusters = fit_clusters(vectors, before.clusters if before is not None and earlier else None)
    places, likeness = nearest(vectors, clusters.centroids)
    floor = round(float(np.quantile(likeness, APART)), 6)
    places = np.where(likeness >= floor, places, -1)
    sayings, of = _sayings(parts, view, rows, until)
    words = words_of_topics(sayings, places[of], len(clusters.numbers))
    return TopicModel(until, centre, clusters, floor, tuple(tuple(some) for some in words))


def _sayings(parts: Parts, view: View, roots: Ints, until: int) -> tuple[list[Saying], Ints]:
    """What is read for words: the threads' first posts, and for each the place of its thread.

    Where there are few threads their replies are read too: the words are more people's then.
    """
    posts, versions = view.community.posts, view.community.versions
    rows, of = roots, np.arange(len(roots))
    if len(roots) > MOST_READ:
        of = np.linspace(0, len(roots) - 1, MOST_READ).astype(np.int64)
        rows = roots[of]
    if len(roots) < FEW_THREADS:
        place_of = np.full(len(posts), -1)
        place_of[versions["post"][roots]] = of
        keys = np.minimum(versions["post"], len(posts) - 1)
        thread = np.minimum(posts["root"][keys], len(posts) - 1)
        replies = np.flatnonzero(view.counted & (thread != keys) & (place_of[thread] >= 0))
        replies = replies[posts["created"][keys[replies]] < until]
        rows = np.concatenate([roots, replies])
        of = np.concatenate([of, place_of[thread[replies]]])
    keys = versions["post"][rows]
    # Who wrote what bears no name is nobody: else the words would tell whether it was one of these.
    authors = np.where(posts["flags"][keys] & NAMELESS, 0, posts["author"][keys])
    texts = parts.store.texts(rows.tolist())
    bodies = {
        row: plain_text(text.body[:READ_CHARS], text.body_format) for row, text in texts.items()
    }
    guessed = detect_languages(
        [
            "" if texts[row].language else f"{texts[row].title or ''}\n{bodies[row]}"
            for row in rows.tolist()
        ]
    )
    told = Counter(language for language in guessed if language)
    usual = min(told, key=lambda language: (-told[language], language), default="en")
    sayings = [
        Saying(
            row,
            author,
            "; ".join((texts[row].title or "", *texts[row].tags)),
            bodies[row],
            texts[row].language or guess or usual,
        )
        for row, author, guess in zip(rows.tolist(), authors.tolist(), guessed, strict=True)
    ]
    return sayings, of
