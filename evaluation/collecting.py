"""A community's questions as a ranker sees them: examples of two windows, kept for the next run.

In: a community folder (any export), or the file of examples that an earlier run left. Out:
`Collected`. The test window is never looked at: everything is seen as it stood when that opens.
"""

import hashlib
from contextlib import closing
from dataclasses import astuple, dataclass, fields, replace
from functools import cache
from pathlib import Path

import numpy as np

from data.errors import UnreadableSource
from data.rows import from_us, to_us
from data.store import Store
from embeddings.statistics import Statistics
from evaluation.archive import Archive
from evaluation.arrays import joined, kept_arrays
from evaluation.caveats import caveats_of
from evaluation.conditions import HOME
from evaluation.journal import Progress
from evaluation.opening import Opened, opened
from evaluation.protocol import evenly
from evaluation.summary import database_of, name_of
from recommender.fitting import APRIORI, Example
from recommender.frames import Frames
from recommender.pace import Pace
from recommender.parts import Parts
from recommender.ranker import SIGNALS, Ranker, default_ranker
from recommender.settings import EngineSettings
from recommender.training import EARLY, LABEL_US, example_of, frames_of, questions_of
from recommender.view import View, view_of

MOST_TRAIN, MOST_VALIDATION = 900, 800
"""Questions a window at most, drawn evenly, so that no community outweighs the others by much."""

WINDOW = "validation"
SUFFIX = ".npz"

FLOORS = ("data", "embeddings", "recommender")
AFTERWARDS = ("fitting.py", "learning.py")
"""Files under FLOORS that only work on examples: they may change, and the examples stand."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The examples of one community, in order of time.

    Attributes
    ----------
    key : of data, code and caps; other examples would come of another.
    fingerprint : of the data alone, as in replay's reports.
    flattered : whether it is a Stack Exchange site (PROTOCOL.md, leak 9).
    lacking : texts that were not embedded.
    """

    name: str
    key: str
    fingerprint: str
    flattered: bool
    lacking: int
    train: tuple[Example, ...]
    validation: tuple[Example, ...]


def collected(source: Path, keep: Path, tell: Progress) -> Collected:
    """The examples of the export at `source`, or those in the file `source` (.npz).

    The database and the examples of an export are kept in `keep`. It is imported there if that
    was not done; all else is done on a copy.

    Raises
    ------
    UnreadableSource : no such export or file, or too little history for a validation window.
    """
    if source.suffix == SUFFIX:
        return read(source)
    url = database_of(source, keep)
    with closing(Store.open(url)) as store:
        # Importing the same again moves the store's own numbers, not its fingerprint.
        about = (Archive(store).fingerprint(), code(), MOST_TRAIN, MOST_VALIDATION)
    key = hashlib.sha256(repr(about).encode()).hexdigest()
    file = keep / f"{name_of(source)}{SUFFIX}"
    if file.exists():
        kept = read(file)
        if kept.key == key:
            return kept
    with opened(None, url, WINDOW, None, EngineSettings(), tell) as history:
        if history is None:
            raise UnreadableSource(f"{source}: no thread in it; it teaches nothing")
        made = replace(examples_in(history, tell), name=name_of(source), key=key)
    write(made, file)
    return made


@cache
def code() -> str:
    """A hash of the code that examples depend on."""
    told = hashlib.sha256()
    for floor in FLOORS:
        for file in sorted((HOME / floor).rglob("*.py")):
            if file.name not in AFTERWARDS:
                told.update(file.relative_to(HOME).as_posix().encode() + b"\0" + file.read_bytes())
    return told.hexdigest()[:16]


def candidate_ranker() -> Ranker:
    """What chooses the candidates of an example: it must not hang on what is fitted from them."""
    return replace(default_ranker(), weights=APRIORI, pairs={})


@dataclass(frozen=True, slots=True)
class Windows:
    """A history as it stood when the test window opened, and the questions in it by window.

    `statistics` of the corpus and `frames` are fitted on what came before the validation window,
    and frozen.
    """

    parts: Parts
    view: View
    statistics: Statistics
    frames: Frames
    train: tuple[int, ...]
    validation: tuple[int, ...]


