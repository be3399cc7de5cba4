"""Nearest vectors, ours beside what one would use instead: recall, masks, speed, changes.

In: unit vectors and queries. Out: figures of each engine, as plain data. Truth is the float32 scan;
of vectors that tie with the tenth any is right.
"""

import contextlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import StoreError
from embeddings.face import Mask, Rows, Vectors

from . import vector_server
from .footprint import growth
from .paired import Unsupported, against, fill, interleaved
from .pgserver import NoServer
from .vector_engines import ENGINES, GRAPHS, HERE, SCAN, K, Search, VectorEngine, lacking

Figures = dict[str, Any]

SHARES = (1.0, 0.5, 0.05, 0.005)
"""Parts of the rows that a mask allows, drawn at random."""

SINGLE = 40
"""Rows that are added, and removed, one by one."""

_TIED = 1e-6
_SEED = 3


def measure(
    vectors: Vectors, queries: Vectors, sizes: Sequence[int], graphs: int, patience: float
) -> Figures:
    """Figures of every engine at each of `sizes`, beginnings of `vectors`.

    Parameters
    ----------
    graphs : vectors of which graphs are built at most; on the server a quarter as many.
    patience : seconds that an engine may take for the questions of one kind.
    """
    absent = {name: reason for name in ENGINES if (reason := lacking(name))}
    with contextlib.ExitStack() as stack:
        more: dict[str, Callable[[int], VectorEngine]] = {}
        try:
            store = stack.enter_context(vector_server.running())
            for name in (vector_server.EXACT, vector_server.GRAPH):
                graph = name == vector_server.GRAPH
                more[name] = partial(vector_server.ServerVectors, store, graph)
        except (NoServer, StoreError) as reason:
            absent |= {vector_server.EXACT: str(reason), vector_server.GRAPH: str(reason)}
        makers = {**{n: make for n, make in ENGINES.items() if n not in absent}, **more}
        limits = {**dict.fromkeys(GRAPHS, graphs), **dict.fromkeys(more, graphs // 4)}
        measured = []
        for size in sizes:
            skipped = {n: f"over {m:,} not tried" for n, m in limits.items() if size > m}
            chosen = {name: make for name, make in makers.items() if name not in skipped}
            found = _at(vectors[:size], vectors[size:], queries, chosen, patience)
            measured.append({"size": size, "skipped": skipped, **found})
        return {
            "absent": absent,
            "sizes": measured,
            "ties": ties(makers, vectors.shape[1]),
            "bytes": _bytes(vectors[: min(10_000, sizes[-1])], absent),
        }


def _at(
    vectors: Vectors,
    spare: Vectors,
    queries: Vectors,
    makers: Mapping[str, Callable[[int], VectorEngine]],
    patience: float,
) -> Figures:
    with contextlib.ExitStack() as stack:
        engines = {name: make(vectors.shape[1]) for name, make in makers.items()}
        for engine in engines.values():
            stack.callback(engine.close)
        built = fill(engines, vectors, HERE)
        random = np.random.default_rng(_SEED)
        asked = []
        for share in SHARES:
            mask = None if share == 1.0 else random.random(len(vectors)) < share
            if mask is None or mask.any():
                figures = search(engines, vectors, queries, mask, patience)
                asked.append({"share": share, "ways": figures})
        more = spare[:SINGLE] if len(spare) >= SINGLE else queries[:SINGLE]
        disk = {
            name: engine.disk() / len(vectors)
            for name, engine in engines.items()
            if isinstance(engine, vector_server.ServerVectors)
        }
        changes = change(engines, vectors, more)
        return {"build": built, "disk": disk, "search": asked, "changes": changes}


def search(
    engines: Mapping[str, VectorEngine],
    vectors: Vectors,
    queries: Vectors,
    mask: Mask | None,
    patience: float,
) -> Figures:
    """Recall and time of every way, asked in turns."""
    ways: dict[str, Search] = {}
    for name, engine in engines.items():
        ways |= {name + more: way for more, way in engine.asking(mask).items()}
    answers: dict[str, dict[int, Rows]] = {name: {} for name in ways}

    def asking(name: str, way: Search) -> Callable[[int], None]:
        def ask(place: int) -> None:
            answers[name][place] = way(queries[place])

        return ask

    seconds = interleaved(
        {name: asking(name, way) for name, way in ways.items()}, range(len(queries)), patience
    )
    figures = against(seconds, HERE)
    limit = against({SCAN: seconds[SCAN], **seconds}, SCAN)
    allowed = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
    truth = [_tenth(vectors, allowed, query) for query in queries]
    for name, found in answers.items():
        shares = [
            _right(rows, vectors, queries[place], *truth[place]) for place, rows in found.items()
        ]
        figures[name]["recall"] = float(np.mean(shares))
        figures[name]["times_scan"] = limit[name]["times_ours"]
    return figures


def _tenth(vectors: Vectors, allowed: Rows, query: Vectors) -> tuple[float, int]:
    """The score of the last that belongs to the `K` nearest, and how many they are."""
    scores = vectors[allowed] @ query
    few = min(K, len(scores))
    return float(np.partition(scores, len(scores) - few)[len(scores) - few]), few


def _right(rows: Rows, vectors: Vectors, query: Vectors, least: float, few: int) -> float:
    known = np.unique(rows[rows < len(vectors)])[:K]
    return float(np.count_nonzero(vectors[known] @ query >= least - _TIED)) / few


def change(engines: Mapping[str, VectorEngine], vectors: Vectors, more: Vectors) -> Figures:
    """Add rows one by one, each then asked for; remove them again, each then asked for."""
    found = {name: [False] * len(more) for name in engines}
    again = {name: [False] * len(more) for name in engines}
    cannot: dict[str, str] = {}

    def first(engine: VectorEngine) -> Search:
        return next(iter(engine.asking(None).values()))

    def adding(name: str, engine: VectorEngine) -> Callable[[int], None]:
        def add(place: int) -> None:
            row = len(vectors) + place
            engine.add(np.array([row]), more[place : place + 1])
            found[name][place] = row in first(engine)(more[place])

        return add

    def removing(name: str, engine: VectorEngine) -> Callable[[int], None]:
        def remove(place: int) -> None:
            try:
                engine.remove(len(vectors) + place)
            except Unsupported as reason:
                cannot[name] = str(reason)

        return remove

    turns = range(len(more))
    named = engines.items()
    added = interleaved({n: adding(n, e) for n, e in named}, turns, np.inf, warm=False)
    removed = interleaved({n: removing(n, e) for n, e in named}, turns, np.inf, warm=False)
    for name, engine in named:
        way = first(engine)
        again[name] = [len(vectors) + place in way(more[place]) for place in turns]
    return {
        "added": _with(against(added, HERE), "found", found),
        "removed": _with(
            against({n: s for n, s in removed.items() if n not in cannot}, HERE), "found", again
        ),
        "cannot_remove": cannot,
    }


def _with(figures: Figures, key: str, values: Mapping[str, Sequence[bool]]) -> Figures:
    for name, entry in figures.items():
        entry[key] = float(np.mean(values[name]))
    return figures


def ties(makers: Mapping[str, Callable[[int], VectorEngine]], dim: int) -> dict[str, float]:
    """Share of answers that are the same rows in the same order whichever way rows were put.

    2,000 vectors, of which 600 are 30 vectors twenty times over; asked for each of these.
    """
    random = np.random.default_rng(_SEED)
    vectors = random.standard_normal((2_000, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[:600] = np.repeat(vectors[:30], 20, axis=0)
    rows = random.permutation(len(vectors))
    orders = (np.arange(len(vectors)), np.arange(len(vectors))[::-1])
    found = {}
    for name, make in makers.items():
        answers: list[list[list[int]]] = []
        for order in orders:
            engine = make(dim)
            try:
                engine.add(rows[order], vectors[order])
                engine.finish()
                way = next(iter(engine.asking(None).values()))
                answers.append([way(query).tolist() for query in vectors[:600:20]])
            finally:
                engine.close()
        found[name] = float(np.mean([a == b for a, b in zip(*answers, strict=True)]))
    return found


def _bytes(vectors: Vectors, absent: Mapping[str, str]) -> dict[str, float | None]:
    """Bytes of memory that each engine in this process takes a vector."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.npy", Path(folder) / "many.npy"
        np.save(few, vectors[:100])
        np.save(many, vectors)
        grown = {n: growth(filled, n, few, many) for n in ENGINES if n not in absent}
    return {n: None if size is None else size / len(vectors) for n, size in grown.items()}


def filled(name: str, file: Path) -> VectorEngine:
    """The engine `name` with the vectors of `file`, which are not read into memory at once."""
    vectors = np.load(file, mmap_mode="r")
    engine = ENGINES[name](vectors.shape[1])
    fill({HERE: engine}, vectors, HERE)
    return engine
