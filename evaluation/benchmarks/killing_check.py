"""What a killed database is held against: one that took the same in at once, unharmed.

In: the database that is left, and what was sent to it. Out: sentences, none where all is well.
None of them holds an id or a text.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson

from data.importing import import_path
from data.models import Interaction, Link, Person, Post, Record, Space
from data.provenance import Deletion
from data.readers.detect import open_reader
from data.readers.face import ReadOptions, Rejection
from data.records import to_json
from data.store import Store
from embeddings.face import Encoder
from embeddings.lexical import LexicalIndex
from recommender.engine import Engine
from recommender.texts import TextIndex

LINES = 40
"""Records a bulk: a fraction of a second each, so that a kill meets one half done."""

EDITED_ONE_IN, DELETED_ONE_IN = 12, 30
SOURCE = "cli"
_TYPES: Mapping[type, str] = {
    Person: "person",
    Space: "space",
    Post: "post",
    Interaction: "interaction",
    Link: "link",
}


@dataclass(frozen=True, slots=True)
class Bulk:
    """One request's records, as objects and as lines.

    `posts`: its posts by id, with the id of the thread of each. `deleted`: ids of posts that it
    deletes; of a root, the thread goes along.
    """

    records: tuple[Record | Deletion, ...]
    lines: bytes
    posts: Mapping[str, str]
    deleted: frozenset[str]


def bulks_of(folder: Path, random: Random) -> list[Bulk]:
    """The records of a community, some posts edited in a later bulk, some deleted in another."""
    records: list[Record] = []
    for item in open_reader(folder, "auto", mapped=False).read(folder, ReadOptions((), None)):
        if not isinstance(item.record, Rejection):
            records.append(item.record)
    bulks: list[Bulk] = []
    edits: list[Record | Deletion] = []
    deletions: list[Record | Deletion] = []
    for start in range(0, len(records), LINES):
        part = records[start : start + LINES]
        bulks.append(_bulk([*part, *edits, *deletions]))
        posts = [record for record in part if isinstance(record, Post)]
        edits = [_edited(post) for post in posts if random.randrange(EDITED_ONE_IN) == 0]
        # An edit goes on ahead, so that what is deleted has several texts.
        deletions = [Deletion("post", p.id) for p in posts if random.randrange(DELETED_ONE_IN) == 0]
    bulks.append(_bulk([*edits, *deletions]))
    return [bulk for bulk in bulks if bulk.records]


def _edited(post: Post) -> Post:
    later = (post.updated or post.created) + timedelta(hours=1)
    return replace(post, body=f"{post.body} (mended)", updated=later)


def _bulk(records: Sequence[Record | Deletion]) -> Bulk:
    lines = [orjson.dumps(_line(record)) for record in records]
    posts = {r.id: r.thread or r.id for r in records if isinstance(r, Post)}
    deleted = frozenset(wish.id for wish in records if isinstance(wish, Deletion))
    return Bulk(tuple(records), b"\n".join(lines), posts, deleted)


def _line(record: Record | Deletion) -> dict[str, Any]:
    if isinstance(record, Deletion):
        return {"type": f"delete_{record.kind}", "id": record.id}
    return {"type": _TYPES[type(record)]} | to_json(record)


def differences(database: Path, folder: Path, bulks: Sequence[Bulk]) -> list[str]:
    """How `database` differs from one that took in the bulks and `folder` without a kill."""
    with tempfile.TemporaryDirectory() as scratch:
        clean = Store.open(f"sqlite:///{Path(scratch) / 'clean.db'}")
        for bulk in bulks:
            clean.apply(bulk.records)
        import_path(clean, folder, source=SOURCE)
        left = Store.open(f"sqlite:///{database}")
        told = _compared(_contents(left), _contents(clean))
        left.close()
        clean.close()
    return told


def _compared(left: Mapping[str, Counter[str]], clean: Mapping[str, Counter[str]]) -> list[str]:
    told = []
    for kind, wanted in clean.items():
        missing, extra = wanted - left[kind], left[kind] - wanted
        if missing or extra:
            told.append(f"{kind}: {missing.total()} are missing, {extra.total()} too many")
    return told


def _contents(store: Store) -> dict[str, Counter[str]]:
    """Everything that a store holds, with ids in the place of keys: these depend on the order."""
    changes = store.changes(0)
    keys = changes.posts[:, 0].tolist()
    ids = store.post_ids(keys) | {0: ""}
    people = {pk: person.id for pk, person in changes.people} | {0: ""}
    spaces = {pk: space.id for pk, space in changes.spaces} | {0: ""}
    posts = store.posts(keys)
    return {
        "people": Counter(repr(person) for _, person in changes.people),
        "spaces": Counter(repr(space) for _, space in changes.spaces),
        "posts": Counter(repr(post) for post in posts.values()),
        "places in threads": Counter(
            repr((ids[pk], ids[root], until, flags))
            for pk, _, _, root, _, until, flags, _ in changes.posts.tolist()
        ),
        "texts": Counter(
            repr((ids[post], since, until, kind, people[author], spaces[space], valid))
            for _, post, since, until, kind, author, space, valid in changes.versions.tolist()
        ),
        "interactions": Counter(
            repr((people[person], ids[post], kind, at, value))
            for _, person, post, kind, at, value in changes.interactions.tolist()
        ),
        "links": Counter(
            repr((ids[source], ids[target], kind, at))
            for _, source, target, kind, at in changes.links.tolist()
        ),
    }


def index_differences(database: Path, encoders: Mapping[str, Encoder]) -> list[str]:
    """How the indexes beside `database`, brought up to date, differ from ones built anew.

    The database is copied first; what lies there is left alone.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy.db"
        for part in database.parent.glob(f"{database.name}*"):
            if part.is_file():
                shutil.copy(part, copy.with_name(copy.name + part.name[len(database.name) :]))
        store = Store.open(f"sqlite:///{copy}")
        beside = database.with_name(database.name + ".index")
        kept = Path(scratch) / "index"
        if beside.is_dir():
            shutil.copytree(beside, kept)
        left, new = (Engine(store, encoders, folder) for folder in (kept, None))
        left.open_saved()
        left.sync()
        new.sync()
        texts = [post.body for post in store.posts(range(1, 400)).values() if post.body.strip()]
        told = _indexes_compared(store, left.texts, new.texts, texts)
        store.close()
    return told


