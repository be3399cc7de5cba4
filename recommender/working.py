"""Reading texts apart from those who answer: `whoknows work`, and how the others leave it to it.

In: a store and encoders. No community is held, so a worker needs the encoders' memory and no more.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from data.claims import Span
from data.store import Store
from embeddings.face import Encoder
from embeddings.precedence import PRECEDENCE

from .embedding import embed_pending, scheme_of

FEW = 64
"""Texts that whoever wrote them reads at once, as waiting for a worker would take longer: about
half a second of encoding."""

LOOK_AGAIN = 0.25
"""Seconds between two looks of a worker that has nothing to do; a look is one question, answered
from an index in a fraction of a millisecond."""

PATIENCE = 3.0
"""Seconds in which the workers must have read something of what is waited for."""


def work(
    store: Store,
    encoders: Mapping[str, Encoder],
    told: Callable[[int], None],
    progress: Callable[[int, int], None] | None = None,
    *,
    once: bool = False,
) -> None:
    """Read what is pending, and what comes, sharing it with every other worker.

    Ends where nothing is left, with `once`; else never. It may be cut off at any moment: each
    round is durable before the next begins, and what it had claimed is free with its end.

    Parameters
    ----------
    told : called with how many texts were read whenever nothing is left of them.

    Raises
    ------
    StoreError : the database does not answer; begin again when it does.
    """
    with in_bulk(store):
        while True:
            done = embed_pending(store, encoders, progress)
            if done:
                told(done)
            if once:
                return
            time.sleep(LOOK_AGAIN)


@contextmanager
def in_bulk(store: Store, check: Callable[[], None] | None = None) -> Iterator[None]:
    """Be `at_work`, and encode nothing while a process that answers on the same file is busy.

    `check` is called before each step, in whichever thread encodes; what it raises ends that.
    """

    def somebody_waits() -> bool:
        if check is not None:
            check()
        return store.somebody_waits()

    with store.at_work(), PRECEDENCE.behind(somebody_waits):
        yield


def leave_to_workers(store: Store, encoders: Mapping[str, Encoder], span: Span) -> None:
    """Wait while workers read what was written in `span`, until few are left.

    Returns at once where nobody is at work, and soon where they have other things to do: whoever
    asks reads the rest, and no caller is kept waiting for all that came before.
    """
    scheme = scheme_of(encoders)
    left, moved = store.count_pending(scheme, span), time.monotonic()
    while left > FEW and store.workers() and time.monotonic() - moved < PATIENCE:
        time.sleep(0.05)
        now = store.count_pending(scheme, span)
        if now < left:
            left, moved = now, time.monotonic()
