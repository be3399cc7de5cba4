"""A copy of a database to work on, so that what is tried out there leaves the real one alone.

In: an open store on SQLite. Out: the file of the copy, its snapshots of the indexes beside it.
"""

import os
import shutil
import sqlite3
from pathlib import Path

from .errors import StoreError
from .store import Store


def copy_database(store: Store, target: Path, index_folder: Path) -> None:
    """Copy the state of `store` to the SQLite file `target`, replacing what is there.

    `index_folder`: the snapshots of its indexes; they come along to `target`.index, which is
    where an engine looks for them.

    Raises
    ------
    StoreError : the store is not a file of SQLite's, or `target` cannot be written.
    """
    if store.database.path is None:
        raise StoreError("only an SQLite database in a file can be copied")
    beside = target.with_name(target.name + ".index")
    shutil.rmtree(beside, ignore_errors=True)
    for leftover in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
    source = sqlite3.connect(store.database.path)
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
    if index_folder.is_dir():
        shutil.copytree(index_folder, beside, copy_function=_link)


def _link(source: str, target: str) -> None:
    """Share the file where the disk can: snapshots are replaced whole, never written into."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
