"""What goes wrong on this floor: one sentence, with the mend in it."""


class EmbeddingError(Exception):
    """The root of this floor's errors; `str(error)` is the sentence to show."""


class EncoderUnavailable(EmbeddingError):
    """An encoder cannot be opened: not installed, unknown, damaged, or only to be had online."""


class IndexCorrupt(EmbeddingError):
    """A saved index is missing, cut short or of another version: rebuild it from the store."""
