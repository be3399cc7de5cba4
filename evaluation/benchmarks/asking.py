"""Questions to several engines over the same community, and how far their answers agree."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from data.rows import from_us
from embeddings.face import Encoder, Vectors
from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery

K = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two engines' answers to one kind of question agree, as shares of the answers.

    `equal`: the same ids in the same order. `overlap`: mean share of the ids in common.
    `difference`: the largest difference between two scores of one id. `times`: of the second, the
    median and the 95th percentile, in milliseconds; `base`: of the first.
    """

    equal: float
    overlap: float
    difference: float
    times: tuple[float, float]
    base: tuple[float, float]


Answer = list[tuple[str, float]]


def compared(
    first: Callable[[str], Answer], second: Callable[[str], Answer], asked: Sequence[str]
) -> Agreement:
    """Ask both everything; `asked` is not empty."""
    equal, overlaps, difference = 0, [], 0.0
    spent: tuple[list[float], list[float]] = ([], [])
    for one in asked:
        answers = []
        for ask, times in zip((first, second), spent, strict=True):
            begun = time.perf_counter()
            answers.append(ask(one))
            times.append(1e3 * (time.perf_counter() - begun))
        here, there = (dict(answer) for answer in answers)
        equal += list(here) == list(there)
        overlaps.append(len(here.keys() & there.keys()) / max(len(here), len(there), 1))
        gaps = [abs(here[id_] - there[id_]) for id_ in here.keys() & there.keys()]
        difference = max([difference, *gaps])
    base, own = map(_middle_and_tail, spent)
    return Agreement(equal / len(asked), float(np.mean(overlaps)), difference, own, base)


def _middle_and_tail(times: Sequence[float]) -> tuple[float, float]:
    return float(np.median(times)), float(np.quantile(times, 0.95))


class Remembering:
    """An encoder that reads each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._read: dict[str, Vectors] = {}
        self.fingerprint = encoder.fingerprint
        self.dim = encoder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        self._read.update(zip(new, self._encoder.encode(new), strict=True))
        found = [self._read[text] for text in texts]
        return np.stack(found) if found else np.zeros((0, self.dim), dtype=np.float32)


def asking(engine: Engine, now: datetime) -> Mapping[str, Callable[[str], Answer]]:
    """How to ask `engine` each kind of question."""

    def experts(text: str) -> Answer:
        found = engine.search_experts(ExpertsQuery(text, k=K), now).candidates
        return [(c.person.id, c.score) for c in found]

    def similar(text: str) -> Answer:
        return [(i.post.id, i.score) for i in engine.similar(SimilarQuery(body=text, k=K), now)]

    def feed(person: str) -> Answer:
        return [(i.post.id, i.score) for i in engine.feed(person, k=K, now=now).items]

    return {"experts": experts, "similar": similar, "feed": feed}


def questions(engine: Engine, most: int) -> tuple[list[str], list[str], datetime]:
    """Titles of threads spread over the time, people who wrote, and the time just after all."""
    posts = engine.community.posts
    keys = np.flatnonzero(posts.live)
    roots = keys[posts["root"][keys] == keys]
    chosen = roots[np.linspace(0, len(roots) - 1, min(most, len(roots))).astype(int)]
    texts = [post.title or post.body[:200] for post in engine.store.posts(chosen.tolist()).values()]
    people = sorted(engine.community.person_keys)
    step = max(len(people) // most, 1)
    return (
        [t for t in texts if t.strip()],
        people[::step],
        from_us(int(posts["created"][keys].max())),
    )
