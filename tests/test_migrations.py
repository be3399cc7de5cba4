"""Migrations lead to the tables as they are written, on either database, also two at a time."""

import threading
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import select, text

import data.database
from data.database import HEAD
from data.errors import StoreError
from data.models import Link, Post, Space
from data.rows import to_us
from data.server_index import VectorIndex
from data.store import Store
from data.tables import links, metadata
from tests.communities import NOW, START, new_store, random_community
from tests.databases import Postgres, url_of


@pytest.mark.usefixtures("each_database")
def test_the_newest_migration_has_every_table_and_column() -> None:
    store = new_store()
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.usefixtures("each_database")
def test_what_a_database_of_an_earlier_version_holds_stays() -> None:
    store = new_store()
    store.apply(random_community(5).records())
    store.delete_post("t1")
    before = held(store)
    _migrate(store, "downgrade", "0003")
    migrated = Store.open(url_of(store))
    assert held(migrated) == before
    migrated.close()


def held(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.database.reading() as connection:
        found = {t.name: connection.execute(select(t)).all() for t in metadata.sorted_tables}
    return {
        str(name): sorted((tuple(row) for row in rows), key=str) for name, rows in found.items()
    }


def test_two_that_open_an_empty_database_at_once_migrate_it_once(postgres: Postgres) -> None:
    url = postgres.new_url(template="template0")
    uids = []

    def open_it() -> None:
        store = Store.open(url)
        uids.append(store.uid())
        store.close()

    threads = [threading.Thread(target=open_it) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(uids) == 3 and len(set(uids)) == 1


@pytest.mark.usefixtures("each_database")
def test_a_database_of_a_later_version_is_left_alone() -> None:
    store = new_store()
    with store.database.writing_connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    url = store.database.url.render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="later version"):
        Store.open(url)
    with store.database.writing_connection() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD}'"))


def test_a_missing_extension_is_told_with_its_mend(postgres: Postgres) -> None:
    url = postgres.new_url()
    name = url.rsplit("/", 1)[1]
    postgres.execute("DROP ROLE IF EXISTS eve")
    postgres.execute("CREATE ROLE eve LOGIN")
    for right in ("USAGE ON SCHEMA public", "SELECT ON ALL TABLES IN SCHEMA public"):
        postgres.execute(f"GRANT {right} TO eve", name)
    theirs = Store.open(url.replace("postgres@", "eve@"))
    with pytest.raises(StoreError, match="lacks the extension vector; install pgvector"):
        VectorIndex(theirs.database, "words", 8)
    with pytest.raises(StoreError, match="grant it the rights"):
        theirs.put_space(Space("s"))
    theirs.close()
    postgres.execute(f"DROP DATABASE {name}")
    postgres.execute("DROP ROLE eve")


def _migrate(store: Store, direction: str, revision: str) -> None:
    config = Config()
    config.set_main_option(
        "script_location", str(Path(data.database.__file__).parent / "migrations")
    )
    with store.database.writing_connection() as connection:
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)


@pytest.mark.usefixtures("each_database")
def test_links_of_before_are_kept_and_may_be_said_again_then() -> None:
    """One row a pair and kind took the date of before away from what was said again."""
    store = new_store()
    posts = [Post("a", "x", START, "one"), Post("b", "x", START, "two")]
    store.apply([*posts, Link("a", "b", "related", at=START)])

    def stands(when: list[datetime | None]) -> None:
        # Of the table alone: others have columns by now that they had not then.
        with store.database.reading() as connection:
            dates = connection.scalars(select(links.c.at).order_by(links.c.pk)).all()
        assert dates == [None if at is None else to_us(at) for at in when]

    stands([START])
    _migrate(store, "downgrade", "0003")
    stands([START])
    _migrate(store, "upgrade", "head")
    again = [Link("a", "b", "related", at=at) for at in (NOW, None, START, NOW, None)]
    assert store.apply(again) == [None] * len(again)
    stands([START, NOW, None])
    _migrate(store, "downgrade", "0003")
    stands([START])
    _migrate(store, "upgrade", "head")
