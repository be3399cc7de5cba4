"""Migrations lead to the tables as they are written, on either database, also two at a time."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from data.database import HEAD
from data.errors import StoreError
from data.models import Space
from data.server_index import VectorIndex
from data.store import Store
from data.tables import metadata
from tests.communities import new_store
from tests.databases import Postgres


@pytest.mark.usefixtures("each_database")
def test_the_newest_migration_has_every_table_and_column() -> None:
    store = new_store()
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


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
