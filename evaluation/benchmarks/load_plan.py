"""Who asks what, and when: a plan of requests drawn by seed from the community that is asked.

In: an open store. Out: `Call`s in order of time. Arrivals are a Poisson process: independent
people, so that some come at once.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from random import Random
from typing import Any
from urllib.parse import quote

from data.models import Post
from data.reading import POST_FIELDS
from data.store import Store

MIX = {"feed": 0.7, "similar": 0.2, "experts": 0.09, "write": 0.01}
"""The share of each kind of request."""

BEGIN = 8
"""Letters from which the page asks for similar ideas."""

STEPS = (2, 6)
"""Letters that are typed from one request to the next, least and most."""

PAUSE = 0.35
"""Seconds at least between two requests of one typist: the page waits for a pause of 0.3 s."""

MORE = 0.2
"""The share of feeds that are read on to a second page."""

SAMPLE = 4_000
"""Posts whose words and authors a plan is drawn from."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `at`: seconds from the start. `more`: go on from the last page of this path."""

    at: float
    kind: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    more: bool = False


@dataclass(slots=True)
class _Typist:
    """Somebody who writes a title; `typed` letters of it were asked about, last at `at`."""

    title: str
    who: str
    typed: int
    at: float


class Drawing:
    """Draws calls from what is said in a community and by whom.

    Raises
    ------
    ValueError : there is no thread with a title, or nobody wrote anything.
    """

    def __init__(self, store: Store, seed: int) -> None:
        self._rng = Random(seed)
        threads, spoken = _sampled(store, self._rng)
        self._threads = [post for post in threads if len(post.title or "") > BEGIN]
        # Who wrote more comes more often, as they would.
        self._people = [post.author for post in spoken if post.author is not None]
        if not self._threads or not self._people:
            raise ValueError(
                "there is too little to ask about: no threads with titles, or no people"
            )
        self._typing: list[_Typist] = []
        self._writes = cycle((self._reply, self._view, self._thread, self._view, self._reply))
        self._written = 0

    def calls(self, rate: float, seconds: float) -> list[Call]:
        """The calls of `seconds` at `rate` a second on average, in order of time."""
        count = round(rate * seconds)
        rng, at, drawn = self._rng, 0.0, []
        # Exactly the shares, in an order of chance: rare kinds must not vary from run to run.
        kinds = [kind for kind, share in MIX.items() for _ in range(math.ceil(share * count))]
        rng.shuffle(kinds)
        for kind in kinds[:count]:
            at += rng.expovariate(rate)
            drawn.append(self._call(kind, at))
        return drawn

    def _call(self, kind: str, at: float) -> Call:
        if kind == "feed":
            path = f"/v1/people/{quote(self._person(), safe='')}/feed?k=10"
            return Call(at, kind, "GET", path, more=self._rng.random() < MORE)
        if kind == "similar":
            return self._keystrokes(at)
        if kind == "experts":
            asked = self._rng.choice(self._threads)
            body = {"title": asked.title, "query": asked.body[:1_000], "asker_id": self._person()}
            return Call(at, kind, "POST", "/v1/experts/search", body)
        return next(self._writes)(at)

    def _keystrokes(self, at: float) -> Call:
        """The next request of whoever paused longest, or of somebody who begins to type."""
        ready = next((one for one in self._typing if at - one.at >= PAUSE), None)
        if ready is None:
            title = self._rng.choice(self._threads).title or ""
            ready = _Typist(title, self._person(), BEGIN, at)
        else:
            self._typing.remove(ready)
            ready.typed, ready.at = ready.typed + self._rng.randint(*STEPS), at
        if ready.typed < len(ready.title):
            self._typing.append(ready)
        body = {"title": ready.title[: ready.typed], "k": 5, "viewer_id": ready.who}
        return Call(at, "similar", "POST", "/v1/similar", body)

    def _reply(self, at: float) -> Call:
        thread = self._rng.choice(self._threads)
        return self._post(at, {"parent": thread.id, "thread": thread.id, "space": thread.space})

    def _thread(self, at: float) -> Call:
        thread = self._rng.choice(self._threads)
        return self._post(at, {"title": thread.title, "space": thread.space})

    def _post(self, at: float, of: dict[str, Any]) -> Call:
        self._written += 1
        id_ = f"load-{self._written}"
        said = self._rng.choice(self._threads).body[:600]
        record = {"id": id_, "author": self._person(), "created": _now(), "body": said, **of}
        return Call(at, "write", "PUT", f"/v1/posts/{id_}", record)

    def _view(self, at: float) -> Call:
        post = self._rng.choice(self._threads).id
        seen = {"person": self._person(), "post": post, "kind": "view", "at": _now()}
        return Call(at, "write", "POST", "/v1/interactions", seen)

    def _person(self) -> str:
        return self._rng.choice(self._people)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _sampled(store: Store, rng: Random) -> tuple[Sequence[Post], Sequence[Post]]:
    """Threads' roots, and posts of any kind, at most `SAMPLE` each."""
    rows = store.changes(0).posts
    keys = rows[:, 0]
    roots = keys[rows[:, POST_FIELDS.index("root")] == keys]

    def some(keys: list[int]) -> Iterator[Post]:
        found = store.posts(rng.sample(keys, min(SAMPLE, len(keys))))
        return (found[key] for key in sorted(found))

    return list(some(roots.tolist())), list(some(keys.tolist()))
