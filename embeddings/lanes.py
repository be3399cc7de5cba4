"""Two lanes: MiniLM for English, the multilingual encoder across languages; and one scale.

MiniLM is the better of the two in English and knows little else. So English posts lie in its
lane; they, all thread roots and what is written in another language of the multilingual encoder
in that one's, so that any of its languages finds any root, and who answered in English. What
cannot be told lies in both, as a query that cannot be told reads both.

To the multilingual encoder a language that it was not trained on is one cloud: two Swedish texts
about anything have a cosine of .81 on average, two English ones .16. A third encoder that knows a
hundred languages reads those, and its vectors are brought into the second's space
(`embeddings.bridged`), so that they lie in its lane as if it had read them. Where there is no such
encoder MiniLM reads them too, which at least sees shared words and names (.52).
"""

from collections.abc import Collection

import numpy as np

from embeddings.face import Scores
from embeddings.registry import BRIDGED, MINILM, MULTILINGUAL

# What the multilingual encoder was trained on (Yang et al. 2020), English aside; and Indonesian,
# which it relates to English better than the bridge does (evaluation/results/bridge.md).
TRANSLATED = frozenset("ar de es fr id it ja ko nl pl pt ru th tr zh".split())
# From the multilingual encoder's cosine to MiniLM's, as knots of a line. Unrelated pairs score
# alike in both; a translation scores .8 where MiniLM gives a paraphrase .9 and the same text 1.
# Set by eye from medians of STS-B dev pairs (en, de es fr pl) beyond the 600 sentences that the
# figures in evaluation/results/encoders.md are measured on.
_MULTILINGUAL_COSINE = (-1.0, 0.2, 0.8, 1.0)
_MINILM_COSINE = (-1.0, 0.2, 0.97, 1.0)


def lane_of_index(encoder: str) -> str:
    """The lane in whose index the vectors of `encoder` lie."""
    return MULTILINGUAL if encoder == BRIDGED else encoder


def encoders_of_text(
    language: str | None, is_root: bool, encoders: Collection[str]
) -> tuple[str, ...]:
    """Those of `encoders` that read a post of `language` (None: not told), one a lane."""
    if language in TRANSLATED:
        return (MULTILINGUAL,)
    if language in (None, "en"):
        return (MINILM, MULTILINGUAL)
    if BRIDGED in encoders:
        return (BRIDGED,)
    return (MINILM, MULTILINGUAL) if is_root else (MINILM,)


def encoders_of_query(language: str | None, encoders: Collection[str]) -> tuple[str, ...]:
    """Those of `encoders` whose scores `fuse_lanes` needs for a query of `language`."""
    if language in TRANSLATED:
        return (MULTILINGUAL,)
    if language in (None, "en") or BRIDGED not in encoders:
        return (MINILM, MULTILINGUAL)
    return (BRIDGED,)


def align_multilingual(scores: Scores) -> Scores:
    """Cosines of the multilingual encoder on MiniLM's scale; strictly rising, NaN stays NaN."""
    return np.interp(scores, _MULTILINGUAL_COSINE, _MINILM_COSINE)


def fuse_lanes(language: str | None, minilm: Scores, multilingual: Scores) -> Scores:
    """One score a post, on MiniLM's scale, for a query of `language`.

    An English query takes MiniLM's word wherever it has one, so that its order among English
    posts is MiniLM's own; so does one in a language that nobody else knows. One of the multilingual
    encoder's languages takes that one's alone, and so does one that was brought into its space:
    MiniLM has not read it. A query that cannot be told takes the higher.

    Parameters
    ----------
    minilm, multilingual : cosines (n,) of the query with the same n posts; NaN where the post has
        no vector in that lane.

    Returns
    -------
    Scores (n,); -inf where no lane that counts has the post.
    """
    aligned = align_multilingual(multilingual)
    if language is None:
        fused = np.fmax(minilm, aligned)
    elif language in TRANSLATED:
        fused = aligned
    else:
        fused = np.where(np.isnan(minilm), aligned, minilm)
    return np.where(np.isnan(fused), -np.inf, fused)
