"""A copy of a database to work on, so that what is tried out there leaves the real one alone.

In: an open store. Out: an SQLite file, the snapshots of its indexes beside it if it has any.
"""

import argparse
import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import func, insert, select

from .errors import StoreError
from .store import Store
from .tables import counters, metadata

ROWS = 5_000
"""Rows copied at a time from a server."""


def copy_database(store: Store, target: Path, index_folder: Path | None) -> None:
    """Copy the state of `store` to the SQLite file `target`, replacing what is there.

    `index_folder`: the snapshots of its indexes; they come along to `target`.index, which is
    where an engine looks for them. Without them it builds its indexes from the kept vectors.

    Raises
    ------
    StoreError : the store is in memory alone, or `target` cannot be written.
    """
    if store.database.is_sqlite and store.database.path is None:
        raise StoreError("a database in memory cannot be copied; keep it in a file")
    beside = target.with_name(target.name + ".index")
    shutil.rmtree(beside, ignore_errors=True)
    for leftover in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
    if store.database.path is not None:
        copy_file(store.database.path, target)
    else:
        _copy_to_file(store, target)
    if index_folder is not None and index_folder.is_dir():
        shutil.copytree(index_folder, beside, copy_function=_link)


def copy_file(path: Path, target: Path) -> None:
    """Copy the SQLite file `path`, of whatever version, to `target`, as it is at one moment.

    Raises
    ------
    StoreError : it cannot be read, or `target` cannot be written.
    """
    source = sqlite3.connect(path)
    try:
        copy = sqlite3.connect(target)
        try:
            # One consistent state, also while a server writes.
            source.backup(copy)
        finally:
            copy.close()
    except sqlite3.Error as error:
        raise StoreError(f"{target}: the database cannot be copied there ({error})") from error
    finally:
        source.close()


def _copy_to_file(store: Store, target: Path) -> None:
    copy = Store.open(f"sqlite:///{target}")
    try:
        copy_rows(store, copy)
    finally:
        copy.close()


def copy_rows(store: Store, target: Store) -> None:
    """Copy every row of `store` into the empty `target`, on either kind of database.

    Raises
    ------
    StoreError : `target` is not empty; nothing is copied then.
    """
    # One snapshot for all tables, so that the copy is of one moment.
    with store.database.reading() as source, target.database.writing_connection() as sink:
        if sink.scalar(select(func.count()).select_from(counters)):
            raise StoreError("the database to copy to is not empty; make a new one")
        for table in metadata.sorted_tables:
            rows = source.execute(select(table).execution_options(yield_per=ROWS))
            for part in rows.mappings().partitions(ROWS):
                sink.execute(insert(table), [dict(row) for row in part])


def _link(source: str, target: str) -> None:
    """Share the file where the disk can: snapshots are replaced whole, never written into."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def main() -> None:
    """Copy a database to a new one, of either kind: `python -m data.copies FROM_URL TO_URL`.

    People who write meanwhile should wait: what comes after its start stays behind.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("source", help="URL of the database")
    parser.add_argument("target", help="URL of an empty one")
    asked = parser.parse_args()
    try:
        source, target = Store.open(asked.source), Store.open(asked.target)
        copy_rows(source, target)
    except StoreError as error:
        raise SystemExit(str(error)) from error
    source.close()
    target.close()


if __name__ == "__main__":
    main()
