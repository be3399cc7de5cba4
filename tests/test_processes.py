"""Two real `whoknows serve` processes on one PostgreSQL: what one is told, the other answers."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from data.store import Store
from recommender.ranker import default_ranker
from tests.databases import Postgres

ROOT = Path(__file__).parents[1]

QUESTIONS = (
    "how do we light a shop window in the evening",
    "the receipt printer does not print",
)
PEOPLE = ("ada", "bo", "cy", "dee")


@contextlib.contextmanager
def served(url: str, folder: Path) -> Iterator[httpx.Client]:
    """A client of a server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "WHOKNOWS_DATABASE_URL": url},
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, "the server did not start"
        with httpx.Client(base_url=found.group(), timeout=60) as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.fixture(scope="module")
def pair(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, httpx.Client, httpx.Client]]:
    """The URL of a database, and two servers on it that know a few threads."""
    url = postgres.new_url()
    folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    with ThreadPoolExecutor(2) as pool, contextlib.ExitStack() as stack:
        starting = [served(url, folder) for folder in folders]
        first, second = pool.map(stack.enter_context, starting)
        for number, question in enumerate(QUESTIONS):
            _put(first, f"q{number}", author="asker", title=question, body=question)
            for place, person in enumerate(PEOPLE[number * 2 : number * 2 + 2]):
                reply = f"{question}: I have done this {place + 1} times, call me"
                under = {"parent": f"q{number}", "thread": f"q{number}"}
                _put(first, f"r{number}{person}", author=person, body=reply, **under)
        yield url, first, second


def _put(client: httpx.Client, id_: str, **said: Any) -> int:
    body = {"created": "2026-05-01T10:00:00Z", "body": "", **said}
    return client.put(f"/v1/posts/{id_}", json=body).raise_for_status().status_code


def _told(client: httpx.Client) -> list[Any]:
    """What a server says, without how long it took."""
    told = []
    for question in QUESTIONS:
        for path, body in (
            ("/v1/experts/search", {"query": question}),
            ("/v1/similar", {"body": question}),
        ):
            answer = client.post(path, json=body).raise_for_status().json()
            answer.pop("took_ms")
            told.append(answer)
    told.append(client.get("/v1/people/dee/feed").raise_for_status().json())
    return told


def _similar(client: httpx.Client, text: str) -> list[str]:
    answer = client.post("/v1/similar", json={"body": text, "k": 20}).raise_for_status()
    return [one["post"]["id"] for one in answer.json()["posts"]]


def test_a_write_and_a_deletion_through_one_are_in_the_others_next_answer(
    pair: tuple[str, httpx.Client, httpx.Client],
) -> None:
    _, first, second = pair
    for here, there in ((first, second), (second, first)):
        assert _put(here, "new", author="eve", body="where is the spare mannequin kept") == 201
        assert "new" in _similar(there, "a mannequin to spare")
        assert _told(here) == _told(there)
        assert there.get("/v1/posts/new").json()["author"] == "eve"
        assert there.delete("/v1/posts/new").status_code == 204
        assert "new" not in _similar(here, "a mannequin to spare")
        assert here.get("/v1/posts/new").status_code == 404
        assert _told(here) == _told(there)


def test_a_deleted_person_is_gone_from_both(
    pair: tuple[str, httpx.Client, httpx.Client],
) -> None:
    _, first, second = pair
    _put(first, "gone", author="zoe", body=f"{QUESTIONS[0]}: I know", parent="q0", thread="q0")

    def asked(client: httpx.Client) -> list[str]:
        answer = client.post("/v1/experts/search", json={"query": QUESTIONS[0], "k": 20})
        return [one["person"]["id"] for one in answer.json()["candidates"]]

    assert "zoe" in asked(second)
    assert first.delete("/v1/people/zoe").status_code == 204
    assert "zoe" not in asked(second) and second.get("/v1/people/zoe").status_code == 404


def test_what_was_learned_is_taken_up_by_both(
    pair: tuple[str, httpx.Client, httpx.Client],
) -> None:
    url, first, second = pair
    before = _told(second)
    assert _told(first) == before
    ranker = default_ranker()
    heavier = replace(ranker, weights={name: 2 * w for name, w in ranker.weights.items()})
    store = Store.open(url)
    store.keep_learned({"ranker": heavier.to_bytes()})
    after = _told(second)
    assert after != before and after == _told(first)
    store.keep_learned({"ranker": ranker.to_bytes()})
    assert _told(second) == before == _told(first)
    store.close()


def test_who_write_the_same_record_at_once_agree_on_it(
    pair: tuple[str, httpx.Client, httpx.Client],
) -> None:
    _, *servers = pair
    texts = [f"the {word} lamp by the door is broken" for word in ("red", "blue", "green")]
    for round_ in range(3):
        id_ = f"same{round_}"
        with ThreadPoolExecutor(6) as pool:
            jobs = [
                pool.submit(_put, server, id_, author="eve", body=text)
                for text in texts
                for server in servers
            ]
            codes = [job.result() for job in jobs]
        # One of them made it, whoever that was; the others replaced it.
        assert sorted(codes) == [200] * 5 + [201]
        bodies = {server.get(f"/v1/posts/{id_}").json()["body"] for server in servers}
        assert len(bodies) == 1 and bodies <= set(texts)
        assert _told(servers[0]) == _told(servers[1])
        assert all(_similar(server, "broken lamp").count(id_) == 1 for server in servers)
