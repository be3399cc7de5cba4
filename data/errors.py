"""The root of every error that a person is shown: one sentence, with the mend in it."""


class WhoknowsError(Exception):
    """A problem that the user can mend; `str(error)` is the sentence to show."""


class InvalidRecord(WhoknowsError):
    """A record breaks a rule of the community format.

    Parameters
    ----------
    field : the key at fault, as the caller wrote it.
    reason : why, as the rest of a sentence that begins with the field.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class UnreadableSource(WhoknowsError):
    """A path that is not there, of no known format, or unsafe to open."""


class StoreError(WhoknowsError):
    """The database cannot be reached, is locked, or is of another version."""
