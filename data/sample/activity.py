"""What people of the sample do with posts: read, like, keep, thank, try.

Thanks, acceptance and trials are told by the texts; reading and liking are drawn, likelier for
colleagues of the same site, of the same department, or at home in the space, and only for those
who were there, may read the space and mostly know the language.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any

from . import to_text
from .working_hours import Calendar, dice

Row = dict[str, Any]

# How much likelier somebody reads: the weight of a stranger is 1.
SAME_SITE = 5
SAME_DEPARTMENT = 4
AT_HOME_IN_SPACE = 6
WITHOUT_THE_LANGUAGE = 0.1

READERS = (1, 2, 2, 3, 3, 4, 5, 6)
HOURS_UNTIL_READ = 16
AFTER_READING = (("like", 0.4), ("bookmark", 0.09), ("follow", 0.07), ("join", 0.06))
LIKES_A_REPLY = 0.16
DISMISSES = 0.15


def interactions(
    threads: list[Row],
    posts: list[Row],
    people: dict[str, Row],
    spaces: list[Row],
    calendar: Calendar,
) -> list[Row]:
    """The lines of interactions.jsonl by time; none is later than the newest post."""
    by_id = {post["id"]: post for post in posts}
    readers = _Readers(posts, people, spaces)
    acts: list[Row] = []
    for thread in threads:
        acts += _told(thread, by_id, people, calendar)
        acts += _drawn(thread, by_id, people, calendar, readers)
    newest = max(post["created"] for post in posts)
    kept = [act for act in acts if act["at"] <= newest and _still_here(act, people)]
    return sorted(kept, key=lambda act: (act["at"], act["person"], act["post"], act["kind"]))


class _Readers:
    """Who may read a thread, and how likely each is to."""

    def __init__(self, posts: list[Row], people: dict[str, Row], spaces: list[Row]) -> None:
        self._people = people
        self._members = {space["id"]: space.get("members") for space in spaces}
        self._homes = {(post["author"], post["space"]) for post in posts}

    def weights(self, root: Row) -> dict[str, float]:
        """Weight by person id for the root of a thread."""
        author = self._people[root["author"]]
        members = self._members[root["space"]]
        day = datetime.fromisoformat(root["created"]).date()
        weights: dict[str, float] = {}
        for person in self._people.values():
            if person is author or person.get("bot") or not person.get("active", True):
                continue
            if not _was_there(person, day) or (members and person["id"] not in members):
                continue
            weight = 1.0
            weight += SAME_SITE * (person["site"] == author["site"])
            weight += SAME_DEPARTMENT * (person["department"] == author["department"])
            weight += AT_HOME_IN_SPACE * ((person["id"], root["space"]) in self._homes)
            if root["language"] not in person["languages"]:
                weight *= WITHOUT_THE_LANGUAGE
            weights[person["id"]] = weight
        return weights


def _was_there(person: Row, day: date) -> bool:
    """Whether the person had joined by `day` and stays for a month more, to have time to read."""
    left = person.get("left")
    return person["joined"] <= day and (left is None or day + timedelta(days=30) < left)


def _still_here(act: Row, people: dict[str, Row]) -> bool:
    """Whether the person had not left when the act would have happened."""
    left = people[act["person"]].get("left")
    return left is None or datetime.fromisoformat(act["at"]).date() < left


def _told(
    thread: Row, posts: dict[str, Row], people: dict[str, Row], calendar: Calendar
) -> list[Row]:
    """Acceptance, thanks and trials, as the texts say."""
    acts: list[Row] = []
    for number, reply in enumerate(thread.get("reply", []), start=1):
        post = posts[f"{thread['id']}-{number}"]
        thanked = [(name, "helpful") for name in reply.get("helpful", [])]
        if reply.get("accepted"):
            thanked.append((thread["by"], "accept"))
        for name, kind in thanked:
            acts.append(_act(name, post, kind, people, calendar, HOURS_UNTIL_READ / 2))
    root = posts[thread["id"]]
    for trial in thread.get("tried", []):
        chance = dice(f"{root['id']}/tried/{trial['by']}")
        day = thread["at"] + timedelta(days=trial["days"])
        acts.append(
            {
                "person": trial["by"],
                "post": root["id"],
                "kind": "tried",
                "at": to_text(calendar.on_day(trial["site"], day, chance)),
                "value": trial["value"],
                "site": trial["site"],
            }
        )
    return acts


def _drawn(
    thread: Row,
    posts: dict[str, Row],
    people: dict[str, Row],
    calendar: Calendar,
    readers: _Readers,
) -> list[Row]:
    """Reading, liking, keeping and turning down, by chance."""
    root = posts[thread["id"]]
    replies = [posts[f"{root['id']}-{n}"] for n in range(1, 1 + len(thread.get("reply", [])))]
    chance = dice(f"{root['id']}/readers")
    chosen = _choose(readers.weights(root), chance.choice(READERS) + 1, chance)
    *seen_by, last = chosen
    acts: list[Row] = []
    for name in seen_by:
        view = _act(name, root, "view", people, calendar, HOURS_UNTIL_READ)
        acts.append(view)
        for kind, share in AFTER_READING:
            if chance.random() < share:
                minutes = chance.randrange(1, 12)
                at = datetime.fromisoformat(view["at"]) + timedelta(minutes=minutes)
                acts.append({**view, "kind": kind, "at": to_text(at)})
        for reply in replies:
            if reply["author"] != name and chance.random() < LIKES_A_REPLY:
                acts.append(_act(name, reply, "like", people, calendar, HOURS_UNTIL_READ))
    taken_part = {reply["author"] for reply in replies}
    if last not in taken_part and chance.random() < DISMISSES:
        acts.append(_act(last, root, "dismiss", people, calendar, HOURS_UNTIL_READ))
    return acts


def _choose(weights: dict[str, float], many: int, chance: random.Random) -> list[str]:
    """At most `many` different people, the weightier ones likelier."""
    left = dict(weights)
    chosen: list[str] = []
    while left and len(chosen) < many:
        name = chance.choices(list(left), list(left.values()))[0]
        chosen.append(name)
        del left[name]
    return chosen


def _act(
    name: str, post: Row, kind: str, people: dict[str, Row], calendar: Calendar, hours: float
) -> Row:
    """One line of interactions.jsonl, some hours after the post, when the person is at work."""
    chance = dice(f"{post['id']}/{kind}/{name}")
    created = datetime.fromisoformat(post["created"])
    at = calendar.after(people[name]["site"], created, hours, chance)
    return {"person": name, "post": post["id"], "kind": kind, "at": to_text(at)}
