"""Two servers streaming: what a standby answers, and what a promoted one has."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from data.store import Store
from evaluation.benchmarks.failover import fail_over_repeatedly
from evaluation.benchmarks.pgserver import FOR_TESTS, NoServer
from evaluation.benchmarks.streaming import DURABILITY, Pair, streaming
from recommender.engine import Engine
from tests.asking import told
from tests.communities import encoders, random_community

SAFE = DURABILITY["standby"] | FOR_TESTS


@pytest.fixture
def pair() -> Iterator[Pair]:
    try:
        with streaming(SAFE) as running:
            yield running
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


def _left_alone(client: TestClient) -> dict[str, Any]:
    """What is said of the standby once it has noticed that its primary is gone."""
    for _ in range(200):
        standby: dict[str, Any] = client.get("/health/ready").json()["standby"]
        if not standby["streaming"]:
            return standby
        time.sleep(0.05)
    raise AssertionError("the standby does not notice")


def test_a_standby_answers_and_takes_over(pair: Pair) -> None:
    ahead = Store.open(pair.url())
    ahead.uid()
    ahead.apply(random_community(5).records())
    writing = Engine(ahead, encoders(), None)
    writing.sync()
    behind = Store.open(pair.standby.url())
    _caught_up(behind, ahead)
    reading = Engine(behind, encoders(), None)
    reading.sync()
    assert told(reading) == told(writing)
    lamp = {"author": "ada", "created": "2024-01-01", "body": "spotlight glass"}
    with _client(behind, reading) as client:
        ready = client.get("/health/ready").json()
        assert ready["standby"]["streaming"] and ready["standby"]["behind_s"] >= 0
        refused = client.put("/v1/posts/new", json=lamp)
        assert refused.status_code == 503 and refused.headers["retry-after"] == "1"
        assert "takes no writes" in refused.json()["detail"]
        writing.store.delete_post("t1")
        _caught_up(behind, ahead)
        assert client.get("/v1/posts/t1").status_code == 404
        pair.primary.kill()
        assert client.get("/v1/posts/t0").status_code == 200
        alone = _left_alone(client)
        assert alone["behind_s"] > 0
        pair.fail_over()
        assert client.put("/v1/posts/new", json=lamp).status_code == 201
        assert "standby" not in client.get("/health/ready").json()
    # Whoever was told of both servers finds the one that is left.
    assert ahead.get_post("new") is not None
    assert told(writing) == told(reading)
    ahead.close()
    behind.close()


def test_nothing_acknowledged_is_lost_with_the_primary_under_load(postgres: object) -> None:
    found = fail_over_repeatedly(SAFE, times=1, seconds=2.0)
    [once] = found.rounds
    assert once.acknowledged > 0 and once.lost == 0 and once.twice == 0
    assert once.reads > 0 and once.rude == 0, found.failures
    assert found.agree
