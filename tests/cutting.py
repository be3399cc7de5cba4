"""A history cut off at a moment: the oracle of what was known then."""

from datetime import datetime, timedelta

from data.models import Interaction, Link, Post, Record


def before(records: list[Record], moment: datetime) -> list[Record]:
    """What was there before a moment, as an export of then would have it."""
    posts = {r.id for r in records if isinstance(r, Post) and r.created < moment}

    def was(record: Record) -> bool:
        if isinstance(record, Post):
            return record.id in posts
        if isinstance(record, Interaction):
            known = record.at if record.at is None or not record.day_only else _next_day(record.at)
            return record.post in posts and known is not None and known < moment
        if isinstance(record, Link):
            there = record.at is not None and record.at < moment
            return there and {record.source, record.target} <= posts
        return True

    return [record for record in records if was(record)]


def _next_day(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
