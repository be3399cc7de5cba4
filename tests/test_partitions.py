"""Large tables in parts: the same store, and plans that never read through all of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from data.errors import StoreError
from data.models import Post
from data.partitions import COLUMNS, SCHEMA, part, parts_of
from data.store import Store
from data.tables import metadata
from evaluation.benchmarks.plans import AT_ONCE, explain_all, fill, hot_calls, listening
from recommender.engine import Engine
from tests.asking import told
from tests.communities import START, encoders, new_store, random_community
from tests.databases import Postgres

PARTS = 8
ROWS = 30_000


@pytest.fixture(scope="module")
def large(postgres: Postgres) -> Iterator[Store]:
    url = postgres.new_url()
    # As data/SERVER.md says: what a disk without moving parts costs.
    postgres.execute(f"ALTER DATABASE {url.rsplit('/', 1)[1]} SET random_page_cost = 1.1")
    store = Store.open(url)
    fill(store, ROWS)
    part(store.database, PARTS)
    yield store
    store.close()


def test_no_hot_query_reads_a_large_table_through(large: Store) -> None:
    for what in hot_calls(large, ROWS, 1):
        with listening() as sent:
            hot_calls(large, ROWS, 1)[what]()
        for found in explain_all(large, sent):
            through = [scan for scan in found.scans if scan.kind == "Seq Scan"]
            assert not through, (what, found)


def test_what_is_looked_up_by_key_reads_one_part(large: Store) -> None:
    calls = hot_calls(large, ROWS, 2)
    with listening() as sent:
        large.posts([77])
        large.post_ids([78])
        large.indexed_texts([79])
        large.kept_vectors("plans", [b"0" * 32])
    for found in explain_all(large, sent):
        assert all(found.parts(table.name) <= 1 for table in COLUMNS), found
    with listening() as sent:
        calls[f"{AT_ONCE} posts to show"]()
    # Twenty keys fall into eight parts as they may; by id all parts are looked into.
    [found] = explain_all(large, sent)
    assert 1 < found.parts("posts") <= PARTS


def _is_whole(found: Any, name: object, kind: str, reflected: bool, wanted: object) -> bool:
    """A foreign key to a parted table leads to each of its parts besides; they are not counted."""
    return kind != "foreign_key_constraint" or found.referred_table.schema != SCHEMA


def test_the_tables_are_those_of_the_migrations(large: Store) -> None:
    with large.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_whole})
        differences = compare_metadata(context, metadata)
        assert all(parts_of(connection, table) == PARTS for table in COLUMNS)
    # That ids are unique is kept by `parts.post_ids` instead.
    assert sorted((kind, what.name) for kind, what in differences) == [
        ("add_constraint", "uq_posts_id"),
        ("remove_index", "ix_posts_id"),
    ]


def test_ids_stay_unique_across_parts(large: Store) -> None:
    columns = "id, created, kind, body, body_format, root, tags, anonymous, attachments,"
    columns += " visibility, husk, extra, origin, seq"
    again = f"INSERT INTO posts (pk, {columns}) SELECT pk + 900001, {columns} FROM posts"
    for statement in (f"{again} WHERE pk = 5", "UPDATE posts SET id = 'p6' WHERE pk = 5"):
        with (
            pytest.raises(IntegrityError),
            large.database.unhurried() as connection,
            connection.begin(),
        ):
            connection.execute(text(statement))
    large.put_post(Post("gone", "a1", START, "x"))
    large.delete_post("gone")
    assert large.put_post(Post("gone", "a1", START, "x"))
    large.delete_post("gone")


def test_a_community_moves_into_parts_and_back_while_it_is_served(postgres: Postgres) -> None:
    store = Store.open(postgres.new_url())
    store.apply(random_community(5).records())
    engine = Engine(store, encoders(), None)
    engine.sync()
    right, counted = told(engine), store.counts()
    for parts in (4, 2, 0):
        part(store.database, parts)
        assert told(engine) == right and store.counts() == counted
        fresh = Engine(store, encoders(), None)
        fresh.sync()
        assert told(fresh) == right
        with store.database.reading() as connection:
            assert [parts_of(connection, table) for table in COLUMNS] == [parts] * len(COLUMNS)
        store.put_post(Post("t0", "p01", START, "edited"))
        store.delete_post("t0")
        store.apply(random_community(5).records())
        right, counted = told(engine), store.counts()
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()


def test_files_stay_whole() -> None:
    store = new_store()
    with pytest.raises(StoreError, match="only PostgreSQL"):
        part(store.database, 4)
    with pytest.raises(ValueError, match="2 parts or more"):
        part(store.database, 1)
