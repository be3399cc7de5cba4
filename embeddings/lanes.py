"""Two lanes: MiniLM for English, the multilingual encoder across languages; and one scale.

MiniLM is the better of the two in English and knows little else. So English posts lie in its
lane; they, all thread roots and what is written in another language of the multilingual encoder
in that one's, so that any of its languages finds any root, and who answered in English. What
cannot be told lies in both, as a query that cannot be told reads both.

To the multilingual encoder a language that it was not trained on is one cloud: two Swedish texts
about anything have a cosine of .81 on average, two English ones .16. MiniLM, which at least sees
shared words and names, tells them apart better (.52), so it reads those languages too. (The sample
community's 20 Swedish and 203 English texts; its three Swedish queries decided, which is few.)
"""

import numpy as np

from embeddings.face import Scores
from embeddings.registry import MINILM, MULTILINGUAL

# What the multilingual encoder was trained on (Yang et al. 2020), English aside.
TRANSLATED = frozenset("ar de es fr it ja ko nl pl pt ru th tr zh".split())
# From the multilingual encoder's cosine to MiniLM's, as knots of a line. Unrelated pairs score
# alike in both; a translation scores .8 where MiniLM gives a paraphrase .9 and the same text 1.
# Set by eye from medians of STS-B dev pairs (en, de es fr pl) beyond the 600 sentences that the
# figures in evaluation/results/encoders.md are measured on.
_MULTILINGUAL_COSINE = (-1.0, 0.2, 0.8, 1.0)
_MINILM_COSINE = (-1.0, 0.2, 0.97, 1.0)


def lane_of_text(language: str | None, is_root: bool) -> tuple[str, ...]:
    """The encoders that a post of `language` (None: not told) is embedded with."""
    if language in TRANSLATED:
        return (MULTILINGUAL,)
    return (MINILM, MULTILINGUAL) if is_root or language in (None, "en") else (MINILM,)


def lane_of_query(language: str | None) -> tuple[str, ...]:
    """The encoders whose scores `fuse_lanes` needs for a query of `language`."""
    return (MULTILINGUAL,) if language in TRANSLATED else (MINILM, MULTILINGUAL)


def align_multilingual(scores: Scores) -> Scores:
    """Cosines of the multilingual encoder on MiniLM's scale; strictly rising, NaN stays NaN."""
    return np.interp(scores, _MULTILINGUAL_COSINE, _MINILM_COSINE)


def fuse_lanes(language: str | None, minilm: Scores, multilingual: Scores) -> Scores:
    """One score a post, on MiniLM's scale, for a query of `language`.

    An English query takes MiniLM's word wherever it has one, so that its order among English
    posts is MiniLM's own; so does one in a language that neither knows. One of the multilingual
    encoder's languages takes that one's alone; a query that cannot be told takes the higher.

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
