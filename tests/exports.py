"""Community folders written by tests."""

import json
from collections.abc import Iterable
from pathlib import Path

from data.models import Interaction, Link, Person, Post, Record, Space
from data.records import to_json

FILES: dict[type, str] = {
    Space: "spaces.jsonl",
    Person: "people.jsonl",
    Post: "posts.jsonl",
    Interaction: "interactions.jsonl",
    Link: "links.jsonl",
}


def write_folder(folder: Path, records: Iterable[Record | str]) -> Path:
    """A community folder; a plain string is a line of posts.jsonl as it stands."""
    folder.mkdir(exist_ok=True)
    lines: dict[str, list[str]] = {name: [] for name in FILES.values()}
    for record in records:
        if isinstance(record, str):
            lines["posts.jsonl"].append(record)
        else:
            told = {key: value for key, value in to_json(record).items() if key != "implicit"}
            lines[FILES[type(record)]].append(json.dumps(told, default=str))
    for name, content in lines.items():
        (folder / name).write_text("".join(line + "\n" for line in content))
    return folder
