"""The root of this floor's errors: one sentence, with the mend in it."""


class EmbeddingError(Exception):
    """Something in this floor cannot be used; `str(error)` is the sentence to show."""


class IndexCorrupt(EmbeddingError):  # noqa: N818 (named for what happened, as all errors here)
    """A saved index is missing, cut short or of another version: rebuild it from the store."""
