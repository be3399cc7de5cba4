"""The database server is away, wrong, or back again: sentences, 503, and nothing lost."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.settings import Settings
from data.errors import StoreError
from data.models import Person
from data.store import Store
from evaluation.benchmarks.pgserver import FOR_TESTS, NoServer, Server
from recommender.engine import Engine
from tests.asking import told
from tests.communities import encoders
from tests.databases import Postgres, url_of

ROOT = Path(__file__).parents[1]


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that may be killed."""
    try:
        server = Server(FOR_TESTS)
        server.create()
        server.start()
    except NoServer as reason:
        pytest.skip(str(reason))
    yield server
    server.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://nobody@127.0.0.1:1/x", "does not answer .*start it, or mend"),
        ("mysql://x@y/z", "mysql is neither SQLite nor PostgreSQL; write for"),
        ("postgresql://x@127.0.0.1:port/z", "not a database URL"),
    ],
)
def test_a_wrong_url_is_told_in_a_sentence(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as told:
        Store.open(url)
    assert "\n" not in str(told.value)


def test_what_the_server_refuses_is_told_in_a_sentence(postgres: Postgres) -> None:
    with pytest.raises(StoreError, match='database "none" does not exist'):
        Store.open(postgres.server.url("none"))
    with pytest.raises(StoreError, match='role "eve" does not exist'):
        Store.open(postgres.server.url().replace("postgres@", "eve:secret@"))
    postgres.execute("CREATE ROLE one_too_many LOGIN CONNECTION LIMIT 0")
    with pytest.raises(StoreError, match="no connection left; raise its max_connections"):
        Store.open(postgres.server.url().replace("postgres@", "one_too_many@"))
    with pytest.raises(StoreError, match=r'cannot be used .*option "nonsense"') as told:
        Store.open(postgres.server.url() + "?nonsense=1")
    assert "\n" not in str(told.value)
    store = postgres.new_store()
    name = store.database.url.database
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store.close()
    with pytest.raises(StoreError, match="takes no writes"):
        store.apply([Person("ada")])
    postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    store.close()


def test_a_database_without_most_letters_is_refused_in_a_sentence(postgres: Postgres) -> None:
    """It opened, and the first Chinese name ended an import with a traceback."""
    of_then = "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
    postgres.execute(f"CREATE DATABASE few_letters {of_then}")
    with pytest.raises(StoreError, match=r"encoded in LATIN1.*ENCODING 'UTF8'"):
        Store.open(postgres.server.url("few_letters"))


@pytest.mark.parametrize("encoding", ["UTF8", "SQL_ASCII"])
def test_all_letters_are_kept_whatever_the_client_or_the_database_is_set_to(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """A client set to LATIN1 failed at Chinese; of a database without encoding all texts came
    back as bytes."""
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    name = f"letters_{encoding.lower()}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    store = Store.open(postgres.server.url(name))
    ada = Person("å/窓", name="窓 😀", extra={"ä": "窓"})
    store.apply([ada])
    kept = store.get_person("å/窓")
    store.close()
    assert kept == ada


@pytest.mark.parametrize(
    ("limit", "statement"),
    [
        ("statement_timeout", "SELECT pg_sleep(5)"),
        ("idle_in_transaction_session_timeout", "SELECT 1"),
    ],
)
def test_limits_of_the_server_are_told_in_a_sentence(
    postgres: Postgres, limit: str, statement: str
) -> None:
    """Where an administrator limits what statements take, every request got a 500."""
    store = postgres.new_store()
    with (
        pytest.raises(StoreError, match=f"raise its {limit}"),
        store.database.writing_connection() as connection,
    ):
        connection.execute(text(f"SET LOCAL {limit} = 20"))
        time.sleep(0.2)
        connection.execute(text(statement))
    store.apply([Person("ada")])
    assert store.get_person("ada") is not None


def test_secrets_are_not_told(postgres: Postgres) -> None:
    url = postgres.server.url("none").replace("postgres@", "postgres:secret@")
    with pytest.raises(StoreError) as told:
        Store.open(url)
    assert "secret" not in str(told.value)


def test_the_api_says_503_and_recovers(own_server: Server) -> None:
    store = Store.open(own_server.url())
    engine = Engine(store, encoders(), None)
    with TestClient(
        create_app(store, engine, Settings()),
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 1),
        raise_server_exceptions=False,
    ) as client:
        lamp = {"author": "ada", "created": "2024-01-01", "body": "spotlight glass"}
        assert client.put("/v1/posts/a", json=lamp).status_code == 201
        own_server.kill()
        for method, path in (
            ("GET", "/v1/posts/a"),
            ("PUT", "/v1/posts/b"),
            ("GET", "/v1/people/ada/feed"),
            ("GET", "/health/ready"),
        ):
            answer = client.request(method, path, json=lamp if method == "PUT" else None)
            assert answer.status_code == 503, (path, answer.text)
            assert "does not answer" in answer.json()["detail"]
        assert client.get("/health/live").status_code == 200
        own_server.start()
        assert client.get("/v1/posts/a").json()["body"] == "spotlight glass"
        assert client.get("/v1/posts/b").status_code == 404
        assert client.put("/v1/posts/b", json=lamp).status_code == 201
        found = client.post("/v1/similar", json={"body": "spotlight"}).json()["posts"]
        assert {hit["post"]["id"] for hit in found} == {"a", "b"}
        assert client.get("/health/ready").status_code == 200
    store.close()


NDJSON = {"Content-Type": "application/x-ndjson"}

SERVE = """
import sys
import uvicorn
from api.app import create_app
from api.settings import Settings
from data.store import Store
from recommender.engine import Engine
from tests.communities import encoders

store = Store.open(sys.argv[1])
app = create_app(store, Engine(store, encoders(), None), Settings())
config = uvicorn.Config(app, port=0, log_level="error")

class Telling(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)

Telling(config).run()
"""


def _line(number: int) -> str:
    said = f'"body": "spotlight glass word{number}"'
    return f'{{"type": "post", "id": "p{number}", "author": "a", "created": "2024-01-01", {said}}}'


def test_what_an_api_acknowledged_survives_its_kill(postgres: Postgres) -> None:
    store, rng, sent = postgres.new_store(), Random(2), 0
    acknowledged: set[str] = set()
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, url_of(store)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        address = f"http://127.0.0.1:{int(process.stdout.readline())}"
        # At whatever moment of whichever request.
        killer = threading.Timer(0.1 + rng.random() / 2, process.kill)
        with httpx.Client(base_url=address, timeout=20) as client:
            while True:
                numbers = range(sent, sent + 40)
                sent += 40
                body = "\n".join(map(_line, numbers))
                try:
                    answer = client.post("/v1/import", content=body, headers=NDJSON)
                except httpx.HTTPError:
                    break
                assert answer.json()["accepted"] == 40
                acknowledged |= {f"p{n}" for n in numbers}
                if killer.ident is None:
                    killer.start()
        killer.join()
        process.wait()
        process.stdout.close()
    assert acknowledged
    whole, rebuilt = Engine(store, encoders(), None), Engine(store, encoders(), None)
    whole.sync()
    there = {post.id for post in store.posts(range(1, sent + 1)).values()}
    assert acknowledged <= there and store.counts()["posts"] == len(there)
    rebuilt.sync()
    assert whole.status()["pending"] == 0 and told(whole) == told(rebuilt)