def windows_of(history: Opened) -> Windows:
    """Keys of the questions from 30 to 60 % of the threads, and from 60 to 80 %.

    Each question's labels are whole when its window ends.
    """
    engine, split = history.engine, history.parts
    parts = engine.parts
    starts, ends = to_us(history.starts), to_us(split.ends(WINDOW) or history.starts)
    seen = [
        view_of(
            engine.past.of(engine.community, engine.store, from_us(at)),
            None,
            from_us(at),
            from_us(at),
        )
        for at in (starts, ends)
    ]
    begins = to_us(split.roots[int(len(split.roots) * EARLY)].created)
    keys = questions_of(seen[1], ends)
    created = engine.community.posts["created"][keys]
    train = keys[(created >= begins) & (created + LABEL_US <= starts)]
    return Windows(
        parts=parts,
        view=seen[1],
        statistics=engine.texts.words.fit(seen[0].counted),
        frames=frames_of(parts, seen[0]),
        train=evenly(train.tolist(), MOST_TRAIN),
        validation=evenly(keys[created >= starts].tolist(), MOST_VALIDATION),
    )


def examples_in(history: Opened, tell: Progress) -> Collected:
    """The examples of an opened history; without a name and a key."""
    windows = windows_of(history)
    ranker = candidate_ranker()
    total = len(windows.train) + len(windows.validation)
    found: list[list[Example]] = []
    done = 0
    for keys in (windows.train, windows.validation):
        found.append([])
        for key in keys:
            example = example_of(
                windows.parts, windows.view, key, windows.statistics, ranker, windows.frames
            )
            if example is not None:
                found[-1].append(example)
            done += 1
            tell("examples", done, total)
    return Collected(
        name="",
        key="",
        fingerprint=history.archive.fingerprint(),
        flattered=bool(caveats_of(history.archive.people.values())),
        lacking=history.store.count_pending(history.engine.texts.scheme),
        train=tuple(found[0]),
        validation=tuple(found[1]),
    )


# Kept ----------------------------------------------------------------------------------------


def write(made: Collected, file: Path) -> None:
    """Keep examples in a file of arrays: no id, no name, no text of the community."""
    examples = [*made.train, *made.validation]
    np.savez(
        file,
        allow_pickle=False,
        about=np.array([made.name, made.key, made.fingerprint]),
        flattered=np.array(made.flattered),
        lacking=np.array(made.lacking),
        names=np.array(SIGNALS),
        train=np.array(len(made.train)),
        sizes=np.array([len(example.fixed) for example in examples], dtype=np.int64),
        signals=joined([example.signals for example in examples], (0, len(SIGNALS))),
        fixed=joined([example.fixed for example in examples], (0,)),
        replied=joined([example.replied for example in examples], (0,)).astype(bool),
        answered=np.array([example.answered for example in examples], dtype=bool),
        known=np.array([example.known for example in examples]),
        pace=np.array([astuple(e.pace) for e in examples]).reshape(-1, len(fields(Pace))),
    )


def read(file: Path) -> Collected:
    """Inverse of `write`.

    Raises
    ------
    UnreadableSource : no such file, or none of examples with today's signals.
    """
    told = kept_arrays(file, "examples", SIGNALS)
    name, key, fingerprint = (str(part) for part in told["about"])
    if told["pace"].shape[1:] != (len(fields(Pace)),):
        raise UnreadableSource(f"{file}: examples of other signals; collect them anew")
    cuts = np.cumsum(told["sizes"])
    rows = zip(
        np.split(told["signals"].astype(np.float32), cuts)[:-1],
        np.split(told["fixed"], cuts)[:-1],
        np.split(told["replied"], cuts)[:-1],
        told["answered"].tolist(),
        told["pace"].tolist(),
        told["known"].tolist(),
        strict=True,
    )
    examples = tuple(
        Example(values, fixed, replied, answered, Pace(*pace), known)
        for values, fixed, replied, answered, pace, known in rows
    )
    train = int(told["train"])
    return Collected(
        name=name,
        key=key,
        fingerprint=fingerprint,
        flattered=bool(told["flattered"]),
        lacking=int(told["lacking"]),
        train=examples[:train],
        validation=examples[train:],
    )
