"""ISO 8601 text to aware UTC times, for every shape that an export is likely to hold."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.errors import InvalidRecord

_DATE = r"(?P<date>\d{4}-\d\d-\d\d|\d{8}|\d{4}-W\d\d(?:-\d)?|\d{4}W\d{2,3}|\d{4}-\d{3}|\d{4}-\d\d)"
_CLOCK = r"(?P<clock>\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?)"
_ZONE = r"(?P<zone>Z|UTC|GMT|[+\-−]\d\d(?::?\d\d(?::?\d\d)?)?)"
_SHAPE = re.compile(rf"{_DATE}(?:(?:T|\s+){_CLOCK}\s*{_ZONE}?)?", re.ASCII | re.IGNORECASE)
_DATE_ALONE = re.compile(_DATE, re.ASCII | re.IGNORECASE)
_LONGEST = 64


def is_date_alone(value: object) -> bool:
    """Whether `value` is text that gives a date and no time of day."""
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST
        and _DATE_ALONE.fullmatch(value.strip()) is not None
    )


def parse_time(value: object, field: str) -> datetime:
    """Read an ISO 8601 time: basic or extended, week or ordinal dates, a date or month alone.

    Parameters
    ----------
    value : text, or a datetime as other libraries hand it over.
    field : the key it stands under, named in the error.

    Returns
    -------
    datetime, aware, in UTC. No zone means UTC; a date alone is its midnight.

    Raises
    ------
    InvalidRecord : not a time, or outside the years 1 to 9999.
    """
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str):
        moment = _read(value.strip(), field)
    else:
        raise InvalidRecord(field, "must be an ISO 8601 time in text")
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidRecord(field, "is outside the years 1 to 9999") from None


def _read(text: str, field: str) -> datetime:
    shape = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if shape is None:
        raise InvalidRecord(field, "is not an ISO 8601 time such as 2026-03-01T09:30:00Z")
    clock = (shape["clock"] or "00").replace(",", ".")
    try:
        moment = _day(shape["date"].upper())
        digits, _, fraction = clock.replace(":", "").partition(".")
        hour, minute, second = (int(digits[at : at + 2] or 0) for at in (0, 2, 4))
        if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
            raise ValueError(clock)
        # 24:00 is the next midnight and second 60 a leap second; both are legal ISO 8601.
        moment += timedelta(
            hours=hour, minutes=minute, seconds=second, microseconds=int(fraction[:6].ljust(6, "0"))
        )
        return moment.replace(tzinfo=_zone(shape["zone"]))
    except (ValueError, OverflowError):
        raise InvalidRecord(field, f"{text!r} is no real date and time") from None


def _day(date: str) -> datetime:
    if "W" not in date and len(date) == 8 and "-" in date:
        return datetime.strptime(date, "%Y-%j")
    if len(date) == 7 and "-" in date and "W" not in date:
        return datetime.fromisoformat(f"{date}-01")
    return datetime.fromisoformat(date)


def _zone(zone: str | None) -> timezone:
    if zone is None or zone.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = zone[1:].replace(":", "")
    hours, minutes, seconds = (int(digits[at : at + 2] or 0) for at in (0, 2, 4))
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(offset if zone[0] == "+" else -offset)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name; None for whatever else an export may hold there: a path, a
    folder's name, an abbreviation."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
