"""Whence a batch of records comes, and what else than a record can be wished for."""

from collections import Counter
from dataclasses import dataclass

from .models import Person


@dataclass(frozen=True, slots=True)
class Deletion:
    """The wish to delete a person or a post (`kind`) for good."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The wish to take back all that a person did of one kind with a post, however often."""

    person: str
    post: str
    kind: str


@dataclass(frozen=True, slots=True)
class Completion:
    """Another source's record of a person: it adds what the person's own does not say."""

    person: Person


@dataclass(slots=True)
class Provenance:
    """Whence a batch comes: `origin` "api" or "import:NAME", and the import's number.

    `occurrences` counts equal anonymous interactions within one import or request.
    `received` is the time of receipt in microseconds, the boundary of an undated edit.
    """

    origin: str
    run: int
    received: int
    occurrences: Counter[bytes]
    revive: bool = False


Verdict = str | None


def stays_deleted(kind: str) -> str:
    """The verdict on a record whose tombstone is there."""
    return f"id: this {kind} was deleted here and stays so; PUT brings it back"


STAYS_WITHDRAWN = (
    "interaction: was taken back here and stays so;"
    " POST /v1/interactions, or a later date, gives it anew"
)
"""The verdict on an interaction that is as old as what was taken back."""
