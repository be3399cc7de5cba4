"""Which thread a post belongs to depends on the posts that are there, and on nothing else."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from data.models import Person, Post
from data.store import Store
from data.tables import orphans, posts
from tests.communities import START, new_store

pytestmark = pytest.mark.usefixtures("each_database")

DAY = timedelta(days=1)


@pytest.fixture
def store() -> Store:
    return new_store()


def roots(store: Store) -> dict[str, str]:
    """Each post's root, both by id."""
    with store.database.reading() as connection:
        rows = connection.execute(select(posts.c.pk, posts.c.id, posts.c.root)).all()
    ids = {row.pk: row.id for row in rows}
    return {row.id: ids[row.root] for row in rows}


def rows_of(store: Store, table) -> int:  # type: ignore[no-untyped-def]
    with store.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@st.composite
def forests(draw: st.DrawFn) -> list[Post]:
    """Posts whose `thread` and `parent` name each other, the missing, themselves, in circles."""
    ids = [f"n{i}" for i in range(draw(st.integers(2, 7)))]
    some = st.sampled_from([*ids, "missing", None, None])
    return [
        Post(id_, "a", START + timedelta(hours=draw(st.integers(0, 3))), "text",
             thread=draw(some), parent=draw(some))
        for id_ in ids
    ]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(forest=forests(), data=st.data())
def test_roots_do_not_depend_on_the_order_of_arrival(
    forest: list[Post], data: st.DataObject
) -> None:
    whole = new_store()
    whole.apply(forest)
    order, split = data.draw(st.permutations(forest)), data.draw(st.integers(0, len(forest)))
    parts = new_store()
    # Some come first in an earlier state, hanging elsewhere; one comes and goes.
    early = [replace(p, thread=None, parent=order[0].id) for p in order[: split // 2]]
    for batch in (early, order[:split], [Post("x", "a", START, "y", thread=order[0].id)]):
        parts.apply(batch)
    parts.delete_post("x")
    for post in order[split:]:
        parts.apply([post])
    assert roots(parts) == roots(whole)


def test_a_reply_waits_for_its_parent_and_for_a_better_one(store: Store) -> None:
    reply = Post("r", "a", START, "text", parent="p", thread="t")
    for arriving, root in (
        (reply, "r"),
        (Post("p", "a", START, "x"), "p"),
        (Post("t", "a", START, "x"), "t"),
    ):
        store.apply([arriving])
        assert roots(store)["r"] == root
    assert rows_of(store, orphans) == 0
    assert roots(store)["p"] == "p"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_circle_of_parents_is_one_thread(store: Store, order: tuple[int, ...]) -> None:
    circle = [Post(f"c{i}", "a", START + i * DAY, "x", parent=f"c{(i + 1) % 3}") for i in range(3)]
    for i in order:
        store.apply([circle[i]])
    assert set(roots(store).values()) == {"c0"}


THREAD = [
    Post("t", "a", START, "root"),
    Post("m", "x", START, "middle", parent="t"),
    Post("far", "b", START, "hangs on the middle alone", parent="m"),
    Post("farther", "b", START, "hangs on that", parent="far"),
    Post("near", "b", START, "knows its thread", parent="m", thread="t"),
]


@pytest.mark.parametrize("with_author", [False, True])
def test_what_hung_on_a_deleted_reply_stays_in_its_thread(store: Store, with_author: bool) -> None:
    """It became a thread of its own, which stood in feeds and outlived the deletion of its root."""
    store.apply(THREAD)
    if with_author:
        store.delete_person("x")
    store.delete_post("m")
    left = {post.id: "t" for post in THREAD if post.id != "m"}
    assert roots(store) == left
    # As it comes again, or for the first time.
    assert [bool(verdict) for verdict in store.apply(THREAD)] == [p.id == "m" for p in THREAD]
    store.apply([Post("late", "c", START, "text", parent="m")])
    assert roots(store) == left | {"late": "t"}
    store.delete_post("far")
    assert roots(store) == {"t": "t", "farther": "t", "near": "t", "late": "t"}
    store.put_person(Person("x"))
    store.put_post(THREAD[1])
    assert set(roots(store).values()) == {"t"} and rows_of(store, orphans) == 1
    store.delete_post("t")
    assert roots(store) == {}


def test_a_thread_whose_root_came_late_takes_what_hung_on_the_deleted(store: Store) -> None:
    """The root that a tombstone names may be a deleted reply itself by the time it is asked."""
    store.apply([replace(THREAD[0], parent="first"), *THREAD[1:4]])
    store.delete_post("m")
    store.apply([Post("first", "a", START - DAY, "the real root")])
    assert set(roots(store).values()) == {"first"}
    store.delete_post("t")
    assert roots(store) == {"first": "first", "far": "first", "farther": "first"}


def test_a_snapshot_without_a_root_frees_what_hung_on_its_deleted_reply(store: Store) -> None:
    """Nobody deleted the root for good: its thread is as the export has it."""
    store.write(THREAD, store.provenance("import:", 1))
    store.delete_post("m")
    store.write([THREAD[2]], store.provenance("import:", 2))
    store.sweep("import:", 2, [])
    assert roots(store) == {"far": "far"}
    store.write(THREAD[:1], store.provenance("import:", 3))
    assert roots(store) == {"far": "t", "t": "t"}
