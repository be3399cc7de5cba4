"""A community's turns to threads as a feed's ranker sees them: two windows, kept for the next run.

In: a community folder (any export), or the file of turns that an earlier run left. Out: `Turned`.
The test window is never looked at: everything is seen as it stood before it opens.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.errors import UnreadableSource
from data.rows import to_us
from evaluation.arrays import joined, kept_arrays
from evaluation.collecting import SUFFIX, WINDOW
from evaluation.journal import Progress
from evaluation.opening import Opened, opened
from evaluation.summary import database_of, name_of
from recommender.feedlearning import Turn, turns_of
from recommender.feedranker import SIGNALS
from recommender.settings import EngineSettings
from recommender.training import EARLY
from recommender.view import view_of

MOST_TRAIN, MOST_VALIDATION = 800, 400
"""Turns a window at most, drawn evenly, so that no community outweighs the others by much."""


@dataclass(frozen=True, slots=True)
class Turned:
    """The turns of one community, in order of time. `fingerprint` is that of its data."""

    name: str
    fingerprint: str
    train: tuple[Turn, ...]
    validation: tuple[Turn, ...]


def collected(source: Path, keep: Path, tell: Progress) -> Turned:
    """The turns of the export at `source`, or those in the file `source` (.npz).

    Its database is kept in `keep`, and so are the turns; all else is done on a copy.

    Raises
    ------
    UnreadableSource : no such export or file, or too little history for a validation window.
    """
    if source.suffix == SUFFIX:
        return read(source)
    with opened(None, database_of(source, keep), WINDOW, None, EngineSettings(), tell) as history:
        if history is None:
            raise UnreadableSource(f"{source}: no thread in it; it teaches nothing")
        made = replace(turns_in(history, tell), name=name_of(source))
    write(made, file_of(made.name, keep))
    return made


def file_of(name: str, keep: Path) -> Path:
    """Where the turns of a community are kept."""
    return keep / f"{name}.feed{SUFFIX}"


def turns_in(history: Opened, tell: Progress) -> Turned:
    """The turns of an opened history from 30 to 60 % of its threads, and from 60 to 80 %."""
    engine, split = history.engine, history.parts
    begins = to_us(split.roots[int(len(split.roots) * EARLY)].created)
    opens = to_us(history.starts)
    ends = split.ends(WINDOW) or history.starts
    # As it stood when the test window opened: nothing later can be met by mistake.
    stood = engine.past.of(engine.community, engine.store, ends)
    view = view_of(stood, None, ends, ends)
    found = []
    for name, since, until, most in (
        ("train", begins, opens, MOST_TRAIN),
        ("validation", opens, to_us(ends), MOST_VALIDATION),
    ):

        def told(done: int, total: int, name: str = name) -> None:
            tell(f"turns to {name} on", done, total)

        found.append(tuple(turns_of(engine.parts, view, since, until, most, told)))
    return Turned("", history.archive.fingerprint(), found[0], found[1])


# Kept ----------------------------------------------------------------------------------------


def write(made: Turned, file: Path) -> None:
    """Keep turns in a file of arrays: no id, no name, no text of the community."""
    turns = [*made.train, *made.validation]
    np.savez(
        file,
        allow_pickle=False,
        about=np.array([made.name, made.fingerprint]),
        names=np.array(SIGNALS),
        train=np.array(len(made.train)),
        sizes=np.array([len(turn.fixed) for turn in turns], dtype=np.int64),
        chosen=np.array([turn.chosen for turn in turns], dtype=np.int64),
        signals=joined([turn.signals for turn in turns], (0, len(SIGNALS))).astype(np.float32),
        fixed=joined([turn.fixed for turn in turns], (0,)),
    )


def read(file: Path) -> Turned:
    """Inverse of `write`.

    Raises
    ------
    UnreadableSource : no such file, or none of turns with today's signals.
    """
    told = kept_arrays(file, "turns", SIGNALS)
    name, fingerprint = (str(part) for part in told["about"])
    cuts = np.cumsum(told["sizes"])[:-1]
    parts = zip(
        np.split(told["signals"], cuts),
        np.split(told["fixed"], cuts),
        told["chosen"].tolist(),
        strict=True,
    )
    turns = tuple(Turn(*part) for part in parts) if len(told["sizes"]) else ()
    train = int(told["train"])
    return Turned(name, fingerprint, turns[:train], turns[train:])