def _indexes_compared(
    store: Store, left: TextIndex, new: TextIndex, texts: Sequence[str]
) -> list[str]:
    known = store.changes(0).versions[:, 0]
    # Beyond the last, too: what was deleted must not be held.
    rows = np.arange(int(known.max(initial=0)) + 2, dtype=np.int64)
    told = []
    for lane, index in new.dense.items():
        held = index.has(rows)
        if not np.array_equal(left.dense[lane].has(rows), held):
            told.append(f"the index {lane} holds other rows than one built anew")
        elif not np.array_equal(left.dense[lane].vectors(rows[held]), index.vectors(rows[held])):
            told.append(f"the index {lane} holds other vectors than one built anew")
        if not set(rows[held].tolist()) <= set(known.tolist()):
            told.append(f"the index {lane} holds texts that are gone")
    told += _words_compared("words", left.words, new.words, rows, texts)
    return told + _words_compared("titles", left.titles, new.titles, rows, texts)


def _words_compared(
    name: str, left: LexicalIndex, new: LexicalIndex, rows: Any, texts: Sequence[str]
) -> list[str]:
    if not np.array_equal(left.has(rows), new.has(rows)):
        return [f"the index of {name} holds other rows than one built anew"]
    if left.fit(None).to_bytes() != new.fit(None).to_bytes():
        return [f"the index of {name} counts other words than one built anew"]
    for text in texts:
        for here, there in zip(
            left.search(text, None, 20), new.search(text, None, 20), strict=True
        ):
            if not np.array_equal(here, there):
                return [f"the index of {name} finds other rows than one built anew"]
    return []
