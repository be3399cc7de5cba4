"""However records come in, the answers are the same; and what is deleted was never there.

Communities of nasty shapes, by every door, compared by what is answered over HTTP to some viewers,
now and of the past.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

import api.routes.figures
import api.routes.people
import api.routes.posts
import api.routes.searches
import api.routes.topics
from api.app import create_app
from api.settings import Settings
from data.importing import import_path
from data.store import Store
from recommender.engine import Engine
from recommender.settings import EngineSettings
from tests.communities import NOW, START, encoders, new_store
from tests.nasty import Json, Nasty

SEEDS = (1, 2, 12)
PAST = START + timedelta(days=100, hours=7)
FILES = {"spaces": "space", "people": "person", "posts": "post", "links": "link"}
FILES["interactions"] = "interaction"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    told = api.routes.people, api.routes.posts, api.routes.searches, api.routes.topics
    for routes in (*told, api.routes.figures):
        monkeypatch.setattr(routes, "current_time", lambda: NOW)


class Service:
    """The doors over a store of its own, or over one that is there."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or new_store()
        self.engine = Engine(self.store, encoders(), None, EngineSettings())
        self.engine.sync()
        app = create_app(self.store, self.engine, Settings())
        self.client = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1))

    def post(self, records: list[Json]) -> None:
        lines = "\n".join(json.dumps(record) for record in records)
        told = self.client.post("/v1/import", content=lines).json()
        assert told["errors"] == [] and told["accepted"] == len(records)

    def put(self, kind: str, record: Json) -> None:
        path = f"/v1/{kind}/{quote(record['id'], safe='')}"
        body = {key: value for key, value in record.items() if key != "type"}
        assert self.client.put(path, json=body).status_code == 201

    def delete(self, kind: str, id_: str) -> None:
        assert self.client.delete(f"/v1/{kind}/{quote(id_, safe='')}").status_code == 204

    def ask(self, method: str, path: str, **asked: object) -> object:
        """What is answered, without the time that it took; the status where that is no 200."""
        stated = {key: value for key, value in asked.items() if value is not None}
        if method == "POST":
            answer = self.client.post(path, json=stated)
        else:
            answer = self.client.get(path, params=json.loads(json.dumps(stated)))
        assert answer.status_code in (200, 404), answer.text
        return self._told(answer.json()) if answer.status_code == 200 else answer.status_code

    @staticmethod
    def _told(content: Json) -> Json:
        return {key: value for key, value in content.items() if key != "took_ms"}


def answers(service: Service, community: Nasty, moment: datetime | None) -> dict[object, object]:
    """What some viewers are told, by what they asked."""
    as_of = None if moment is None else moment.isoformat()
    lamps = {"query": "fix the spotlight of the window display @ABC", "tags": ["light"], "k": 50}
    space = community.spaces[0]["id"] if community.spaces else None
    told: dict[object, object] = {}
    for viewer in (None, *community.names[:2]):
        seen = {"viewer_id": viewer, "as_of": as_of}
        for at, body in enumerate(
            (lamps, {"query": "invoice", "asker_id": viewer, "space": space})
        ):
            told[viewer, at] = service.ask("POST", "/v1/experts/search", **seen, **body)
        told[viewer, "like"] = service.ask(
            "POST", "/v1/similar", title="glass season", k=90, **seen
        )
        told[viewer, "topics"] = service.ask("GET", "/v1/topics", **seen)
        told[viewer, "figures"] = service.ask("GET", "/v1/figures", days=400, **seen)
        for name in community.names[:3]:
            path = f"/v1/people/{quote(name, safe='')}"
            told[name, viewer] = service.ask("GET", f"{path}/expertise", **seen)
            if viewer == name:
                told[name, "peers"] = service.ask("GET", f"{path}/peers", **seen)
                told[name, "feed"] = service.ask("GET", f"{path}/feed", k=50, as_of=as_of)
        if moment is None:
            told[viewer, "people"] = service.ask("GET", "/v1/people", viewer_id=viewer)
            for post in community.posts[::4]:
                path = f"/v1/posts/{quote(post['id'], safe='')}"
                told[viewer, path] = service.ask("GET", f"{path}/thread", viewer_id=viewer)
    return told


