"""From the word in the settings to an open encoder."""

from embeddings.devices import AUTO, CPU, find_device
from embeddings.errors import EncoderUnavailable
from embeddings.face import Encoder

MINILM = "minilm"
MINILM_BF16 = "minilm-bf16"
MULTILINGUAL = "multilingual"
BRIDGED = "bridged"


def open_encoder(spec: str, device: str = CPU) -> Encoder:
    """Open an encoder: half a second to two, so once a process.

    Parameters
    ----------
    spec : "minilm", "minilm-bf16", "multilingual", "bridged", or a sentence-transformers model by
        folder or hub name.
    device : what reads many texts at once: "auto" (a GPU where there is one), "cpu", "cuda" or
        "mps". The multilingual encoders know the CPU alone.

    Raises
    ------
    EncoderUnavailable : nothing goes by that name here, or the device cannot be used; the sentence
        says what to do.
    """
    # Each module brings a runtime of its own along, so only the one that is asked for is imported.
    if spec in (MINILM, MINILM_BF16):
        from embeddings.minilm import MiniLM

        return MiniLM(find_device(device), "f32" if spec == MINILM else "bf16")
    if spec == MULTILINGUAL:
        from embeddings.multilingual import Multilingual

        return Multilingual()
    if spec == BRIDGED:
        from embeddings.bridged import Bridged

        return Bridged()
    if not spec.strip():
        raise EncoderUnavailable(
            f"no encoder is named; give {MINILM}, {MULTILINGUAL}, or a model's folder or name"
        )
    from embeddings.sentence import SentenceModel

    return SentenceModel(spec, None if device == AUTO else find_device(device).name)
