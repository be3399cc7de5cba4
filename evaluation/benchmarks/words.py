"""Texts by their words, ours beside what one would use instead: agreement, masks, speed, changes.

In: texts. Out: figures of each engine, as plain data. Questions are the first words of texts that
are in the index too. "Agreement" is the share of an engine's first ten that our scoring puts as
high as our tenth: two rankings by BM25 differ where scores tie.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from embeddings.face import Mask, Rows

from .footprint import growth
from .paired import BATCH, Unsupported, against, fill, interleaved
from .word_engines import ENGINES, HERE, Here, K, Search, WordEngine, lacking

Figures = dict[str, Any]

SHARES = (1.0, 0.05, 0.005)
LENGTHS = (12, 200)
"""Words of a question: what one types, and a whole post."""

SINGLE = 20
_SEED = 3
_TIED = 1e-6


def measure(texts: Sequence[str], sizes: Sequence[int], asked: int, patience: float) -> Figures:
    """Figures of every engine at each of `sizes`, beginnings of `texts`.

    Parameters
    ----------
    asked : questions of each length.
    patience : seconds that an engine may take for the questions of one kind.
    """
    absent = {name: reason for name in ENGINES if (reason := lacking(name))}
    makers = {name: make for name, make in ENGINES.items() if name not in absent}
    measured = []
    for size in sizes:
        part = texts[:size]
        engines = {name: make() for name, make in makers.items()}
        built = fill(engines, part, HERE)
        random = np.random.default_rng(_SEED)
        found = []
        for share in SHARES:
            mask = None if share == 1.0 else random.random(size) < share
            if mask is not None and np.count_nonzero(mask) < K:
                continue
            for length in LENGTHS if mask is None else LENGTHS[:1]:
                questions = cut(part, length, asked)
                if questions:
                    figures = search(engines, part, questions, mask, patience)
                    entry = {"share": share, "words": length, "questions": len(questions)}
                    found.append({**entry, "ways": figures})
        changes = change(engines, size, cut(texts, LENGTHS[0], SINGLE))
        measured.append({"size": size, "build": built, "search": found, "changes": changes})
    return {
        "absent": absent,
        "sizes": measured,
        "ties": ties(makers),
        "bytes": _bytes(texts[: min(10_000, sizes[-1])], makers),
    }


def cut(texts: Sequence[str], length: int, most: int) -> list[str]:
    """The first `length` words of at most `most` texts that have as many, evenly taken."""
    places = np.linspace(0, len(texts) - 1, min(len(texts), 100 * most)).astype(int)
    split = (texts[place].split() for place in dict.fromkeys(places.tolist()))
    found = [" ".join(words[:length]) for words in split if len(words) >= length]
    return found[:: max(1, len(found) // most)][:most]


def search(
    engines: Mapping[str, WordEngine],
    texts: Sequence[str],
    questions: Sequence[str],
    mask: Mask | None,
    patience: float,
) -> Figures:
    """Agreement, influence of what is masked out, and time of every engine, asked in turns."""
    answers: dict[str, dict[int, Rows]] = {name: {} for name in engines}

    def asking(name: str, way: Search) -> Callable[[int], None]:
        def ask(place: int) -> None:
            answers[name][place] = way(questions[place])

        return ask

    ways = {name: asking(name, engine.asking(mask)) for name, engine in engines.items()}
    figures = against(interleaved(ways, range(len(questions)), patience), HERE)
    ours = engines[HERE]
    for name, found in answers.items():
        if isinstance(ours, Here):
            shares = [
                _agreed(ours, questions[place], answers[HERE][place], rows)
                for place, rows in found.items()
            ]
            figures[name]["agreement"] = float(np.mean(shares))
        if mask is not None:
            alone = _alone(name, engines[name], texts, mask)
            same = [np.array_equal(rows, alone(questions[place])) for place, rows in found.items()]
            figures[name]["uninfluenced"] = float(np.mean(same))
    return figures


def _agreed(ours: Here, question: str, first: Rows, other: Rows) -> float:
    if not len(first):
        return float(not len(other))
    scores = ours.index.scores(question, first, statistics=ours.statistics)
    least = float(scores.min()) - _TIED
    theirs = ours.index.scores(question, other, statistics=ours.statistics)
    return float(np.count_nonzero(theirs >= least)) / len(first)


def _alone(name: str, engine: WordEngine, texts: Sequence[str], mask: Mask) -> Search:
    """As `engine` searches that holds the allowed texts and no other."""
    other = ENGINES[name]()
    rows = np.flatnonzero(mask)
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        other.add(part, [texts[row] for row in part.tolist()])
    other.finish()
    if isinstance(other, Here) and isinstance(engine, Here):
        # Ours are frozen, from what all may read, whatever the viewer may.
        other.statistics = engine.statistics
    return other.asking(None)


def change(engines: Mapping[str, WordEngine], size: int, more: Sequence[str]) -> Figures:
    """Add texts one by one, each then asked for; remove them again, each then asked for."""
    found = {name: [False] * len(more) for name in engines}
    cannot: dict[str, dict[str, str]] = {"add": {}, "remove": {}}

    def adding(name: str, engine: WordEngine) -> Callable[[int], None]:
        def add(place: int) -> None:
            row = size + place
            try:
                # A word that no other text has tells it from a text that says the same.
                engine.add(np.array([row]), [f"{more[place]} added{place}"])
                found[name][place] = row in engine.asking(None)(f"added{place} {more[place]}")
            except Unsupported as reason:
                cannot["add"][name] = str(reason)

        return add

    def removing(name: str, engine: WordEngine) -> Callable[[int], None]:
        def remove(place: int) -> None:
            try:
                engine.remove(size + place)
            except Unsupported as reason:
                cannot["remove"][name] = str(reason)

        return remove

    turns, figures = range(len(more)), Figures(cannot=cannot)
    if not more:
        return figures
    for key, doing in (("add", adding), ("remove", removing)):
        ways = {name: doing(name, engine) for name, engine in engines.items()}
        seconds = interleaved(ways, turns, np.inf, warm=False)
        able = {name: spent for name, spent in seconds.items() if name not in cannot[key]}
        figures[key] = against(able, HERE)
        for name in able:
            if key == "remove":
                way = engines[name].asking(None)
                found[name] = [
                    size + place in way(f"added{place} {more[place]}") for place in turns
                ]
            figures[key][name]["found"] = float(np.mean(found[name]))
    return figures


def ties(makers: Mapping[str, Callable[[], WordEngine]]) -> dict[str, float]:
    """Share of answers that are the same rows in the same order whichever way rows were put.

    500 texts, each of 25 twenty times over, asked for each of these.
    """
    texts = [f"lamp{n % 25} shelf stands in store number{n % 25}" for n in range(500)]
    rows = np.random.default_rng(_SEED).permutation(len(texts))
    found = {}
    for name, make in makers.items():
        answers = []
        for order in (np.arange(len(texts)), np.arange(len(texts))[::-1]):
            engine = make()
            engine.add(rows[order], [texts[place] for place in order.tolist()])
            engine.finish()
            way = engine.asking(None)
            answers.append([way(text).tolist() for text in texts[:25]])
        found[name] = float(np.mean([a == b for a, b in zip(*answers, strict=True)]))
    return found


def _bytes(texts: Sequence[str], makers: Mapping[str, object]) -> dict[str, float | None]:
    """Bytes of memory that each engine takes a text."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.json", Path(folder) / "many.json"
        few.write_bytes(orjson.dumps(list(texts[:100])))
        many.write_bytes(orjson.dumps(list(texts)))
        grown = {name: growth(filled, name, few, many) for name in makers}
    return {n: None if size is None else size / len(texts) for n, size in grown.items()}


def filled(name: str, file: Path) -> WordEngine:
    """The engine `name` with the texts of `file`."""
    texts: list[str] = orjson.loads(file.read_bytes())
    engine = ENGINES[name]()
    fill({HERE: engine}, texts, HERE)
    return engine
