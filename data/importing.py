"""An export into the store: renamed, written in batches, embedded as it goes, resumable.

Every batch is durable before the next is read. An import that was cut off goes on behind the
last batch that it noted; a batch written twice changes nothing.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from .errors import UnreadableSource
from .identity import Identities, read_people_map
from .models import Interaction, Link, Person, Post, Record
from .provenance import Completion, Provenance
from .readers.archives import Unpacked
from .readers.detect import open_reader
from .readers.face import DELETED, Item, Reader, ReadOptions, Rejection
from .readers.mapping import read_mapping
from .rows import interaction_row
from .runs import ImportRun
from .store import Store
from .times import zone_of

BATCH = 1_000
"""Records a transaction: large enough to be fast, small enough to lose little."""

SOURCE_NAME = re.compile(r"[\w.-]{1,64}")

KIND_NAMES = {
    "Person": "people",
    "Space": "spaces",
    "Post": "posts",
    "Interaction": "interactions",
    "Link": "links",
}

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: accepted records by kind, what it refused, what a snapshot deleted.

    `resumed_from`: how many records an earlier, interrupted run had taken in. `kept_back`: why a
    snapshot deleted nothing, if so. `unknown_zones`: names of time zones that are none, and of how
    many people; these are taken in all the same, without a clock.
    """

    format: str
    accepted: dict[str, int]
    rejections: list[Rejection]
    deleted: dict[str, int]
    resumed_from: int
    kept_back: str | None = None
    unknown_zones: dict[str, int] = field(default_factory=dict)


def import_path(
    store: Store,
    path: Path,
    *,
    format: str = "auto",
    source: str | None = None,
    snapshot: bool = False,
    people_map: Path | None = None,
    match_email: bool = False,
    include_private: tuple[str, ...] = (),
    mapping: Path | None = None,
    on_progress: Progress | None = None,
    embed: Callable[[], None] | None = None,
) -> ImportReport:
    """Import the export at `path`; `embed` is called after every batch.

    `on_progress` is told (records done, records in all or None). `mapping`: which column of a CSV
    means what (`data.readers.mapping`).

    Raises
    ------
    UnreadableSource : no such path, an unknown format, an unsafe archive, a malformed option.
    StoreError : the database failed; what was acknowledged before stays.
    """
    if source is not None and not SOURCE_NAME.fullmatch(source):
        raise UnreadableSource(
            f"--source {source!r}: use letters, digits, '.', '-' and '_', at most 64"
        )
    reader = open_reader(path, format, mapped=mapping is not None)
    options = ReadOptions(include_private, mapping)
    same_people = read_people_map(people_map) if people_map else {}
    by_email = store.people_by_email() if match_email else {}
    names = Identities(source, same_people, by_email)
    stated = [reader.name, source, snapshot, same_people, match_email, include_private]
    if mapping is not None:
        stated.append(repr(read_mapping(mapping)))
    run = store.begin_run(_fingerprint(path, reader, stated))
    origin = f"import:{source or ''}"
    importer = _Importer(store, names, store.provenance(origin, run.number), run)
    total = reader.size(path)
    if match_email:
        # Members of spaces and managers are named before the record that bears their address.
        for item in reader.read(path, options):
            if isinstance(item.record, Post):
                break
            if isinstance(item.record, Person):
                names.match(item.record)
    if embed is not None:
        # An earlier run may have been cut off between writing and embedding.
        embed()
    for batch in _batches(reader.read(path, options)):
        if importer.take(batch) and embed is not None:
            embed()
        if on_progress is not None:
            on_progress(importer.seen, total)
    rejections = store.rejections(run.number)
    deleted: dict[str, int] = {}
    kept_back = None
    if snapshot and any(r.id is None for r in rejections):
        # What could not be read may be what would be missed.
        kept_back = "parts of the export could not be read, so nothing was deleted"
    elif snapshot:
        spared = [
            name
            for r in rejections
            if r.reason != DELETED
            for name in (names.of(r.id), names.person(r.id))
            if name
        ]
        deleted = store.sweep(origin, run.number, spared)
    importer.finish()
    return ImportReport(
        format=reader.name,
        accepted={name: importer.counts.get(name, 0) for name in KIND_NAMES.values()},
        rejections=rejections,
        deleted=deleted,
        resumed_from=run.position,
        kept_back=kept_back,
        unknown_zones=dict(importer.unknown_zones),
    )


class _Importer:
    """Writes batches of one import and notes how far it came."""

    def __init__(
        self, store: Store, names: Identities, provenance: Provenance, run: ImportRun
    ) -> None:
        self.store = store
        self.names = names
        self.provenance = provenance
        self.run = run
        self.seen = 0
        self.counts = Counter(run.counts)
        self.unknown_zones: Counter[str] = Counter()

    def take(self, batch: list[Item]) -> bool:
        """Write a batch; False if an earlier run had it already."""
        start, self.seen = self.seen, self.seen + len(batch)
        if self.seen <= self.run.position:
            for item in batch:
                self._skip(item)
            return False
        for item in batch[: max(self.run.position - start, 0)]:
            self._skip(item)
        items = batch[max(self.run.position - start, 0) :]
        refused = [item.record for item in items if isinstance(item.record, Rejection)]
        good = [(item, item.record) for item in items if not isinstance(item.record, Rejection)]
        records = [self._renamed(record) for _, record in good]
        verdicts = self.store.write(records, self.provenance)
        for (item, record), reason in zip(good, verdicts, strict=True):
            if reason is None:
                self.counts[KIND_NAMES[type(record).__name__]] += 1
                zone = record.timezone if isinstance(record, Person) else None
                if zone and zone_of(zone) is None:
                    self.unknown_zones[zone] += 1
            else:
                refused.append(Rejection(item.file, item.line, _name(record), reason))
        self.store.save_run(ImportRun(self.run.number, self.seen, self.counts), refused)
        return True

    def _renamed(self, record: Record) -> Record | Completion:
        renamed = self.names.rename(record)
        if isinstance(record, Person) and isinstance(renamed, Person):
            return Completion(renamed) if record.id in self.names.joined else renamed
        return renamed

    def _skip(self, item: Item) -> None:
        """Count what the earlier run counted: who is who, and equal anonymous votes."""
        if isinstance(item.record, Rejection):
            return
        record = self.names.rename(item.record)
        if isinstance(record, Interaction) and record.person is None:
            self.provenance.occurrences[interaction_row(record, 0)["key"]] += 1

    def finish(self) -> None:
        """Note that the import is whole."""
        run = ImportRun(self.run.number, self.seen, self.counts)
        self.store.save_run(replace(run), done=True)


def _name(record: Record) -> str:
    """What a refused record is known by; None would say that it could not be read."""
    if isinstance(record, Interaction):
        return f"{record.person or 'somebody'} {record.kind} {record.post}"
    if isinstance(record, Link):
        return f"{record.source} {record.kind} {record.target}"
    return record.id


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _fingerprint(path: Path, reader: Reader, stated: object) -> str:
    """What makes an interrupted import the same as this one: the files, and the options.

    Only files that are read: the database may lie beside them, and changes with each batch.
    """
    files = Unpacked(path).files()
    read = [at for name, at in files if path.is_file() or reader.wants(name)]
    stamps = [[str(at), at.stat().st_size, at.stat().st_mtime_ns] for at in read]
    whole = orjson.dumps([str(path.absolute()), stated, stamps], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(whole).hexdigest()
