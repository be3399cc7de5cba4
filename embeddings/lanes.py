"""Two lanes: MiniLM for English, the multilingual encoder across languages; and one scale.

MiniLM is the better of the two in English and knows nothing else. So English posts lie in its
lane; thread roots and all that is not English in the multilingual one, so that any language finds
any root. What cannot be told lies in both, as a query that cannot be told reads both.
"""

import numpy as np

from embeddings.face import Scores
from embeddings.registry import MINILM, MULTILINGUAL

ENGLISH = "en"
# From the multilingual encoder's cosine to MiniLM's, as knots of a line. Unrelated pairs score
# alike in both; a translation scores .8 where MiniLM gives a paraphrase .9 and the same text 1.
# Fitted on STS-B dev pairs (en, de es fr pl) beyond the 600 sentences that the figures in
# evaluation/results/encoders.md are measured on.
_MULTILINGUAL_COSINE = (-1.0, 0.2, 0.8, 1.0)
_MINILM_COSINE = (-1.0, 0.2, 0.97, 1.0)


def lane_of_text(language: str | None, is_root: bool) -> tuple[str, ...]:
    """The encoders that a post of `language` (None: not told) is embedded with."""
    if language is None:
        return (MINILM, MULTILINGUAL)
    if language != ENGLISH:
        return (MULTILINGUAL,)
    return (MINILM, MULTILINGUAL) if is_root else (MINILM,)


def lane_of_query(language: str | None) -> tuple[str, ...]:
    """The encoders whose scores `fuse_lanes` needs for a query of `language`."""
    if language is None or language == ENGLISH:
        return (MINILM, MULTILINGUAL)
    return (MULTILINGUAL,)


def align_multilingual(scores: Scores) -> Scores:
    """Cosines of the multilingual encoder on MiniLM's scale; strictly rising, NaN stays NaN."""
    return np.interp(scores, _MULTILINGUAL_COSINE, _MINILM_COSINE)


def fuse_lanes(language: str | None, minilm: Scores, multilingual: Scores) -> Scores:
    """One score a post, on MiniLM's scale, for a query of `language`.

    An English query takes MiniLM's word wherever it has one, so that its order among English
    posts is MiniLM's own; another language takes the multilingual encoder's alone; a query that
    cannot be told takes the higher of the two.

    Parameters
    ----------
    minilm, multilingual : cosines (n,) of the query with the same n posts; NaN where the post has
        no vector in that lane.

    Returns
    -------
    Scores (n,); -inf where no lane that counts has the post.
    """
    aligned = align_multilingual(multilingual)
    if language == ENGLISH:
        fused = np.where(np.isnan(minilm), aligned, minilm)
    elif language is None:
        fused = np.fmax(minilm, aligned)
    else:
        fused = aligned
    return np.where(np.isnan(fused), -np.inf, fused)
