"""Whom feeds have shown which young thread: what spreading ideas goes by, and nothing else.

In: the store's impressions. Out: how many people of a site were shown each of some threads.
"""

from collections.abc import Iterable

import numpy as np

from data.impressions import KEPT_US

from .columns import Flags, Ints

SOME = 10_000
"""Impressions that are taken in before old ones are looked for."""


class Impressions:
    """First times by thread and person; what is older than `KEPT_US` may be gone at any time."""

    def __init__(self) -> None:
        self.number = 0
        self._shown: dict[int, dict[int, int]] = {}
        self._latest: dict[int, int] = {}
        self._taken = 0

    def absorb(self, rows: Ints, number: int) -> None:
        """Take in what is new, as `Store.impressions` gives it: all there is up to `number`."""
        self.number = number
        for post, person, at in rows.tolist():
            self._shown.setdefault(post, {})[person] = at
            self._latest[person] = max(at, self._latest.get(person, at))
        self._taken += len(rows)
        if self._taken > SOME:
            self._taken = 0
            since = max(self._latest.values(), default=0) - KEPT_US
            self._latest = {who: at for who, at in self._latest.items() if at >= since}
            self._shown = {
                post: shown
                for post, shown in self._shown.items()
                if max(shown.values(), default=0) >= since
            }

    def forget(self, posts: Iterable[int], people: Iterable[int]) -> None:
        """What was deleted was shown to nobody, and who was has seen nothing."""
        for post in posts:
            self._shown.pop(post, None)
        for person in people:
            self._latest.pop(person, None)
            for shown in self._shown.values():
                shown.pop(person, None)

    def told_by(self, readers: Flags, readable: Flags, moment: int) -> bool:
        """Whether a client has lately told that one of the `readers` was shown a thread that is
        `readable`; both by key. What is closed to whoever asks has no part in it."""
        since = moment - KEPT_US

        def counts(person: int, at: int) -> bool:
            return since <= at < moment and person < len(readers) and bool(readers[person])

        # Mostly there is nobody, or the first thread will do.
        if not any(counts(person, at) for person, at in self._latest.items()):
            return False
        return any(
            thread < len(readable)
            and bool(readable[thread])
            and any(counts(person, at) for person, at in shown.items())
            for thread, shown in self._shown.items()
        )

    def counts(self, threads: Ints, readers: Flags, moment: int) -> Ints:
        """How many of the `readers` were shown each of `threads` before a moment, (n,)."""
        counts = np.zeros(len(threads), dtype=np.int64)
        for n, thread in enumerate(threads.tolist()):
            shown = self._shown.get(thread)
            if shown:
                who = [pk for pk, at in shown.items() if at < moment and pk < len(readers)]
                counts[n] = int(readers[who].sum())
        return counts
