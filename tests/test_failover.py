"""Two servers streaming: what a standby answers, and what a promoted one has."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from data.store import Store
from evaluation.benchmarks.failover import DURABILITY, both, fail_over, streaming
from evaluation.benchmarks.pgserver import FOR_TESTS, NoServer, Server
from recommender.engine import Engine
from tests.asking import told
from tests.communities import encoders, random_community

SAFE = DURABILITY["on the standby's disk"] | FOR_TESTS


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    try:
        with streaming(SAFE) as servers:
            yield servers
    except NoServer as reason:
        pytest.skip(str(reason))


def _client(store: Store, engine: Engine) -> TestClient:
    app = create_app(store, engine, Settings())
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def _caught_up(behind: Store, ahead: Store) -> None:
    for _ in range(2000):
        if behind.seq() == ahead.seq():
            return
    raise AssertionError("the standby does not follow")


def test_a_standby_answers_and_takes_over(pair: tuple[Server, Server]) -> None:
    primary, standby = pair
    ahead = Store.open(both(primary, standby))
    ahead.uid()
    ahead.apply(random_community(5).records())
    writing = Engine(ahead, encoders(), None)
    writing.sync()
    behind = Store.open(standby.url())
    _caught_up(behind, ahead)
    reading = Engine(behind, encoders(), None)
    reading.sync()
    assert told(reading) == told(writing)
    lamp = {"author": "ada", "created": "2024-01-01", "body": "spotlight glass"}
    with _client(behind, reading) as client:
        ready = client.get("/health/ready").json()
        assert ready["standby"]["streaming"] and ready["standby"]["behind_s"] >= 0
        refused = client.put("/v1/posts/new", json=lamp)
        assert refused.status_code == 503 and "takes no writes" in refused.json()["detail"]
        writing.store.delete_post("t1")
        _caught_up(behind, ahead)
        assert client.get("/v1/posts/t1").status_code == 404
        primary.kill()
        assert client.get("/v1/posts/t0").status_code == 200
        standby.call("pg_ctl", ["promote", "-D", str(standby.data), "-w"])
        assert client.put("/v1/posts/new", json=lamp).status_code == 201
        assert "standby" not in client.get("/health/ready").json()
    # Whoever was told of both servers finds the one that is left.
    assert ahead.get_post("new") is not None
    assert told(writing) == told(reading)
    ahead.close()
    behind.close()


def test_no_acknowledged_write_is_lost_with_the_primary(postgres: object) -> None:
    found = fail_over(SAFE, 1.0)
    assert found.acknowledged > 0 and found.lost == 0 and found.outage_s < 60
