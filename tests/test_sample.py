"""The sample community: whole, consistent, deterministic, and its planted stories hold."""

import json
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data import models
from data.sample import FILES, sample_folder, shifted, weeks_until, write_shifted
from data.sample.make import make

Row = dict[str, Any]


def read(name: str, folder: Path | None = None) -> list[Row]:
    path = (folder or sample_folder()) / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


PEOPLE = {row["id"]: row for row in read("people")}
SPACES = {row["id"]: row for row in read("spaces")}
POSTS = {row["id"]: row for row in read("posts")}
INTERACTIONS = read("interactions")
LINKS = read("links")
ROOTS = {row["id"]: row for row in POSTS.values() if "parent" not in row}
STORIES = tomllib.loads((sample_folder().parent / "stories.toml").read_text(encoding="utf-8"))
NEWEST = max(row["created"] for row in POSTS.values())


def repliers(root_id: str) -> set[str]:
    return {post["author"] for post in POSTS.values() if post["thread"] == root_id} - {
        POSTS[root_id]["author"]
    }


def test_counts() -> None:
    assert len(PEOPLE) == len(read("people")) == 60
    assert len(SPACES) == 16
    assert [s["id"] for s in SPACES.values() if s.get("visibility") == "members"] == [
        "store-managers",
        "pricing-pilot",
    ]
    assert len(POSTS) == len(read("posts")) >= 350
    assert len(ROOTS) >= len(POSTS) / 3
    assert 300 <= len(INTERACTIONS) <= 1500
    countries = {person["location"].split(", ")[-1] for person in PEOPLE.values()}
    assert countries == {"Sweden", "United States", "Cyprus", "China", "Saudi Arabia"}


def test_a_fifth_is_not_in_english() -> None:
    languages = Counter(post["language"] for post in POSTS.values())
    assert languages["en"] <= 0.8 * len(POSTS)
    assert set(languages) == {"en", "sv", "zh", "ar", "el", "es"}
    for post in POSTS.values():
        assert post["language"] in PEOPLE[post["author"]]["languages"], post["id"]


def test_eighteen_months() -> None:
    span = moment(NEWEST) - min(moment(post["created"]) for post in POSTS.values())
    assert timedelta(weeks=76) <= span <= timedelta(weeks=79)
    assert NEWEST.startswith("2026-11-20")


def test_every_text_is_its_own() -> None:
    bodies = Counter(post["body"] for post in POSTS.values())
    assert not [body for body, times in bodies.items() if times > 1]
    openings = Counter(post["body"][:25] for post in POSTS.values())
    assert not [opening for opening, times in openings.items() if times > 1]
    titles = [root["title"] for root in ROOTS.values()]
    assert len(set(titles)) == len(titles)


def test_words_of_the_format() -> None:
    for post in POSTS.values():
        assert post["kind"] in models.POST_KINDS
        assert post.get("body_format", "text") in models.BODY_FORMATS
    assert {act["kind"] for act in INTERACTIONS} <= set(models.INTERACTION_KINDS)
    assert {link["kind"] for link in LINKS} <= set(models.LINK_KINDS)
    assert {p.get("consent", "open") for p in PEOPLE.values()} == set(models.CONSENTS)
    attached = [a for post in POSTS.values() for a in post.get("attachments", [])]
    assert attached and all(a["alt"] and ".example/" in a["url"] for a in attached)
    mails = [p["email"] for p in PEOPLE.values() if not p.get("bot")]
    assert all(mail.endswith(".example") for mail in mails) and len(set(mails)) == 59


def test_references_resolve() -> None:
    for person in PEOPLE.values():
        assert person.get("manager", "karin.ehrling") in PEOPLE
    for space in SPACES.values():
        assert set(space.get("members", [])) <= set(PEOPLE)
    for post in POSTS.values():
        assert post["author"] in PEOPLE and post["space"] in SPACES
        assert post["thread"] in ROOTS
        assert post.get("parent", post["id"]) in POSTS
    for act in INTERACTIONS:
        assert act["person"] in PEOPLE and act["post"] in POSTS
    for link in LINKS:
        assert link["from"] in ROOTS and link["to"] in ROOTS


