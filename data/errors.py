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


class UnknownPerson(WhoknowsError):
    """Nobody of this id is here."""

    def __init__(self, person_id: str) -> None:
        super().__init__(f"there is nobody with the id {person_id!r}")
        self.person_id = person_id


class UnknownTopic(WhoknowsError):
    """No topic of this id is there, or none that the viewer may know of."""

    def __init__(self, topic_id: str) -> None:
        super().__init__(f"there is no topic with the id {topic_id!r}; see the list of topics")
        self.topic_id = topic_id


class InvalidCursor(WhoknowsError):
    """A feed's cursor that this program did not hand out."""

    def __init__(self) -> None:
        super().__init__("cursor: not one that this feed handed out; ask again without it")
