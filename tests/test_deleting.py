"""Deleting much: what is left, and what is read for it."""

from collections.abc import Iterable
from random import Random

import pytest
from sqlalchemy import Connection, select

from data.models import Post
from data.roots import Node, threads_of
from data.store import Deletion, Store
from data.tables import orphans, posts
from tests.communities import START, new_store

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def store() -> Store:
    return new_store()


def test_two_who_only_answered_each_other_leave_nothing(store: Store) -> None:
    """What each had left for the other's replies to hang on stayed behind when both were gone."""
    talk = [
        Post(f"t{i}", "ab"[i % 2], START, "x", parent=f"t{i - 1}" if i else None) for i in range(7)
    ]
    store.apply([*talk, Post("r", "c", START, "y", parent="t2")])
    store.delete_person("a")
    store.delete_person("b")
    # What a third one's reply hangs on, and what that hangs on.
    left = [post.id for post in talk if store.get_post(post.id) is not None]
    assert left == ["t0", "t1", "t2"]
    store.delete_post("r")
    assert store.counts()["posts"] == 0


def test_many_deletions_read_their_thread_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of 200 in one import read all 3,000 posts of its thread: 20 seconds, locked."""
    thread = [Post("t", "a", START, "x")]
    thread += [Post(f"r{i}", "b", START, "y", parent=f"r{i - 1}" if i else "t") for i in range(40)]
    store.apply([*thread, Post("other", "a", START, "x")])
    read: list[int] = []

    def counting(connection: Connection, roots: Iterable[int]) -> dict[str, Node]:
        found = threads_of(connection, roots)
        read.append(len(found))
        return found

    monkeypatch.setattr("data.deleting.threads_of", counting)
    store.apply([Deletion("post", f"r{i}") for i in range(0, 40, 2)])
    assert sum(read) == 21
    # What hung on the gone is in the thread still, and knows what it waits for.
    assert store.counts()["posts"] == 22 and store.counts()["roots"] == 2
    store.put_post(thread[1])
    assert store.get_post("r0") == thread[1] and store.counts()["roots"] == 2


def places(store: Store) -> set[tuple[object, ...]]:
    root = posts.alias()
    of = select(posts.c.id, root.c.id, posts.c.attached, posts.c.husk)
    waiting = select(posts.c.id, orphans.c.awaits).join(orphans, orphans.c.post == posts.c.pk)
    with store.database.reading() as connection:
        rows = connection.execute(of.join(root, root.c.pk == posts.c.root)).all()
        return {tuple(row) for row in (*rows, *connection.execute(waiting))}


@pytest.mark.parametrize("seed", range(6))
def test_deleted_at_once_is_as_deleted_one_after_another(seed: int) -> None:
    rng = Random(seed)
    said = []
    for number in range(30):
        named = [
            f"t{rng.randrange(30)}" if rng.random() < chance else None for chance in (0.8, 0.2)
        ]
        post = Post(f"t{number}", rng.choice("abcd"), START, "x", parent=named[0], thread=named[1])
        said.append(post)
    wishes = [Deletion("post", f"t{number}") for number in rng.sample(range(30), 8)]
    wishes.insert(rng.randrange(9), Deletion("person", "a"))
    one, other = new_store(), new_store()
    one.apply(said)
    other.apply(said)
    one.apply(wishes)
    for wish in wishes:
        other.apply([wish])
    assert places(one) == places(other)
