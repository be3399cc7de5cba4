"""Events and pools of the feed on a hand-made community whose right answers are known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.models import Interaction, Person, Post, Record
from data.store import Store
from embeddings.face import Vectors
from evaluation.archive import Archive
from evaluation.events import Event, Turns
from evaluation.feedbaselines import Feeds, ease
from evaluation.history import Ints, root_text
from evaluation.protocol import split
from evaluation.relevance import Terms, TfIdf

START = datetime(2024, 1, 1, tzinfo=UTC)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def root(id_: str, author: str, day: float, body: str = "text", space: str = "hall") -> Post:
    return Post(id_, author, at(day), body, thread=id_, space=space)


def reply(thread: str, author: str, day: float, kind: str = "reply") -> Post:
    id_ = f"{thread}-{author}-{day}"
    return Post(id_, author, at(day), "so", kind=kind, parent=thread, thread=thread)


def community() -> list[Record]:
    """Two threads a day for 20 days, by ada and bob; eve replies in the first seven of ada's."""
    records: list[Record] = [Person("robot", bot=True)]
    for day in range(20):
        records += [
            root(f"a{day:02}", "ada", day, "garden roses", "garden"),
            root(f"b{day:02}", "bob", day + 0.5, "engine oil", "garage"),
        ]
    records += [reply(f"a{day:02}", "eve", day + 0.25) for day in range(7)]
    return records


def everybody(person: str, keys: Ints) -> "np.typing.NDArray[np.bool_]":
    return np.ones(len(keys), dtype=bool)


def turns_of(records: list[Record], folder: Path) -> Turns:
    store = Store.open(f"sqlite:///{folder / 'events.db'}")
    assert not any(store.apply(records))
    archive = Archive(store)
    turns = Turns(archive, split(archive.records()).roots)
    store.close()
    return turns


def events_of(turns: Turns, least: int = 1) -> list[Event]:
    return turns.events(START, None, everybody, least)


def test_events_are_first_replies_in_young_threads_after_five(tmp_path: Path) -> None:
    later = [
        reply("a10", "eve", 18),  # eight days old
        reply("b17", "eve", 17.6),
        reply("b17", "eve", 17.7),  # not the first
        reply("b18", "eve", 18.6, kind="comment"),
        reply("b18", "eve", 18.7),  # not the first turn to it
        reply("a19", "robot", 19.5),
        reply("a19", "ada", 19.6),
    ]
    found = events_of(turns_of([*community(), *later], tmp_path))
    assert [(event.person, event.root_id, event.earlier) for event in found] == [
        ("eve", "a05", 5),
        ("eve", "a06", 6),
        ("eve", "b17", 7),
    ]
    assert found[0].at == at(5.25)


def test_a_click_is_an_event_where_its_time_is_known(tmp_path: Path) -> None:
    clicks = [
        Interaction("eve", "b07", "view", at(7.75)),
        Interaction("eve", "b08", "view", at(9), day_only=True),
        Interaction("eve", "b09", "view"),
        Interaction("eve", "b11", "dismiss", at(11.75)),
        Interaction("eve", "b12-ada-12.6", "view", at(12.75)),
    ]
    records = [*community(), reply("b12", "ada", 12.6), *clicks]
    turns = turns_of(records, tmp_path)
    found = events_of(turns)
    assert [(e.root_id, e.clicked) for e in found] == [
        ("a05", False),
        ("a06", False),
        ("b07", True),
        ("b12", True),
    ]
    shown = {turns.roots[n].id for n in turns.pool(found[-1], everybody)}
    assert {"b09", "b10"} < shown and {"b07", "b08", "b11"}.isdisjoint(shown)


def test_a_pool_is_what_was_new_to_the_person(tmp_path: Path) -> None:
    records = [
        *community(),
        root("own", "eve", 16),
        Post("gone", "ada", at(15), "x", thread="gone", valid_until=at(17)),
        Post("robots", "robot", at(15), "x", thread="robots"),
        reply("b17", "eve", 17.6),
        reply("a18", "eve", 18.6),
    ]
    turns = turns_of(records, tmp_path)
    event = events_of(turns)[-1]
    assert event.root_id == "a18"
    ids = [turns.roots[n].id for n in turns.pool(event, everybody)]
    expected = [
        root.id
        for root in turns.roots
        if at(4.6) <= root.created < at(18.6) and root.id not in ("own", "gone", "b17")
    ]
    assert [id_ for id_ in expected if id_ not in ("a05", "a06")] == ids
    closed = turns.pool(event, lambda person, keys: keys < 0)
    assert len(closed) == 0
    assert len(turns.events(START, None, everybody, 1000)) == 0
    assert events_of(turns)[-1:] == turns.events(at(18), at(19), everybody, 20)


class Axes:
    """Gardens along one axis, engines along the other."""

    @staticmethod
    def encode(texts: list[str]) -> Vectors:
        return np.array([[1, 0] if "garden" in t else [0, 1] for t in texts], dtype=np.float32)


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("newest", "b17"),
        ("replied-24h", "b16"),
        ("space", "a17"),
        ("tfidf", "a17"),
        ("minilm", "a17"),
        ("item-knn", "a12"),
        ("ease", "a12"),
        ("weighted", "a17"),
    ],
)
def test_the_best_of_each(name: str, best: str, tmp_path: Path) -> None:
    records = [
        *community(),
        # Zoe goes where eve goes.
        *(reply(f"a{day:02}", "zoe", day + 0.3) for day in (0, 1, 2, 3, 12)),
        *(reply("b16", person, 17.4) for person in ("kim", "lou", "max")),
        reply("a17", "eve", 17.9),
        # What comes later must not count.
        *(reply("a08", person, 18) for person in ("kim", "lou", "max", "ned", "zoe")),
    ]
    turns = turns_of(records, tmp_path)
    event = next(event for event in events_of(turns) if event.root_id == "a17")
    texts = [root_text(root) for root in turns.roots]
    words = TfIdf(Terms(texts, len(texts)))
    people = int(turns.turn_people.max()) + 1
    feeds = Feeds(turns, everybody, words, Axes.encode(texts), people)
    ranked = feeds.systems()[name](event)
    assert turns.roots[ranked[0]].id == best
    assert sorted(ranked) == sorted(turns.pool(event, everybody))


def test_ease_is_a_ridge_regression_without_the_item_itself() -> None:
    rng = np.random.default_rng(1)
    seen = (rng.random((40, 6)) < 0.4).astype(float)
    weights = ease(seen.T @ seen, 5.0)
    for item in range(6):
        others = [other for other in range(6) if other != item]
        x = seen[:, others]
        solved = np.linalg.solve(x.T @ x + 5.0 * np.eye(5), x.T @ seen[:, item])
        assert weights[others, item] == pytest.approx(solved)
        assert weights[item, item] == 0
