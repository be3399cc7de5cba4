"""Health, metrics and the page: what a monitor and a browser are given."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import api

WEB = Path(api.__file__).parent / "web"


def test_health(client: TestClient, service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json()["status"] == "ready"
    engine = service[1]
    status = {**engine.status(), "pending": 3}
    monkeypatch.setattr(engine, "status", lambda: status)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "3 posts" in answer.json()["detail"]
    assert client.get("/health/live").status_code == 200


def test_metrics_count_by_route_and_never_by_id(client: TestClient) -> None:
    client.get("/v1/people/somebody-in-particular")
    text = client.get("/metrics").text
    assert 'route="/v1/people/{id}"' in text
    assert "somebody" not in text
    assert "whoknows_posts 0.0" in text


def test_metrics_are_for_this_machine_alone(app: FastAPI) -> None:
    with TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.7", 1)) as stranger:
        assert stranger.get("/metrics").status_code == 403


def test_the_page_is_served_with_a_closed_policy(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    for part in re.findall(r'(?:src|href)="(/web/[^"]+)"', answer.text):
        assert client.get(part).status_code == 200, part


def test_every_module_that_the_page_imports_is_there(client: TestClient) -> None:
    for script in WEB.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8")):
            assert client.get(f"/web/{name}").status_code == 200, name


@pytest.mark.parametrize("path", ["/web/..%2Fapp.py", "/web/%2e%2e/app.py", "/web/", "/web"])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_no_file_of_the_page_names_another_host() -> None:
    for path in WEB.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text), path.name
        assert "innerHTML" not in text, path.name
        assert " style=" not in text and "onclick=" not in text, path.name


def test_openapi_names_every_route(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert len(document["paths"]) == 19
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, method)
