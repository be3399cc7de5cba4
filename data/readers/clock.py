"""Moments as chat exports write them: counted since 1970."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def since_epoch(value: object, per_second: int = 1) -> datetime | None:
    """Give the moment that a number since 1970 means; None for what is no such number, or 0.

    Parameters
    ----------
    per_second : 1 where seconds are counted, 1000 for milliseconds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return None
    try:
        # Split before the division: a float of seconds since 1970 holds no more than microseconds.
        whole, rest = divmod(value, per_second)
        return _EPOCH + timedelta(seconds=whole, microseconds=round(rest * 1_000_000 / per_second))
    except (OverflowError, ValueError):
        return None
