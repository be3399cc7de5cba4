"""Frames: the words around what is asked, of a form, a report or an automatic message.

In: the texts of a community's own open roots. Out: `Frames`, which leaves of a text what was filled
in. `templates` takes out whole lines and signatures before texts are compared; here it is runs of
words, since many a frame is filled in within a sentence.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .templates import DIGITS

WORD = re.compile(r"\w+")

RUN = 3
"""Words in a row that recur together in a frame, hardly ever in what is filled in."""

SHARE = 0.05
"""Share of the roots from which a run is a frame's. Of .01, what a service desk is asked again and
again was taken for its form (evaluation/results/signals.md)."""

ROOTS = 5
"""How many roots at least, where there are few."""

FRAMED = 0.5
"""Share of a text's words from which it is a frame filled in: phrases that all use stay."""

FILLED = 3
"""Words that are at least left: of fewer nothing can be told, and the text stays whole."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The runs of words that are frames'."""

    runs: frozenset[tuple[str, ...]] = frozenset()

    def without(self, text: str) -> str:
        """What is filled in, if `text` is mostly a frame; else `text`."""
        words = list(WORD.finditer(text))
        framed = np.zeros(len(words), dtype=bool)
        for start, run in enumerate(_runs(text)):
            if run in self.runs:
                framed[start : start + RUN] = True
        filled = np.flatnonzero(~framed).tolist()
        if FILLED <= len(filled) <= (1.0 - FRAMED) * len(words):
            return " ".join(words[place].group() for place in filled)
        return text


def fit_frames(texts: Iterable[str]) -> Frames:
    """Find the runs that recur in `texts`, one of each root. Digits count alike."""
    counts: Counter[tuple[str, ...]] = Counter()
    total = 0
    for text in texts:
        total += 1
        counts.update(set(_runs(text)))
    least = max(ROOTS, SHARE * total)
    return Frames(frozenset(run for run, count in counts.items() if count >= least))


def _runs(text: str) -> list[tuple[str, ...]]:
    words = [DIGITS.sub("0", word.casefold()) for word in WORD.findall(text)]
    return [tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)]
