"""Typed access to one JSON object: every value checked, and named when it is wrong.

In: an object of untrusted JSON. Out: values that SQLite, PostgreSQL and UTF-8 all hold.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data.errors import InvalidRecord
from data.times import parse_time

MAX_ID = 512
"""Longest id or label in characters: at 4 bytes each still inside a PostgreSQL index entry."""
MOST_TOPICS, LONGEST_TOPIC = 20, 200
"""Topics that somebody may choose, and characters of each: an interest, not a text."""
MAX_DEPTH = 32
"""Deepest nesting of an unknown key's value."""
_MAX_WHOLE = 2**31 - 1
"""Largest whole number of a known field: a database's plain integer."""
_MAX_EXTRA = 2**63 - 1


def clean_text(text: str) -> str:
    """Take out what no database or UTF-8 holds: NUL goes, a lone surrogate becomes U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # Through UTF-16, so that two escaped halves of one character join again.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class FieldTaker:
    """Takes known keys out of a JSON object, one after the other; the rest is `extra`.

    A null is read as an absent key. `prefix` stands before the keys in errors.
    """

    def __init__(self, obj: Mapping[str, object], prefix: str = "") -> None:
        if not isinstance(obj, Mapping):
            raise InvalidRecord(prefix.rstrip(".") or "record", "must be a JSON object")
        self._left = dict(obj)
        self._prefix = prefix

    def _error(self, key: str, reason: str) -> InvalidRecord:
        return InvalidRecord(self._prefix + key, reason)

    def id(self, key: str) -> str:
        """Take a required id; a whole number is read as its decimal digits."""
        found = self.optional_id(key)
        if found is None:
            raise self._error(key, "is required")
        return found

    def optional_id(self, key: str) -> str | None:
        """Take an id, or None where there is none."""
        value = self._left.pop(key, None)
        return None if value is None else self._as_id(key, value)

    def ids(self, key: str) -> tuple[str, ...]:
        """Take a list of ids, each once, in its order."""
        return tuple(dict.fromkeys(self._as_id(key, entry) for entry in self._list(key)))

    def _as_id(self, key: str, value: object) -> str:
        if isinstance(value, float) and value.is_integer():
            # JSON knows one kind of number: 7.0 is the id 7.
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MAX_EXTRA:
            return str(value)
        if not isinstance(value, str):
            raise self._error(key, "must be text")
        if not value.strip():
            raise self._error(key, "must not be empty")
        if len(value) > MAX_ID:
            raise self._error(key, f"is longer than {MAX_ID} characters")
        # Cleaning an id could make two ids one, so a broken one is refused.
        if clean_text(value) != value:
            raise self._error(key, "holds a NUL or half of a character")
        return value

    def body(self, key: str) -> str:
        """Take required text that may be empty; null counts as empty."""
        if key not in self._left:
            raise self._error(key, "is required")
        value = self._left.pop(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._error(key, "must be text")
        return clean_text(value)

    def text(self, key: str) -> str | None:
        """Take text of any length; blank is None."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._error(key, "must be text")
        return clean_text(value).strip() or None

    def label(self, key: str) -> str | None:
        """Take text of at most `MAX_ID` characters; blank is None."""
        found = self.text(key)
        if found is not None and len(found) > MAX_ID:
            raise self._error(key, f"is longer than {MAX_ID} characters")
        return found

    def labels(self, key: str) -> tuple[str, ...]:
        """Take a list of short texts, each once, blank ones left out."""
        found = []
        for entry in self._list(key):
            if not isinstance(entry, str):
                raise self._error(key, "must be a list of text")
            entry = clean_text(entry).strip()
            if len(entry) > MAX_ID:
                raise self._error(key, f"has an entry longer than {MAX_ID} characters")
            if entry:
                found.append(entry)
        return tuple(dict.fromkeys(found))

    def _list(self, key: str) -> list[object]:
        value = self._left.pop(key, None)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise self._error(key, "must be a list")
        return list(value)

    def objects(self, key: str) -> list[Mapping[str, object]]:
        """Take a list of JSON objects."""
        found: list[Mapping[str, object]] = []
        for entry in self._list(key):
            if not isinstance(entry, Mapping):
                raise self._error(key, "must be a list of objects")
            found.append(entry)
        return found

    def choice(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        """Take one of the `known` words; required where there is no default."""
        value = self._left.pop(key, None)
        if value is None:
            value = default
            if value is None:
                raise self._error(key, "is required")
        if not isinstance(value, str) or value not in known:
            raise self._error(key, f"must be one of {', '.join(known)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Take true or false."""
        found = self.optional_flag(key)
        return default if found is None else found

    def optional_flag(self, key: str) -> bool | None:
        """Take true, false or nothing."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, bool):
            raise self._error(key, "must be true or false")
        return value

    def whole(self, key: str, minimum: int = -_MAX_WHOLE) -> int | None:
        """Take a whole number between `minimum` and 2^31 - 1."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._error(key, "must be a whole number")
        if not minimum <= value <= _MAX_WHOLE:
            raise self._error(key, f"must be between {minimum} and {_MAX_WHOLE}")
        return value

    def time(self, key: str) -> datetime | None:
        """Take an ISO 8601 time as aware UTC, or None."""
        value = self._left.pop(key, None)
        return None if value is None else parse_time(value, self._prefix + key)

    def required_time(self, key: str) -> datetime:
        """Take a required ISO 8601 time as aware UTC."""
        found = self.time(key)
        if found is None:
            raise self._error(key, "is required")
        return found

    def rest(self) -> dict[str, Any]:
        """Give what was not taken, cleaned to what JSON and a database hold.

        Raises
        ------
        InvalidRecord : a number is not finite, or the nesting is deeper than `MAX_DEPTH`.
        """
        if not self._left:
            return {}
        return {clean_text(str(key)): self._clean(key, value) for key, value in self._left.items()}

    def _clean(self, key: str, value: object, depth: int = 0) -> object:
        if depth > MAX_DEPTH:
            raise self._error(key, f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, str):
            return clean_text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            if abs(value) > _MAX_EXTRA:
                raise self._error(key, "is a number beyond 64 bits")
            return value
        if isinstance(value, float):
            if not math.isfinite(value):
                raise self._error(key, "is not a finite number")
            return value
        if isinstance(value, Mapping):
            return {
                clean_text(str(name)): self._clean(key, inner, depth + 1)
                for name, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._clean(key, inner, depth + 1) for inner in value]
        raise self._error(key, "is no JSON value")
