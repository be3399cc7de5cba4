"""From the word in the settings to an open encoder."""

from embeddings.errors import EncoderUnavailable
from embeddings.face import Encoder

MINILM = "minilm"
MULTILINGUAL = "multilingual"


def open_encoder(spec: str) -> Encoder:
    """Open an encoder: half a second to two, so once a process.

    Parameters
    ----------
    spec : "minilm", "multilingual", or a sentence-transformers model by folder or hub name.

    Raises
    ------
    EncoderUnavailable : nothing goes by that name here; the sentence says what to do.
    """
    # Each module brings a runtime of its own along, so only the one that is asked for is imported.
    if spec == MINILM:
        from embeddings.minilm import MiniLM

        return MiniLM()
    if spec == MULTILINGUAL:
        from embeddings.multilingual import Multilingual

        return Multilingual()
    if not spec.strip():
        raise EncoderUnavailable(
            f"no encoder is named; give {MINILM}, {MULTILINGUAL}, or a model's folder or name"
        )
    from embeddings.sentence import SentenceModel

    return SentenceModel(spec)
