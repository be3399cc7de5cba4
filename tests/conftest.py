"""The doors over a service, in the process and behind a real server on a free port."""

import contextlib
import functools
import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

import recommender.encoders
from api.app import create_app
from api.settings import Settings
from data.store import Store
from embeddings.registry import open_encoder
from evaluation.benchmarks.pgserver import NoServer
from recommender.engine import Engine
from recommender.settings import EngineSettings
from tests import communities, shop
from tests.browser import Chromium, Tab, find_chromium, running_chromium
from tests.databases import Postgres, running_postgres


@pytest.fixture(scope="session", autouse=True)
def encoders_opened_once() -> Iterator[None]:
    """Opening an encoder takes seconds, and it has no state: all tests share each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recommender.encoders, "open_encoder", functools.cache(open_encoder))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server that the tests start themselves."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except NoServer as reason:
            pytest.skip(str(reason))
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever asks for this runs twice, with `new_store` on either database."""
    if request.param == "sqlite":
        yield
        return
    communities.elsewhere.append(request.getfixturevalue("postgres").new_store)
    yield
    communities.elsewhere.pop()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once."""
    path = tmp_path_factory.mktemp("migrated") / "w.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@contextlib.contextmanager
def opened_service(migrated: Path, folder: Path) -> Iterator[tuple[Store, Engine]]:
    """A store and an engine on it, both empty."""
    if communities.elsewhere:
        store = communities.elsewhere[-1]()
        yield store, Engine.open(store, EngineSettings(index_folder=folder / "index"))
        store.close()
        return
    shutil.copy(migrated, folder / "w.db")
    store = Store.open(f"sqlite:///{folder / 'w.db'}")
    yield store, Engine.open(store)
    store.close()


@pytest.fixture
def service(migrated: Path, tmp_path: Path) -> Iterator[tuple[Store, Engine]]:
    with opened_service(migrated, tmp_path) as service:
        yield service


@pytest.fixture
def app(service: tuple[Store, Engine]) -> FastAPI:
    return create_app(*service, Settings())


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(
        app, base_url="http://127.0.0.1", client=("127.0.0.1", 1), raise_server_exceptions=False
    ) as client:
        yield client


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a real server for `app`."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(500):
        if server.started:
            break
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser, where the machine has one."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with running_chromium(path, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="session")
def shop_address(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for the community of `tests.shop`."""
    with (
        opened_service(migrated, tmp_path_factory.mktemp("shop")) as service,
        serving(create_app(*service, Settings())) as address,
    ):
        lines = "\n".join(json.dumps(record) for record in shop.records())
        told = httpx.post(f"{address}/v1/import", content=lines, timeout=60).json()
        assert told["errors"] == []
        yield address


@pytest.fixture
def tab(chromium: Chromium, shop_address: str) -> Iterator[Tab]:
    """A tab for the page, which may complain of nothing while it is used."""
    with chromium.tab(shop_address) as tab:
        yield tab
        assert tab.errors == []