def test_nobody_acts_before_joining_or_after_leaving() -> None:
    acts = [(post["author"], post["created"]) for post in POSTS.values()]
    acts += [(act["person"], act["at"]) for act in INTERACTIONS]
    for person_id, at in acts:
        person = PEOPLE[person_id]
        assert person["joined"] < at < person.get("left", "9999")
        assert person.get("active", True)


def test_effects_follow_causes() -> None:
    order = [post["created"] for post in read("posts")]
    assert order == sorted(order)
    for post in POSTS.values():
        if "parent" in post:
            assert post["created"] > POSTS[post["parent"]]["created"]
            assert POSTS[post["parent"]]["thread"] == post["thread"]
        assert post.get("updated", "9999") > post["created"]
        assert post.get("valid_until", "9999") > post["created"]
    for act in INTERACTIONS:
        assert POSTS[act["post"]]["created"] < act["at"] <= NEWEST
        if act["kind"] not in ("accept", "tried"):
            assert act["person"] != POSTS[act["post"]]["author"]
    for link in LINKS:
        assert link["at"] > max(POSTS[link[end]]["created"] for end in ("from", "to"))


def test_only_members_act_in_members_spaces() -> None:
    acts = [(post["author"], post) for post in POSTS.values()]
    acts += [(act["person"], POSTS[act["post"]]) for act in INTERACTIONS]
    for person_id, post in acts:
        members = SPACES[post["space"]].get("members")
        assert members is None or person_id in members, (person_id, post["id"])


def test_accepted_answers_are_accepted_by_the_asker() -> None:
    accepts = {(act["person"], act["post"]) for act in INTERACTIONS if act["kind"] == "accept"}
    for post in POSTS.values():
        if post.get("accepted") and post["created"] < "2026-11-15":
            assert (POSTS[post["thread"]]["author"], post["id"]) in accepts


def test_people_are_as_told() -> None:
    told = STORIES["people"]
    assert [p["id"] for p in PEOPLE.values() if p.get("bot")] == told["bot"]
    assert {p["id"] for p in PEOPLE.values() if "left" in p} == set(told["left"])
    assert [p["id"] for p in PEOPLE.values() if p.get("away_until", "") > NEWEST] == told["away"]
    assert [p["id"] for p in PEOPLE.values() if not p.get("active", True)] == told["inactive"]
    for consent in ("named", "hidden"):
        ids = {p["id"] for p in PEOPLE.values() if p.get("consent") == consent}
        assert ids == set(told[consent])
    authors = {post["author"] for post in POSTS.values()}
    assert set(PEOPLE) - authors == set(told["never_posted"])
    assert POSTS[told["anonymous_question"]]["anonymous"] is True


def test_one_idea_twice() -> None:
    first, second = (POSTS[STORIES["idea_posted_twice"][key]] for key in ("first", "second"))
    assert first["language"] != second["language"]
    assert PEOPLE[first["author"]]["site"] != PEOPLE[second["author"]]["site"]
    assert moment(second["created"]) - moment(first["created"]) > timedelta(days=90)
    assert not repliers(first["id"]) & repliers(second["id"])
    assert not [k for k in LINKS if {k["from"], k["to"]} & {first["id"], second["id"]}]


def test_what_two_sites_asked_in_two_languages() -> None:
    story = STORIES["asked_twice"]
    for first, second in zip(story["first"], story["second"], strict=True):
        one, other = ROOTS[first], ROOTS[second]
        assert one["language"] != other["language"] and one["created"] < other["created"]
        assert PEOPLE[one["author"]]["site"] != PEOPLE[other["author"]]["site"]
        assert one["author"] not in repliers(second) and other["author"] not in repliers(first)
        assert not [link for link in LINKS if {link["from"], link["to"]} == {first, second}]


def test_the_junior_answers_most_on_light() -> None:
    story = STORIES["junior_who_knows"]
    junior = PEOPLE[story["person"]]
    assert "Trainee" in junior["title"] and "light" not in junior["about"].lower()
    assert moment(NEWEST) - moment(junior["joined"]) < timedelta(days=365)
    answers = [p for p in POSTS.values() if p["space"] == story["topic"] and p["kind"] == "answer"]
    mine = [post["id"] for post in answers if post["author"] == junior["id"]]
    assert set(mine) == set(story["answers"])
    assert len(mine) > len(answers) / 2


