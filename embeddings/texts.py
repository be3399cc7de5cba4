"""What every encoder does with a call's texts before its network sees one of them."""

from collections.abc import Callable, Sequence

import numpy as np

from embeddings.face import Vectors


def encode_distinct(
    texts: Sequence[str], dim: int, encode: Callable[[list[str]], Vectors]
) -> Vectors:
    """Answer for `texts`, handing `encode` each different text that is not blank once.

    Lone surrogates, which broken exports hold and no tokenizer takes, become "?".

    Parameters
    ----------
    encode : called once at most, never with an empty list; returns a row (dim,) for each text.

    Returns
    -------
    float32 array (len(texts), dim), C-contiguous; zeros for an empty or blank text.
    """
    clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    places: dict[str, int] = {}
    for text in clean:
        if text and not text.isspace():
            places.setdefault(text, len(places))
    vectors = np.zeros((len(clean), dim), dtype=np.float32)
    if places:
        rows = encode(list(places))
        for at, text in enumerate(clean):
            if text in places:
                vectors[at] = rows[places[text]]
    return vectors
