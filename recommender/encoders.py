"""The encoders that an engine reads with, as its settings choose them."""

from contextlib import suppress

from embeddings.errors import EncoderUnavailable
from embeddings.face import Encoder
from embeddings.registry import BRIDGED, MINILM, MULTILINGUAL, open_encoder

from .settings import EngineSettings


def open_encoders(settings: EngineSettings) -> dict[str, Encoder]:
    """Open the encoders that are chosen, by name, and the bridge into the packaged one's space,
    where the platform has it. EncoderUnavailable as `open_encoder`."""
    encoders = {
        MINILM: open_encoder(settings.english_encoder, settings.device),
        MULTILINGUAL: open_encoder(settings.multilingual_encoder, settings.device),
    }
    if settings.multilingual_encoder == MULTILINGUAL:
        with suppress(EncoderUnavailable):
            encoders[BRIDGED] = open_encoder(BRIDGED, settings.device)
    return encoders