def test_the_lone_merchandiser() -> None:
    story = STORIES["lone_specialist"]
    department = PEOPLE[story["person"]]["department"]
    at_site = [
        p["id"]
        for p in PEOPLE.values()
        if p["site"] == story["site"] and p["department"] == department
    ]
    assert at_site == [story["person"]]
    for peer in story["peers"]:
        assert PEOPLE[peer]["department"] == department and PEOPLE[peer]["site"] != story["site"]


def test_last_years_idea() -> None:
    story = STORIES["seasonal_idea"]
    idea = POSTS[story["post"]]
    age = moment(NEWEST) - moment(idea["created"])
    assert timedelta(weeks=48) < age < timedelta(weeks=52)
    assert timedelta(0) < moment(idea["valid_until"]) - moment(idea["created"]) < timedelta(weeks=5)
    tried = [a for a in INTERACTIONS if a["kind"] == "tried" and a["post"] == idea["id"]]
    assert {act["site"] for act in tried} == set(story["tried_at"])
    assert {a["site"] for a in tried if a["value"] == "worked"} == set(story["worked_at"])


def test_questions_without_an_answer() -> None:
    hanging = [r["id"] for r in ROOTS.values() if r["kind"] == "question" and not repliers(r["id"])]
    assert set(hanging) == set(STORIES["unanswered"]["questions"])
    question = STORIES["nobody_knows"]["question"]
    others = [post["body"] for post in POSTS.values() if post["id"] != question]
    assert not [body for body in others if "piano" in body.lower()]


def test_the_overloaded_expert_has_a_second() -> None:
    story = STORIES["overloaded_expert"]
    answers = [p for p in POSTS.values() if p["space"] == story["space"] and p["kind"] == "answer"]
    by = Counter(post["author"] for post in answers)
    assert by.most_common(1)[0][0] == story["person"] and by[story["person"]] > len(answers) / 2
    recent = [
        p
        for p in answers
        if p["author"] == story["person"]
        and moment(NEWEST) - moment(p["created"]) < timedelta(weeks=3)
    ]
    assert len(recent) > PEOPLE[story["person"]]["weekly_capacity"]
    second = {p["id"] for p in answers if p["author"] == story["second_person"]}
    assert second == set(story["second_answers"])


def test_queries_name_people_who_can_be_found() -> None:
    queries = STORIES["query"]
    assert 12 <= len(queries) <= 20
    assert len({query["language"] for query in queries}) >= 5
    gone = [
        name for key in ("bot", "left", "inactive", "hidden") for name in STORIES["people"][key]
    ]
    for query in queries:
        assert set(query["people"]) <= set(PEOPLE) - set(gone)
        assert all(query["text"] not in post["body"] for post in POSTS.values())


def test_making_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    make(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (sample_folder() / name).read_bytes(), name


@pytest.mark.parametrize(
    ("now", "weeks"),
    [
        ("2026-11-20T15:43:00Z", 0),
        ("2026-11-22T00:00:00Z", 0),
        ("2026-11-27T15:42:59Z", 0),
        ("2026-11-27T15:43:00Z", 1),
        ("2026-11-20T15:42:59Z", -1),
        ("2027-11-20T00:00:00Z", 52),
    ],
)
def test_weeks_until(now: str, weeks: int) -> None:
    assert weeks_until(moment("2026-11-20T15:43:00Z"), moment(now)) == weeks


def test_shifted_moves_all_times_and_nothing_else() -> None:
    record = {"id": "x", "created": "2026-01-01T10:00:00Z", "at": "2026-01-02T00:00:00Z", "n": 3}
    moved = shifted(record, 2)
    assert moved == record | {"created": "2026-01-15T10:00:00Z", "at": "2026-01-16T00:00:00Z"}
    assert shifted(moved, -2) == record


def test_write_shifted_brings_it_to_this_week(tmp_path: Path) -> None:
    now = datetime(2028, 2, 29, 9, 30, tzinfo=UTC)
    folder = write_shifted(tmp_path / "new" / "sample", now)
    posts = read("posts", folder)
    newest = max(moment(post["created"]) for post in posts)
    assert timedelta(0) <= now - newest < timedelta(weeks=1)
    assert all(moment(act["at"]) <= now for act in read("interactions", folder))
    assert [post["body"] for post in posts] == [post["body"] for post in read("posts")]
    assert len(read("people", folder)) == 60
