"""Files of arrays in which what was collected from a community is kept: no id, name or text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from data.errors import UnreadableSource


def joined(arrays: Sequence[np.ndarray], none: tuple[int, ...]) -> np.ndarray:
    """The rows of `arrays`, one after the other; zeros of shape `none` where there are none."""
    return np.concatenate(arrays) if arrays else np.zeros(none)


def kept_arrays(file: Path, what: str, signals: Sequence[str]) -> dict[str, Any]:
    """The arrays of `file` by name, where they are of today's `signals`.

    Raises
    ------
    UnreadableSource : no such file, not one of `what`, or of other signals.
    """
    try:
        with np.load(file, allow_pickle=False) as kept:
            told = {name: kept[name] for name in kept.files}
        there = [str(signal) for signal in told["names"]]
        about, train = told["about"], told["train"]
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise UnreadableSource(f"{file}: no file of {what} ({error})") from error
    if there != list(signals) or about.ndim != 1 or train.ndim:
        raise UnreadableSource(f"{file}: {what} of other signals; collect them anew")
    return told
