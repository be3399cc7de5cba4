"""Leaks of the measuring of feeds and of similar threads: nothing after an event moves a baseline.

`test_leaks_evaluation.py` does the same for who knows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import evaluation.links
from data.models import Post, Record
from data.rows import DAY_US, from_us, to_us
from data.text import post_text
from evaluation.archive import Archive
from evaluation.events import Event, Readable, Turns
from evaluation.feedbaselines import Feeds
from evaluation.history import root_text
from evaluation.links import Linked, linked_queries, ordered_roots
from evaluation.protocol import split
from evaluation.relevance import Bm25, Dense, Terms, TfIdf
from evaluation.similarbaselines import similar_systems
from tests.communities import START, WordEncoder, new_store, random_community
from tests.cutting import before
from tests.planting import DAY

YEAR_US = 365 * DAY_US
Patch = pytest.MonkeyPatch
Archived = tuple[Archive, Turns, Feeds]

STARTS = START + 130 * DAY
"""When the window opens, up to which words are counted."""


def records() -> list[Record]:
    return random_community(5, threads=160).records()


def archived(known: list[Record]) -> Archived:
    """What is read of a history, and the baselines of the feed on it."""
    store = new_store()
    store.apply(known)
    archive = Archive(store)
    turns = Turns(archive, split(archive.records()).roots)
    fit_on = int(np.searchsorted(turns.times, to_us(STARTS)))
    words = TfIdf(Terms((root_text(root) for root in turns.roots), fit_on))
    meaning = WordEncoder(32, "m").encode([post_text(root) for root in turns.roots])
    people = max(archive.people, default=0) + 1
    return archive, turns, Feeds(turns, everybody, words, meaning, people)


def everybody(_: str, keys: Any) -> Any:
    return np.ones(len(keys), dtype=bool)


# Feed ----------------------------------------------------------------------------------------


def check_feeds() -> None:
    """Each baseline ranks the same threads alike without what came at the event or later."""
    _, turns, feeds = archived(records())
    events = [e for e in turns.events(STARTS, None, everybody, 5) if not e.clicked]
    assert len(events) >= 40
    for event in events[::8]:
        then = archived(before(records(), from_us(event.at_us)))
        told = {name: system(event) for name, system in feeds.systems().items()}
        asked = _of_then(event, then)
        for name, system in then[2].systems().items():
            found = [then[1].roots[n].id for n in system(asked)]
            assert [turns.roots[n].id for n in told[name]] == found, (name, event.id)


def _of_then(event: Event, then: Archived) -> Event:
    archive, turns, _ = then
    who = next(key for key, person in archive.people.items() if person.id == event.person)
    number = next(n for n, root in enumerate(turns.roots) if root.id == event.root_id)
    return replace(event, who=who, root=number)


def test_feeds_know_nothing_of_what_came_after() -> None:
    check_feeds()


def replies_to_come(patch: Patch) -> None:
    def leaking(self: Feeds, event: Event) -> Any:
        counts = np.bincount(self._turns.replied_in, minlength=len(self._turns.roots))
        return counts[self.pool(event)].astype(np.float64)

    patch.setattr(Feeds, "_replied", leaking)


def taste_to_come(patch: Patch) -> None:
    patch.setattr(Turns, "joined", lambda self, event: self.turn_roots[self.of(event.who)])


def turns_to_come(patch: Patch) -> None:
    exact = Feeds._turned
    patch.setattr(Feeds, "_turned", lambda self, threads, at: exact(self, threads, at + YEAR_US))


def pool_to_come(patch: Patch) -> None:
    exact = Turns.pool

    def leaking(self: Turns, event: Event, readable: Readable) -> Any:
        return exact(self, replace(event, at_us=event.at_us + DAY_US), readable)

    patch.setattr(Turns, "pool", leaking)


def fitted_on_everything(patch: Patch) -> None:
    exact = Terms.__init__

    def leaking(self: Terms, texts: Any, fit_on: int) -> None:
        known = list(texts)
        exact(self, known, len(known))

    patch.setattr(Terms, "__init__", leaking)


@pytest.mark.parametrize(
    "leak", [replies_to_come, taste_to_come, turns_to_come, pool_to_come, fitted_on_everything]
)
def test_a_leak_into_the_feeds_is_caught(leak: Callable[[Patch], None], monkeypatch: Patch) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_feeds()


# Similar -------------------------------------------------------------------------------------


def linked(known: list[Record]) -> tuple[list[Post], list[Linked], dict[str, Any]]:
    """The roots, the queries and the baselines of a history."""
    store = new_store()
    store.apply(known)
    archive = Archive(store)
    list(archive.records())
    roots = ordered_roots(archive)
    texts = [post_text(root) for root in roots]
    encoder = WordEncoder(32, "m")
    systems = similar_systems(
        words=Bm25(Terms(texts, sum(root.created < STARTS for root in roots))),
        meaning=Dense(encoder.encode(texts), encoder.encode),
    )
    return roots, linked_queries(archive, roots), systems


def check_similar() -> None:
    """Each baseline scores the same earlier threads alike without the query and what came after."""
    roots, queries, systems = linked(records())
    late = [query for query in queries if query.at >= STARTS]
    assert len(late) >= 5
    for query in late[::3]:
        known, _, then = linked(before(records(), query.at))
        assert [root.id for root in roots[: query.before]] == [root.id for root in known]
        for name, system in then.items():
            assert systems[name](query).tolist() == system(query).tolist(), (name, query.id)


def test_similar_threads_know_nothing_of_what_came_after() -> None:
    check_similar()


def corpus_of_everything(patch: Patch) -> None:
    exact = evaluation.links.linked_queries

    def leaking(archive: Archive, roots: list[Post]) -> list[Linked]:
        return [replace(query, before=len(roots)) for query in exact(archive, roots)]

    patch.setitem(linked.__globals__, "linked_queries", leaking)


@pytest.mark.parametrize("leak", [corpus_of_everything, fitted_on_everything])
def test_a_leak_into_similar_threads_is_caught(
    leak: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_similar()
