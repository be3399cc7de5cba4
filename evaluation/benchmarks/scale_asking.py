"""What callers ask a slice: texts and people of the community itself, drawn by seed.

In: a slice's database. Out: requests, never printed, no two of the same text: a server remembers
what it has read.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any
from urllib.parse import quote

import numpy as np

from data.models import Post
from data.store import Store
from data.text import body_text
from evaluation.benchmarks.serving import Asked, Caller, Serving

KINDS = ("who knows", "who knows by title", "similar by title", "similar by post", "feed")
"""By a whole post, as replays ask, and by a title, which is as much as most people write."""

WORDS_OF_TITLE = 8
"""What stands for the title of a thread that has none: its first words."""


class Refused(Exception):
    """A request was not answered with success; `str` says which kind, and the status."""


class Questions:
    """Requests of each kind, and new posts, as many as are asked for."""

    def __init__(self, database: Path, seed: int) -> None:
        self._random = Random(seed)
        self._number = count(1)
        store = Store.open(f"sqlite:///{database}")
        posts = store.changes(0).posts
        roots = np.unique(posts[:, 3]).tolist()
        replies = posts[posts[:, 0] != posts[:, 3], 0].tolist()
        self._roots = self._drawn(store, roots)
        self._replies = self._drawn(store, replies) or self._roots
        store.close()

    def _drawn(self, store: Store, keys: Sequence[int], most: int = 3_000) -> list[Post]:
        chosen = self._random.sample(keys, min(most, len(keys)))
        found = store.posts(chosen)
        return [found[key] for key in chosen if key in found and body_text(found[key]).strip()]

    def of(self, kind: str, many: int) -> list[Asked]:
        """`many` requests of one of `KINDS`."""
        return [self._of(kind) for _ in range(many)]

    def _of(self, kind: str) -> Asked:
        root = self._random.choice(self._roots)
        # A number makes a text of its own of one that was drawn before.
        title, body = f"{_title(root)} {next(self._number)}", body_text(root)[:50_000]
        if kind == "who knows":
            asked = {"query": body, "title": title, "asker_id": root.author}
            return "POST", "/v1/experts/search", asked
        if kind == "who knows by title":
            return "POST", "/v1/experts/search", {"query": title, "asker_id": root.author}
        if kind == "similar by title":
            return "POST", "/v1/similar", {"title": title}
        if kind == "similar by post":
            return "POST", "/v1/similar", {"title": title, "body": body}
        # Whoever writes more looks more.
        reader = self._random.choice(self._replies).author or ""
        return "GET", f"/v1/people/{quote(reader, safe='')}/feed", None

    def new_posts(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """New threads without end, as (id, post), of whose texts no vector is kept.

        Each is the first half of one post and the second of another.
        """
        for number in count(1):
            first, second = self._random.choice(self._roots), self._random.choice(self._replies)
            words, others = body_text(first).split(), body_text(second).split()
            body = " ".join(words[: len(words) // 2 + 1] + others[len(others) // 2 :])
            yield (
                f"{name}-{number}",
                {
                    "author": second.author,
                    "title": f"{_title(first)} {number}",
                    "body": f"{body} {number}"[:50_000],
                },
            )


def _title(post: Post) -> str:
    return post.title or " ".join(body_text(post).split()[:WORDS_OF_TITLE])


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of a block of requests; `cpu_ms`: of the server's processor time a request.

    `per_s`: requests a second, of all callers together. `first`: of the first, after the start.
    """

    p50: float
    p95: float
    p99: float
    per_s: float
    cpu_ms: float
    first: float | None = None


def spread_of(times: Sequence[float]) -> dict[str, float]:
    """Quantiles of `times` in seconds, as milliseconds."""
    found = 1e3 * np.quantile(np.array(times), (0.5, 0.95, 0.99))
    return dict(zip(("p50", "p95", "p99"), map(float, found), strict=True))


def timed(caller: Caller, asked: Asked) -> float:
    """Seconds of one request.

    Raises
    ------
    Refused : the status is none of success.
    """
    begun = time.perf_counter()
    status, _ = caller.ask(*asked)
    spent = time.perf_counter() - begun
    if status not in (200, 201):
        raise Refused(f"{asked[0]} {asked[1].split('/')[-1]}: {status}")
    return spent


def latency(
    server: Serving, warm: Sequence[Asked], asked: Sequence[Asked], callers: int, first: bool
) -> Latency:
    """Ask everything in `asked`, shared out among `callers` that each wait for their answer.

    `warm` goes before and is not counted; `first`: but its first is told.
    """
    with Caller(server.address) as caller:
        before = [timed(caller, one) for one in warm]
    times: list[list[float]] = [[] for _ in range(callers)]
    failed: list[BaseException] = []

    def call(number: int) -> None:
        try:
            with Caller(server.address) as caller:
                for one in asked[number::callers]:
                    times[number].append(timed(caller, one))
        except (Refused, OSError) as error:
            failed.append(error)

    used, begun = server.cpu_s(), time.perf_counter()
    threads = [Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    if failed:
        raise failed[0]
    all_times = [one for part in times for one in part]
    return Latency(
        **spread_of(all_times),
        per_s=len(asked) / spent,
        cpu_ms=1e3 * (server.cpu_s() - used) / len(asked),
        first=1e3 * before[0] if first and before else None,
    )
