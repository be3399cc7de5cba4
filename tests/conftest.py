"""The doors over a service, in the process and behind a real server on a free port."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.fake_service import FakeEngine, FakeStore


@pytest.fixture
def service() -> tuple[Any, Any]:
    """A store and an engine on it, both empty."""
    store = FakeStore()
    return store, FakeEngine(store)


@pytest.fixture
def app(service: tuple[Any, Any]) -> FastAPI:
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


@pytest.fixture
def command_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that commands open; nothing to do once it is the real one."""
    import sys
    import types

    from tests.fake_service import StoreEngine

    fake = types.SimpleNamespace(Engine=StoreEngine, EngineSettings=dict)
    monkeypatch.setitem(sys.modules, "recommender.engine", fake)
