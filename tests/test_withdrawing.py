"""What somebody did and took back is gone, everywhere and for good, until they do it anew."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from data.importing import import_path
from data.models import Interaction, Person, Post, Record
from data.records import to_json
from data.store import Store
from data.tables import interactions, withdrawals
from recommender.engine import Engine
from tests.asking import told
from tests.communities import NOW, engine_of, new_store, random_community

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POST = Post("p", "a", NOW - 5 * HOUR, "spotlights for the window", space="s")
AT = "/v1/interactions"


@pytest.fixture
def store(each_database: None) -> Iterator[Store]:
    store = new_store()
    store.apply([POST, Post("q", "a", NOW, "another")])
    yield store
    store.close()


def kept(store: Store) -> list[tuple[str, int | None]]:
    with store.database.reading() as connection:
        columns = (interactions.c.kind, interactions.c.at)
        return sorted(tuple(row) for row in connection.execute(select(*columns)))


def did(kind: str, at: datetime | None, person: str | None = "v", post: str = "p") -> Interaction:
    return Interaction(person, post, kind, at=at)


def test_all_of_the_kind_goes_and_nothing_else(store: Store) -> None:
    others = [
        did("like", NOW), did("dismiss", NOW, "w"), did("dismiss", NOW, post="q"),
        did("dismiss", NOW, None),
    ]  # fmt: skip
    store.apply([*others, *(did("dismiss", at) for at in (NOW - DAY, NOW, NOW + DAY, None))])
    before = store.seq()
    store.withdraw("v", "p", "dismiss")
    assert [kind for kind, _ in kept(store)] == ["dismiss"] * 3 + ["like"]
    # A follower is told which rows are gone, those who come anew need not be.
    assert len(store.changes(before).removed["interaction"]) == 4
    again = store.seq()
    store.withdraw("v", "p", "dismiss")
    assert store.changes(again).removed == {}


def test_no_import_brings_it_back_but_what_is_done_later_counts(store: Store) -> None:
    old = [did("like", NOW), did("like", None)]
    store.apply(old)
    store.withdraw("v", "p", "like")
    verdicts = store.apply([*old, did("like", NOW, "w"), did("follow", NOW)])
    assert [v is None for v in verdicts] == [False, False, True, True]
    assert all("taken back" in v and "POST /v1/interactions" in v for v in verdicts if v)
    later = did("like", datetime.now(UTC) + DAY)
    assert store.apply([later]) == [None]
    # By a clock that is fast it was done ahead of its being taken back.
    store.withdraw("v", "p", "like")
    assert store.apply([later]) != [None]
    assert store.apply([did("like", datetime.now(UTC) + 2 * DAY)]) == [None]


def test_who_does_it_anew_at_the_door_means_it(store: Store) -> None:
    store.withdraw("v", "p", "like")
    store.put(did("like", None))
    assert len(kept(store)) == 1
    # That opens no way for what was taken back before.
    assert store.apply([did("like", NOW)]) != [None]


def test_it_may_be_taken_back_before_it_is_known_and_after_its_post_is_gone(store: Store) -> None:
    store.withdraw("nobody yet", "no post yet", "view")
    late = Post("no post yet", "a", NOW, "late")
    verdicts = store.apply([late, did("view", NOW, "nobody yet", "no post yet")])
    assert [v is None for v in verdicts] == [True, False]
    # Nobody is made up of what did not go in.
    assert store.get_person("nobody yet") is None
    store.apply([did("like", NOW)])
    store.withdraw("v", "p", "like")
    store.delete_post("p")
    store.put_post(POST)
    assert store.apply([did("like", NOW)]) != [None]


def test_what_was_taken_back_cannot_be_read_in_the_database(store: Store) -> None:
    store.apply([did("dismiss", NOW, "Frobozz")])
    store.withdraw("Frobozz", "p", "dismiss")
    with store.database.reading() as connection:
        (row,) = connection.execute(select(withdrawals)).all()
    assert len(row.key) == 32 and b"Frobozz" not in row.key


def test_an_export_read_again_leaves_it_out_and_says_so(store: Store, tmp_path: Path) -> None:
    lines = [json.dumps(to_json(record)) for record in (did("like", NOW), did("view", NOW))]
    (tmp_path / "posts.jsonl").write_text(json.dumps(to_json(POST)) + "\n")
    (tmp_path / "interactions.jsonl").write_text("\n".join(lines) + "\n")
    assert import_path(store, tmp_path).accepted["interactions"] == 2
    store.withdraw("v", "p", "like")
    for snapshot in (False, True):
        report = import_path(store, tmp_path, snapshot=snapshot)
        assert report.accepted["interactions"] == 1
        (refused,) = report.rejections
        assert (refused.file, refused.line) == ("interactions.jsonl", 1)
        assert [kind for kind, _ in kept(store)] == ["view"]


@pytest.mark.parametrize("seed", [3, 4])
def test_taken_back_is_as_if_it_had_never_been_done(seed: int) -> None:
    """Feeds, similar, topics, today and of the past, before and after `learn`."""
    community = random_community(seed)
    named = [act for act in community.interactions if act.person]
    gone = {(act.person, act.post, act.kind) for act in named[::3]}
    left: list[Record] = [
        record
        for record in community.records()
        if not isinstance(record, Interaction)
        or (record.person, record.post, record.kind) not in gone
    ]
    # They are known by what they did, which is not what is taken back.
    people = [Person(f"p{i:02}", implicit=True) for i in range(12)]
    engine = engine_of([*people, *community.records()])
    told(engine)
    for person, post, kind in sorted(gone):
        engine.store.withdraw(str(person), post, kind)
    engine.sync()
    never = engine_of([*people, *left])
    assert told(engine) == told(never)
    for each in (engine, never):
        each.learn(None, NOW)
    assert told(engine) == told(never)


def test_at_the_door_at_once_also_as_of_and_the_second_time(
    client: TestClient, service: tuple[Store, Engine]
) -> None:
    store, engine = service
    now = datetime.now(UTC)
    store.apply([Person("v/1"), Post("a b#", "a", now - 3 * HOUR, "spotlights", kind="idea")])
    engine.sync()

    def offered(**more: str) -> set[str]:
        items = client.get("/v1/people/v%2F1/feed", params=more).json()["items"]
        return {item["post"]["id"] for item in items}

    act = {"person": "v/1", "post": "a b#", "kind": "dismiss"}
    past = (now - HOUR).isoformat()
    for at in (now - 2 * HOUR, now):
        assert client.post(AT, json={**act, "at": at.isoformat()}).status_code == 201
    tried = {**act, "kind": "tried", "value": "worked", "at": (now - 2 * HOUR).isoformat()}
    assert client.post(AT, json=tried).status_code == 201
    assert offered() == offered(as_of=past) == set()

    def reason() -> str:
        found = client.post("/v1/similar", json={"title": "spotlights"}).json()["posts"]
        return str(found[0]["reason"])

    assert "tried at one site" in reason()
    for kind in ("dismiss", "dismiss", "tried"):
        answer = client.delete(AT, params={**act, "kind": kind})
        assert (answer.status_code, answer.content) == (204, b"")
    assert offered() == offered(as_of=past) == {"a b#"}
    assert "tried" not in reason()
    line = json.dumps({"type": "interaction", **act, "at": now.isoformat()})
    told = client.post("/v1/import", content=line).json()
    assert (told["rejected"], told["errors"][0]["line"]) == (1, 1)
    assert client.post(AT, json={**act, "at": now.isoformat()}).status_code == 201
    assert offered() == set()
    # Whoever starts anew reads the same.
    other = Engine.open(store)
    assert not other.feed("v/1", now=datetime.now(UTC)).items


@pytest.mark.parametrize(
    ("params", "field", "reason"),
    [
        ({"post": "p", "kind": "like"}, "person", "is required"),
        ({"person": "", "post": "p", "kind": "like"}, "person", "is required"),
        ({"person": "v", "kind": "like"}, "post", "is required"),
        ({"person": "v", "post": " ", "kind": "like"}, "post", "some text"),
        ({"person": "v", "post": "p\x00", "kind": "like"}, "post", "no NUL"),
        ({"person": "v" * 513, "post": "p", "kind": "like"}, "person", "longer than 512"),
        ({"person": "v", "post": "p"}, "kind", "is required"),
        ({"person": "v", "post": "p", "kind": "stare"}, "kind", "must be one of view, like"),
        ({"person": "v", "post": "p", "kind": "like", "at": "now"}, "at", "not a known key"),
    ],
)
def test_what_is_wrong_is_named(
    client: TestClient, params: dict[str, str], field: str, reason: str
) -> None:
    answer = client.delete(AT, params=params)
    told = answer.json()
    assert (answer.status_code, told["field"]) == (422, field)
    assert reason in told["detail"]


def test_it_is_in_the_document(client: TestClient) -> None:
    told = client.get("/openapi.json").json()["paths"][AT]["delete"]
    assert {part["name"] for part in told["parameters"] if part["required"]} == {
        "person", "post", "kind",
    }  # fmt: skip
    assert told["responses"].keys() == {"204", "400", "422", "503"}
