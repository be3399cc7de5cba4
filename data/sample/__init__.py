"""The built-in sample community, written for this project.

Held: the community format's files under `community/`, the sources they are made of, and
`stories.toml`, which says what is planted where. Out: a folder to import, with its times as
written or moved so that the community looks alive today.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FILES = ("people.jsonl", "spaces.jsonl", "posts.jsonl", "interactions.jsonl", "links.jsonl")
TIME_FIELDS = ("created", "updated", "valid_until", "at", "joined", "left", "away_until")


def sample_folder() -> Path:
    """The folder with the community as written: absolute times, newest post 2026-11-20."""
    return Path(__file__).parent / "community"


def weeks_until(newest: datetime, now: datetime) -> int:
    """How many whole weeks to move `newest` so that it lies within the 7 days up to `now`.

    Negative where `newest` lies ahead of `now`: nothing may be dated in the future.

    Raises
    ------
    TypeError : one of the two has a zone and the other has none.
    """
    return (now - newest) // timedelta(weeks=1)


def shifted(record: Mapping[str, Any], weeks: int) -> dict[str, Any]:
    """A copy of one record of the community format, every time in it moved by whole weeks.

    Whole weeks keep the day of the week and the hour of the day, which is what working hours
    and reply latency are read from.
    """
    moved = dict(record)
    for field in TIME_FIELDS:
        if field in moved:
            moved[field] = to_text(datetime.fromisoformat(moved[field]) + timedelta(weeks=weeks))
    return moved


def to_text(moment: datetime) -> str:
    """ISO 8601 with a Z, to the second; `moment` is aware and in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def read_records(path: Path) -> list[dict[str, Any]]:
    """The records of one .jsonl file, in their order."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_records(path: Path, records: list[dict[str, Any]]) -> None:
    """Write records as UTF-8, one a line, with `\\n` on every system."""
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_bytes(text.encode("utf-8"))


def write_shifted(folder: Path, now: datetime) -> Path:
    """Write the sample community into `folder`, its newest post within the 7 days before `now`.

    Parameters
    ----------
    folder : made where it is missing; files of the same names are replaced.
    now : aware.

    Returns
    -------
    `folder`, ready to be imported. The same week gives the same bytes.
    """
    source = sample_folder()
    posts = read_records(source / "posts.jsonl")
    newest = max(datetime.fromisoformat(post["created"]) for post in posts)
    weeks = weeks_until(newest, now)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        records = read_records(source / name)
        write_records(folder / name, [shifted(record, weeks) for record in records])
    return folder
