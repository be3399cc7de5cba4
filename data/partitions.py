"""Large tables in parts, on PostgreSQL, for communities of tens of millions of posts.

Run: `python -m data.partitions --parts 16`, on the database of WHOKNOWS_DATABASE_URL; `--parts 0`
makes single tables again. `data/SERVER.md` says when it is worth it.

`posts` and `versions` are parted by the hash of their key, `vectors` by that of the text's digest:
what the store looks up by. Nothing else changes, neither keys nor the sequence, so running
processes go on; columns, indexes and foreign keys are those of `data.tables`. Only that a post's
id is unique cannot be said of a table that is parted by another column: `parts.post_ids` holds
every id once, and triggers on `posts` keep it.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import AddConstraint, CreateTable, DefaultClause

from .database import Database
from .errors import StoreError
from .tables import metadata, posts, vectors, versions

SCHEMA = "parts"
"""Where the parts lie, out of the way of whoever lists the tables."""

COLUMNS: Mapping[Table, str] = {posts: "pk", versions: "pk", vectors: "digest"}
"""By the hash of which column each is parted; a primary key holds it."""

_IDS = f"""
DROP TABLE IF EXISTS {SCHEMA}.post_ids;
CREATE TABLE {SCHEMA}.post_ids (id varchar PRIMARY KEY);
INSERT INTO {SCHEMA}.post_ids SELECT id FROM posts;
CREATE OR REPLACE FUNCTION {SCHEMA}.note_ids() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO {SCHEMA}.post_ids SELECT id FROM fresh; RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION {SCHEMA}.forget_ids() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM {SCHEMA}.post_ids USING gone WHERE post_ids.id = gone.id; RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION {SCHEMA}.keep_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE unique_violation USING MESSAGE = 'the id of a post does not change'; END $$;
CREATE TRIGGER note_ids AFTER INSERT ON posts REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.note_ids();
CREATE TRIGGER forget_ids AFTER DELETE ON posts REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.forget_ids();
CREATE TRIGGER keep_id BEFORE UPDATE OF id ON posts
  FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION {SCHEMA}.keep_id()
"""


def parts_of(connection: Connection, table: Table) -> int:
    """Of how many parts a table is; 0 of a single one."""
    counted = text("SELECT count(*) FROM pg_inherits WHERE inhparent = CAST(:name AS regclass)")
    return int(connection.scalar(counted, {"name": table.name}) or 0)


def part(database: Database, parts: int) -> None:
    """Rebuild the large tables in `parts` parts each, or as single tables if 0.

    One transaction: readers go on until its last moment, writers wait. It needs the room of the
    tables once more. Rights that were granted on them are to be granted again.

    Raises
    ------
    StoreError : the database is a file, or the server refuses.
    ValueError : `parts` is 1 or negative.
    """
    if parts < 0 or parts == 1:
        raise ValueError("2 parts or more, or 0 for a single table")
    if database.is_sqlite:
        raise StoreError("only PostgreSQL keeps tables in parts; an SQLite file is one piece")
    with database.writing_connection() as connection:
        changed = [t for t in COLUMNS if parts_of(connection, t) != parts]
        if not changed:
            return
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        for table in changed:
            _fill(connection, table, parts)
        # What readers wait for, until the commit: names change, foreign keys are checked.
        home = connection.scalar(text("SELECT quote_ident(current_schema())"))
        between = _references(changed)
        for name, constraint in between:
            connection.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT {constraint.name}"))
        for table in changed:
            connection.execute(text(f"DROP TABLE {table.name}"))
            connection.execute(text(f"ALTER TABLE {SCHEMA}.{table.name} SET SCHEMA {home}"))
        for _, constraint in between:
            connection.execute(AddConstraint(constraint))
        if not parts:
            connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
        elif posts in changed:
            connection.exec_driver_sql(_IDS)
    with database.unhurried() as connection, connection.begin():
        for table in changed:
            # Before it knows the new tables, a server reads them through.
            connection.execute(text(f"ANALYZE {table.name}"))


def _references(tables: Sequence[Table]) -> list[tuple[str, ForeignKeyConstraint]]:
    """The foreign keys that lead to `tables` or from them, each with its table's name."""
    return [
        (table.name, constraint)
        for table in metadata.sorted_tables
        for constraint in table.foreign_key_constraints
        if constraint.referred_table in tables or table in tables
    ]


def _fill(connection: Connection, table: Table, parts: int) -> None:
    """Make the table anew in the schema of the parts, with all rows, without foreign keys."""
    new = _plan(table, parts)
    connection.execute(CreateTable(new))
    for number in range(parts):
        connection.execute(
            text(
                f"CREATE TABLE {SCHEMA}.{table.name}_{parts}_{number}"
                f" PARTITION OF {SCHEMA}.{table.name}"
                f" FOR VALUES WITH (MODULUS {parts}, REMAINDER {number})"
            )
        )
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    connection.execute(
        text(f"INSERT INTO {SCHEMA}.{table.name} ({columns}) SELECT {columns} FROM {table.name}")
    )
    for index in sorted(new.indexes, key=lambda index: str(index.name)):
        index.create(connection)


def _plan(table: Table, parts: int) -> Table:
    """The table as it is to become, in the schema of the parts, without foreign keys."""
    options: Any = {"postgresql_partition_by": f"HASH ({COLUMNS[table]})"} if parts else {}
    new: Table = Table(
        table.name,
        MetaData(naming_convention=metadata.naming_convention),
        *(_column(column) for column in table.columns),
        schema=SCHEMA,
        **options,
    )
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            names = [column.name for column in constraint.columns]
            if parts:
                Index(f"ix_{table.name}_{names[0]}", *(new.c[name] for name in names))
            else:
                new.append_constraint(UniqueConstraint(*names))
    for index in table.indexes:
        Index(index.name, *(new.c[column.name] for column in index.columns))
    return new


def _column(of: Column[Any]) -> Column[Any]:
    default: Any = of.server_default.arg if isinstance(of.server_default, DefaultClause) else None
    return Column(
        of.name,
        of.type,
        primary_key=of.primary_key,
        nullable=of.nullable,
        server_default=default,
        autoincrement=False,
    )


def main() -> None:
    """Part the tables of the database of WHOKNOWS_DATABASE_URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=16, help="of each table; 0: single ones")
    asked = parser.parse_args()
    try:
        database = Database(os.environ.get("WHOKNOWS_DATABASE_URL", ""))
        part(database, asked.parts)
    except (StoreError, ValueError) as error:
        raise SystemExit(str(error)) from error
    database.close()


if __name__ == "__main__":
    main()
