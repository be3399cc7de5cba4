"""The first posts of a community as a database of their own, with vectors that are kept already.

In: an embedded database. Out: a folder with the slice as a community folder, its database and
indexes, and what the import cost. Times are moved by whole weeks so that the slice's last post is
of the last seven days: feeds and activity look at the clock.
"""

import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import orjson

from data.importing import import_path
from data.models import INTERACTION_KINDS, LINK_KINDS, Interaction, Link, Record
from data.reading import HUSK, OUTCOMES, Changes, Ints
from data.records import to_json
from data.rows import from_us
from data.sample import shifted, weeks_until
from data.store import Store
from embeddings.face import Encoder, Vectors
from evaluation.archive import CHUNK, KeptEncoder
from evaluation.benchmarks.machine import load
from evaluation.conditions import commit
from recommender.encoders import open_encoders
from recommender.engine import Engine
from recommender.settings import EngineSettings

DATABASE = "whoknows.db"
COMMUNITY = "community"
MADE = "made.json"


@dataclass(frozen=True, slots=True)
class Made:
    """What a slice holds and what its import cost; bytes, and seconds of the processor, which
    other work on the machine moves least.

    `import_s`: reading, checking and storing. `vectors_s`: beside it, keeping vectors that are
    known and taking them and the words into the indexes. `save_s`: saving the indexes. `whole_s`:
    all of it, of wall time; `load`: of the machine before and after.
    `peak_bytes`: the most that the importing process held. `encoded`: texts whose vectors the
    source did not have, so that their encoding is in `vectors_s`.
    """

    posts: int
    roots: int
    people: int
    import_s: float
    vectors_s: float
    save_s: float
    whole_s: float
    load: tuple[float, float]
    peak_bytes: int
    encoded: int
    database_bytes: int
    index_bytes: int
    commit: str | None


def made_slice(source: Path, size: int, folder: Path, now: datetime) -> Made:
    """The slice of the first `size` posts of `source` in `folder`, made unless it is there.

    `size` beyond what there is: all of it. One cut off half made is begun anew, so that its
    times are of one run.
    """
    noted = folder / MADE
    if not noted.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Processes of their own, so that the importer's memory is the importer's.
        with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
            processes.submit(write_slice, source, size, folder / COMMUNITY, now).result()
            made = processes.submit(import_slice, source, folder).result()
        noted.write_bytes(orjson.dumps(asdict(made), option=orjson.OPT_INDENT_2))
    return Made(**orjson.loads(noted.read_bytes()))


def write_slice(source: Path, size: int, folder: Path, now: datetime) -> None:
    """Write the first `size` posts in time, and whatever belongs to them, as a community folder.

    Without posts whose author or text is gone.
    """
    store = Store.open(f"sqlite:///{source}")
    changes = store.changes(0)
    posts = changes.posts
    whole = posts[(posts[:, 1] > 0) & (posts[:, 6] & HUSK == 0)]
    chosen = whole[np.lexsort((whole[:, 0], whole[:, 2]))][:size]
    last = from_us(int(chosen[-1, 2]))
    weeks = weeks_until(last, now)
    folder.mkdir(exist_ok=True)
    authors = {pk: person.id for pk, person in changes.people}
    ids = store.post_ids(chosen[:, 0].tolist())
    acts = list(_interactions(changes, ids, authors, int(chosen[-1, 2])))
    here = {authors[key] for key in np.unique(chosen[:, 1]).tolist()}
    here |= {act.person for act in acts if act.person is not None}
    people = [person for _, person in changes.people if person.id in here]
    _write(folder / "people.jsonl", people, weeks)
    _write(folder / "spaces.jsonl", [space for _, space in changes.spaces], weeks)
    _write(folder / "posts.jsonl", _posts(store, chosen[:, 0].tolist()), weeks)
    _write(folder / "interactions.jsonl", acts, weeks)
    _write(folder / "links.jsonl", _links(changes, ids, int(chosen[-1, 2])), weeks)
    store.close()


def _posts(store: Store, keys: Sequence[int]) -> Iterator[Record]:
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        found = store.posts(part)
        yield from (found[key] for key in part)


def _interactions(
    changes: Changes, ids: dict[int, str], people: dict[int, str], until: int
) -> Iterator[Interaction]:
    for _, person, post, kind, at, value in _within(changes.interactions, 2, ids, until):
        yield Interaction(
            people.get(person),
            ids[post],
            INTERACTION_KINDS[kind],
            None if at < 0 else from_us(at),
            OUTCOMES[value - 1] if value else None,
        )


def _links(changes: Changes, ids: dict[int, str], until: int) -> Iterator[Link]:
    for _, source, target, kind, at in _within(changes.links, 1, ids, until):
        if target in ids:
            yield Link(ids[source], ids[target], LINK_KINDS[kind], None if at < 0 else from_us(at))


def _within(rows: Ints, column: int, ids: dict[int, str], until: int) -> Iterator[list[int]]:
    for row in rows.tolist():
        if row[column] in ids and row[4] <= until:
            yield row


def _write(path: Path, records: Iterable[Record], weeks: int) -> None:
    with path.open("wb") as file:
        for record in records:
            file.write(orjson.dumps(shifted(to_json(record), weeks)) + b"\n")


class _Counting:
    """An encoder that counts what it is given."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.fingerprint = encoder.fingerprint
        self.dim = encoder.dim
        self.count = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`."""
        self.count += len(texts)
        return self._encoder.encode(texts)


def import_slice(source: Path, folder: Path) -> Made:
    """Import the community folder of a slice into a new database, with the source's vectors."""
    path, index = folder / DATABASE, folder / f"{DATABASE}.index"
    for leftover in (*folder.glob(f"{DATABASE}*"), *index.glob("*/*")):
        if leftover.is_file():
            leftover.unlink()
    kept, store = Store.open(f"sqlite:///{source}"), Store.open(f"sqlite:///{path}")
    opened = open_encoders(EngineSettings())
    counting = {name: _Counting(encoder) for name, encoder in opened.items()}
    encoders = {name: KeptEncoder(kept, encoder) for name, encoder in counting.items()}
    engine = Engine(store, encoders, index)
    before, begun = load(), time.perf_counter()
    spent = 0.0

    def follow() -> None:
        nonlocal spent
        begun = time.process_time()
        engine.sync()
        engine.settle()
        spent += time.process_time() - begun

    used = time.process_time()
    import_path(store, folder / COMMUNITY, embed=follow)
    taken = time.process_time()
    engine.close()
    saved = time.process_time()
    whole = time.perf_counter() - begun
    counts = store.counts()
    # The last connection to close takes what stands in the log into the file.
    store.close()
    kept.close()
    return Made(
        posts=counts["posts"],
        roots=counts["roots"],
        people=counts["people"],
        import_s=taken - used - spent,
        vectors_s=spent,
        save_s=saved - taken,
        whole_s=whole,
        load=(before, load()),
        peak_bytes=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        encoded=sum(encoder.count for encoder in counting.values()),
        database_bytes=path.stat().st_size,
        index_bytes=sum(file.stat().st_size for file in index.rglob("*") if file.is_file()),
        commit=commit(),
    )