def both(service: Service, community: Nasty) -> list[dict[object, object]]:
    return [answers(service, community, moment) for moment in (None, PAST)]


@pytest.fixture(params=SEEDS, scope="module")
def community(request: pytest.FixtureRequest) -> Nasty:
    return Nasty(request.param)


def by_lines(service: Service, community: Nasty, folder: Path) -> None:
    service.post(community.records())


def twice(service: Service, community: Nasty, folder: Path) -> None:
    for _ in range(2):
        service.post(community.records())


def in_another_order(service: Service, community: Nasty, folder: Path) -> None:
    rng = Random(3)
    for records in (
        [*community.spaces, *community.people, *community.posts],
        [*community.acts, *community.links],
    ):
        service.post(rng.sample(records, len(records)))


def by_file(service: Service, community: Nasty, folder: Path) -> None:
    for name, kind in FILES.items():
        lines = [json.dumps(each) for each in community.records() if each["type"] == kind]
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("\r\n".join(lines).encode()))
    import_path(service.store, folder)
    service.engine.sync()


def by_puts(service: Service, community: Nasty, folder: Path) -> None:
    service.post(community.spaces)
    for person in community.people:
        service.put("people", person)
    for post in community.posts:
        service.put("posts", post)
    service.post([*community.acts, *community.links])


def by_a_restart(service: Service, community: Nasty, folder: Path) -> None:
    service.post(community.records())
    again = Service(service.store)
    service.client, service.engine = again.client, again.engine


@pytest.fixture(scope="module")
def expected(community: Nasty) -> Iterator[Callable[[], list[dict[object, object]]]]:
    """What is told of the community that came in by lines, made once."""
    made: list[list[dict[object, object]]] = []

    def get() -> list[dict[object, object]]:
        if not made:
            service = Service()
            by_lines(service, community, Path())
            made.append(both(service, community))
        return made[0]

    yield get


@pytest.mark.parametrize("door", [twice, in_another_order, by_file, by_puts, by_a_restart])
def test_by_whatever_door_it_comes_in(
    community: Nasty,
    expected: Callable[[], list[dict[object, object]]],
    door: Callable[[Service, Nasty, Path], None],
    tmp_path: Path,
) -> None:
    service = Service()
    door(service, community, tmp_path)
    assert both(service, community) == expected()


def roots(service: Service, community: Nasty) -> dict[str, str]:
    """The id of the root that each post hangs on."""
    keys = {
        key: post["id"] for post in community.posts if (key := service.store.post_key(post["id"]))
    }
    found = service.engine.community.posts["root"]
    return {id_: keys[int(found[key])] for key, id_ in keys.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_deleted_was_never_there(seed: int) -> None:
    """Whole threads, by their roots; and people on whose posts nobody else's hang."""
    whole, left = Nasty(seed), Nasty(seed)
    service = Service()
    service.post(whole.records())
    root_of = roots(service, whole)
    hung_on = {
        post.get(key): post["author"] for post in whole.posts for key in ("parent", "thread")
    }
    gone = {id_ for id_, root in root_of.items() if root in list(root_of.values())[:2]}
    idle = [
        name
        for name in whole.names
        if not any(hung_on.get(p["id"], name) != name for p in whole.posts if p["author"] == name)
    ][:1]
    for root in {root_of[id_] for id_ in gone}:
        service.delete("posts", root)
    for name in idle:
        service.delete("people", name)
    gone |= {post["id"] for post in whole.posts if post["author"] in idle}
    left.posts = [post for post in left.posts if post["id"] not in gone]
    left.people = [
        {key: value for key, value in person.items() if key != "manager" or value not in idle}
        for person in left.people
        if person["id"] not in idle
    ]
    left.spaces = [
        space | {"members": [name for name in space["members"] if name not in idle]}
        for space in left.spaces
    ]
    left.acts = [act for act in left.acts if act["post"] not in gone and act["person"] not in idle]
    left.links = [link for link in left.links if not {link["from"], link["to"]} & gone]
    # Who was known by what is gone alone is asked about no more: an empty person stays of them.
    known = {person["id"] for person in left.people} | {act["person"] for act in left.acts}
    known |= {post["author"] for post in left.posts}
    left.names = [name for name in left.names if name in known]
    never = Service()
    never.post(left.records())
    assert both(service, left) == both(never, left)
