"""Cursors of feeds: they tell their reader nothing, and lead on."""

import zlib
from base64 import urlsafe_b64encode
from datetime import timedelta

import numpy as np
import pytest
from fastapi.testclient import TestClient

from data.errors import InvalidCursor
from data.models import Person, Post, Space
from data.rows import to_us
from data.store import Store
from recommender.cursors import Shown, decode_cursor
from recommender.engine import Engine
from tests.communities import NOW, TOPICS, engine_of

DAY = timedelta(days=1)


def of_before(keys: list[int]) -> str:
    """A cursor as they were when they held keys."""
    told = np.concatenate([[to_us(NOW), 0], np.diff(keys, prepend=0)]).astype("<i8")
    return urlsafe_b64encode(zlib.compress(told.tobytes(), 9)).decode().rstrip("=")


def read(engine: Engine, k: int) -> tuple[list[str], list[str]]:
    """Ids of a feed in its order, and its cursors."""
    ids: list[str] = []
    cursors: list[str] = []
    while True:
        page = engine.feed("v", k=k, cursor=cursors[-1] if cursors else None, now=NOW)
        ids += [item.post.id for item in page.items]
        if page.next_cursor is None:
            return ids, cursors
        cursors.append(page.next_cursor)


def test_a_cursor_is_the_same_whatever_else_is_there() -> None:
    """Keys stood in it, and between them was room for each post that nobody may read."""

    def cursors(hidden: int) -> list[str]:
        told = [Post(f"o{i}", "a", NOW - DAY * (1 + i / 9), TOPICS[i % 4]) for i in range(9)]
        closed = [Post(f"c{i}", "a", NOW - DAY, "secret", space="s") for i in range(hidden)]
        space = Space("s", visibility="members")
        return read(engine_of([space, Person("v"), *closed, *told]), 2)[1]

    assert cursors(37) == cursors(0)
    assert len(cursors(0)) == 4


def test_threads_of_one_moment_are_told_apart() -> None:
    """Exports that know the day alone date a hundred threads alike."""
    posts = [Post(f"t{i}", f"a{i % 7}", NOW - DAY, TOPICS[i % 4]) for i in range(90)]
    ids, cursors = read(engine_of([Person("v"), *posts]), 4)
    assert sorted(ids) == sorted(post.id for post in posts)
    assert len(cursors) == 22


def test_what_was_shown_is_found_in_its_order_and_what_is_gone_is_not() -> None:
    posts = [Post(f"t{i}", "a", NOW - DAY * (i % 3), TOPICS[0]) for i in range(9)]
    closed = Post("c", "a", NOW - DAY, "secret", space="s")
    engine = engine_of([Space("s", visibility="members"), Person("v"), *posts, closed])
    store, view = engine.store, engine._view("v", None, NOW)
    keys = [store.post_key(id_) or 0 for id_ in ("t4", "t1", "c", "t8")]
    shown = Shown.none().and_(store.posts(keys), np.array(keys))
    assert shown.keys(view, store.post_ids).tolist() == [keys[0], keys[1], 0, keys[3]]
    store.delete_post("t1")
    engine.sync()
    view = engine._view("v", None, NOW)
    assert shown.keys(view, store.post_ids).tolist() == [keys[0], 0, 0, keys[3]]


def test_a_cursor_stays_short_after_many_pages(
    client: TestClient, service: tuple[Store, Engine]
) -> None:
    now = NOW.now(NOW.tzinfo)
    posts = [Post(f"t{i}", f"a{i % 7}", now - DAY / 99 * i, TOPICS[i % 4]) for i in range(700)]
    store, engine = service
    store.apply([Person("v"), *posts])
    engine.sync()
    seen: set[str] = set()
    cursor = ""
    while cursor is not None:
        page = client.get("/v1/people/v/feed", params={"k": 100, "cursor": cursor}).json()
        ids = {item["post"]["id"] for item in page["items"]}
        assert not ids & seen
        seen |= ids
        cursor = page["next"]
        assert cursor is None or len(cursor) < 11 * len(seen)
    assert len(seen) == 700


def test_cursors_of_before_are_refused(client: TestClient) -> None:
    client.put("/v1/people/v", json={})
    for keys in ([1], [1, 2, 3], list(range(1, 31)), [*range(1, 12)]):
        with pytest.raises(InvalidCursor):
            decode_cursor(of_before(keys), NOW)
        answer = client.get("/v1/people/v/feed", params={"cursor": of_before(keys)})
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
