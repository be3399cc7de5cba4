"""A community's columns on the disk, so that a start reads of the store only what is newer.

In: a community that follows a store. Out: a file beside the indexes' snapshots. People and spaces
are not in it: they are few, and the store tells them as they are now; nor is what follows from the
columns, which is made again in a second where there are a million posts.
"""

import contextlib
from pathlib import Path
from typing import Any

import numpy as np

from data.reading import INTERACTION_FIELDS, LINK_FIELDS, POST_FIELDS, VERSION_FIELDS
from embeddings import indexfile
from embeddings.errors import IndexCorrupt

from .columns import Columns
from .community import DERIVED, Community

FILE = "community/columns.index"
"""Where `TextIndex.erase_snapshot` finds it too."""

FORM = 1
"""Of the columns' meaning; a file of another form is passed over."""

TABLES = {
    "posts": (*POST_FIELDS[1:], "attached"),
    "versions": VERSION_FIELDS[1:],
    "interactions": INTERACTION_FIELDS[1:],
    "links": LINK_FIELDS[1:],
}

Arrays = dict[str, indexfile.Array]


def save_columns(community: Community, folder: Path, uid: str) -> None:
    """Write what `community` knows of the database `uid` to `folder`, in one atomic step."""
    arrays: Arrays = {}
    for table, names in TABLES.items():
        columns = getattr(community, table).arrays()
        arrays |= {f"{table}.{name}": columns[name] for name in (*names, "live")}
    # Few texts bear tags of their own alone.
    lists: dict[tuple[str, ...], int] = {}
    sites: dict[str, int] = {}
    tagged = [(row, lists.setdefault(tags, len(lists))) for row, tags in community.tags.items()]
    placed = [(row, sites.setdefault(s, len(sites))) for row, s in community.trial_sites.items()]
    arrays["tagged"] = np.array(tagged, dtype=np.int64).reshape(-1, 2)
    arrays["placed"] = np.array(placed, dtype=np.int64).reshape(-1, 2)
    facts = {
        "form": FORM,
        "uid": uid,
        "seq": community.seq,
        "tables": {table: list(names) for table, names in TABLES.items()},
        "tags": [list(tags) for tags in lists],
        "sites": list(sites),
    }
    indexfile.write(folder / FILE, facts, arrays)


def open_columns(folder: Path, uid: str, newest: int) -> Community | None:
    """A community of what `save_columns` wrote, to be followed by `absorb(..., anew=True)`.

    None where that is missing, damaged, of another form or database, or of a state after `newest`.
    """
    with contextlib.suppress(IndexCorrupt, KeyError, ValueError, TypeError, IndexError):
        facts, arrays = indexfile.read(folder / FILE)
        tables = {table: list(names) for table, names in TABLES.items()}
        known = facts["form"], facts["uid"], facts["tables"]
        if known == (FORM, uid, tables) and 0 < int(facts["seq"]) <= newest:
            return _community(facts, arrays)
    return None


def erase_columns(folder: Path) -> None:
    """What was deleted is gone from the disk too; a later save makes the file anew."""
    (folder / FILE).unlink(missing_ok=True)


def _community(facts: dict[str, Any], arrays: Arrays) -> Community:
    community = Community()
    for table, names in TABLES.items():
        found = {name: arrays[f"{table}.{name}"] for name in (*names, "live")}
        if table == "posts":
            nothing = np.zeros(len(found["live"]), np.int64)
            found = {**dict.fromkeys(DERIVED, nothing), **found}
        setattr(community, table, Columns.of(getattr(community, table).names, found))
    lists = [tuple(map(str, tags)) for tags in facts["tags"]]
    sites = list(map(str, facts["sites"]))
    for row, place in arrays["tagged"].tolist():
        community.tag(row, lists[place])
    community.trial_sites = {row: sites[place] for row, place in arrays["placed"].tolist()}
    community.seq = int(facts["seq"])
    return community
