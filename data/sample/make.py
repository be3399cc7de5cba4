"""Make the sample community's .jsonl files from its sources: `python -m data.sample.make`.

In: people/, spaces.toml, sites.toml, texts/, links.toml. Out: community/. The texts carry their
day; ids, times of day, delays of replies and interactions are set here, by a fixed seed.
"""

import argparse
import random
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from . import sample_folder, to_text, write_records
from .activity import interactions
from .working_hours import Calendar, dice

SOURCES = Path(__file__).parent
MAIL_DOMAIN = "norrlinda.example"
LAST_DAY = date(2026, 11, 20)

Row = dict[str, Any]


def read_table(path: Path, name: str) -> list[Row]:
    """The rows of `[[name]]` in one TOML file."""
    rows: list[Row] = tomllib.loads(path.read_text(encoding="utf-8"))[name]
    return rows


def read_folder(folder: Path, name: str) -> list[Row]:
    """The rows of `[[name]]` in every TOML file of `folder`, files in order of their names."""
    return [row for path in sorted(folder.glob("*.toml")) for row in read_table(path, name)]


def at_midnight(day: date) -> str:
    """A day without a time of day, as the format writes it."""
    return to_text(datetime.combine(day, time(), UTC))


def person_record(row: Row, site: Row) -> Row:
    """A line of people.jsonl; place and zone come from the site."""
    record: Row = {
        key: row[key] for key in ("id", "name", "title", "about", "department") if key in row
    }
    record["site"] = row["site"]
    record["location"] = site["location"]
    record["timezone"] = site["timezone"]
    record["languages"] = row["languages"]
    for key in ("manager", "consent", "weekly_capacity", "bot", "active"):
        if key in row:
            record[key] = row[key]
    for key in ("joined", "left", "away_until"):
        if key in row:
            record[key] = at_midnight(row[key])
    if not row.get("bot"):
        record["email"] = f"{row['id']}@{MAIL_DOMAIN}"
    return record


def thread_posts(thread: Row, people: dict[str, Row], calendar: Calendar) -> list[Row]:
    """The posts of one thread, root first, replies in the order they were written.

    Raises
    ------
    ValueError : a reply is told to come on a day before the one it follows.
    """
    root_id = thread["id"]
    site = people[thread["by"]]["site"]
    chance = dice(root_id)
    created = calendar.on_day(site, thread["at"], chance)
    moments = [created]
    posts = [_post(thread, root_id, thread, None, created, chance)]
    for number, reply in enumerate(thread.get("reply", []), start=1):
        reply_id = f"{root_id}-{number}"
        chance = dice(reply_id)
        author = people[reply["by"]]
        parent = reply.get("to", 0)
        if "days" in reply:
            day = thread["at"] + timedelta(days=reply["days"])
            created = calendar.on_day(author["site"], day, chance)
            if created <= moments[-1]:
                raise ValueError(f"{reply_id} would come before the reply above it")
        else:
            hours = author["answers_within"]
            created = calendar.after(author["site"], moments[parent], hours, chance)
            if created <= moments[-1]:
                created = calendar.after(author["site"], moments[-1], 0.5, chance)
        moments.append(created)
        posts.append(_post(reply, reply_id, thread, posts[parent]["id"], created, chance))
    return posts


def _post(
    row: Row,
    post_id: str,
    thread: Row,
    parent: str | None,
    created: datetime,
    chance: random.Random,
) -> Row:
    """One line of posts.jsonl; what the text does not say is left out."""
    record: Row = {"id": post_id, "author": row["by"], "created": to_text(created)}
    if "edited_days" in row:
        edited = created + timedelta(days=row["edited_days"], minutes=chance.randrange(5, 50))
        record["updated"] = to_text(edited)
    record["kind"] = row.get("kind", "answer" if thread["kind"] == "question" else "reply")
    if "title" in row:
        record["title"] = row["title"]
    record["body"] = row["body"].strip()
    if "format" in row:
        record["body_format"] = row["format"]
    if parent is not None:
        record["parent"] = parent
    record["thread"] = thread["id"]
    record["space"] = thread["in"]
    record["language"] = row.get("lang", "en")
    for key in ("tags", "attachments", "accepted", "anonymous"):
        if key in row:
            record[key] = row[key]
    if "valid_until" in row:
        record["valid_until"] = at_midnight(row["valid_until"])
    return record


def link_record(row: Row) -> Row:
    """A line of links.jsonl, dated at noon."""
    return {**row, "at": to_text(datetime.combine(row["at"], time(12), UTC))}


def make(folder: Path) -> None:
    """Write the five files into `folder`, which is made where it is missing.

    Raises
    ------
    ValueError : the sources contradict themselves (a reply before its parent, a post after
        the last day).
    """
    sites: dict[str, Row] = tomllib.loads((SOURCES / "sites.toml").read_text(encoding="utf-8"))
    people = read_folder(SOURCES / "people", "person")
    spaces = read_table(SOURCES / "spaces.toml", "space")
    threads = read_folder(SOURCES / "texts", "thread")
    by_id = {person["id"]: person for person in people}
    calendar = Calendar(sites)

    posts = [post for thread in threads for post in thread_posts(thread, by_id, calendar)]
    posts.sort(key=lambda post: (post["created"], post["id"]))
    if posts[-1]["created"] >= at_midnight(LAST_DAY + timedelta(days=1)):
        raise ValueError(f"{posts[-1]['id']} comes after {LAST_DAY}")

    folder.mkdir(parents=True, exist_ok=True)
    people_records = [person_record(person, sites[person["site"]]) for person in people]
    write_records(folder / "people.jsonl", people_records)
    write_records(folder / "spaces.jsonl", spaces)
    write_records(folder / "posts.jsonl", posts)
    acts = interactions(threads, posts, by_id, spaces, calendar)
    write_records(folder / "interactions.jsonl", acts)
    links = [link_record(row) for row in read_table(SOURCES / "links.toml", "link")]
    write_records(folder / "links.jsonl", links)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the sample community's files.")
    parser.add_argument("--out", type=Path, default=sample_folder(), help="the folder to write")
    make(parser.parse_args().out)
