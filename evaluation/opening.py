"""A history opened for replay: imported or copied, embedded, and learned up to the window.

In: an export, or the URL of the database that is open. Out: `Opened`, with an engine that knows
nothing dated in the window or after it. What is learned for a replay is learned in a copy, so
that a server on the real database never answers by it.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from data.copies import copy_database
from data.importing import import_path
from data.models import Post
from data.store import Store
from embeddings.face import Encoder
from embeddings.registry import open_encoder
from evaluation.archive import Archive, KeptEncoder
from evaluation.journal import Progress
from evaluation.protocol import Split, split
from evaluation.vectors import CachedEncoder, cache_folder
from recommender.engine import Engine
from recommender.settings import EngineSettings

WORKING_COPY, COPY = "replay", "copy"


@dataclass(slots=True)
class Opened:
    """A history and an engine on it.

    `window`: train, validation or test, the part that is measured; `starts` is when it opens.
    `encoder`: MiniLM, for the baselines, with the store's vectors behind it.
    """

    store: Store
    engine: Engine
    archive: Archive
    parts: Split
    window: str
    starts: datetime
    encoder: Encoder
    learned: bool = False

    def learn(self, tell: Progress) -> None:
        """Fit the engine on what came before the window, once: before anything is asked of it."""
        if not self.learned:
            tell("learning", 0, 1)
            self.engine.learn(until=self.starts, now=self.starts)
            self.learned = True

    def bodies(self, posts: Iterable[Post]) -> Iterator[str]:
        """What `posts` say, read as it is asked for."""
        return self.archive.bodies(post.id for post in posts)


@contextmanager
def opened(
    path: Path | None,
    database_url: str,
    window: str,
    folder: Path | None,
    settings: EngineSettings,
    tell: Progress,
) -> Iterator[Opened | None]:
    """Open the export at `path`, or the database; None where there is no thread in the window.

    Parameters
    ----------
    folder : where the working copy lies; of an export until `dispose`, so that an interrupted
        import goes on, of the database as long as this. None: somewhere that lasts no longer.
    settings : which encoders; an index folder is that of the database.

    Raises
    ------
    UnreadableSource, StoreError : as importing and opening raise them.
    """
    with tempfile.TemporaryDirectory(prefix="whoknows-replay-") as scratch, ExitStack() as stack:
        place = folder or Path(scratch)
        stack.callback(_forget_copy, path, place)
        store = _store(path, database_url, place, settings, tell)
        try:
            tell("reading", 0, 1)
            engine = Engine.open(store, replace(settings, index_folder=None), progress=tell)
            archive = Archive(store)
            parts = split(archive.records())
            starts = parts.starts(window)
            if starts is None:
                yield None
                return
            with _encoder() as cached:
                kept = KeptEncoder(store, cached)
                yield Opened(store, engine, archive, parts, window, starts, kept)
        finally:
            store.close()


def _forget_copy(path: Path | None, folder: Path) -> None:
    """Delete the copy of the database: it is made anew each time, and holds everybody's texts."""
    if path is None:
        dispose(folder, COPY)


def dispose(folder: Path, which: str = "*") -> None:
    """Delete the working copies that `opened` left in `folder`."""
    for file in folder.glob(f"{WORKING_COPY}-{which}.db*"):
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


def _store(
    path: Path | None, database_url: str, folder: Path, settings: EngineSettings, tell: Progress
) -> Store:
    """The store to work on, ours to write to."""
    folder.mkdir(parents=True, exist_ok=True)
    if path is not None:
        # Another export in the same folder must not be mixed into what was begun.
        store = Store.open(f"sqlite:///{folder / f'{WORKING_COPY}-{_stamp(path)}.db'}")
        try:
            import_path(store, path, on_progress=lambda n, m: tell("importing", n, m or n))
        except BaseException:
            store.close()
            raise
        return store
    store = Store.open(database_url)
    copy = folder / f"{WORKING_COPY}-{COPY}.db"
    try:
        tell("copying", 0, 1)
        live, indexes = store.database.path, settings.index_folder
        if indexes is None and live is not None:
            indexes = live.with_name(live.name + ".index")
        copy_database(store, copy, indexes)
    finally:
        store.close()
    return Store.open(f"sqlite:///{copy}")


def _stamp(path: Path) -> str:
    """What tells an export from others, and from what it was before it changed."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    told = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape"))
    for file in files:
        if file.exists():
            told.update(f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}\n".encode())
    return told.hexdigest()[:16]


@contextmanager
def _encoder() -> Iterator[CachedEncoder]:
    encoder = CachedEncoder(open_encoder("minilm"), cache_folder())
    try:
        yield encoder
    finally:
        encoder.close()
