"""The API fuzzed from its own description: no 5xx, and every answer as described."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from api.app import create_app
from api.described import ANSWERS
from api.settings import Settings
from tests.conftest import opened_service

_EXAMPLES = 8

_TAKE_ANYTHING = (
    "get /metrics",
    "post /v1/import",
    "get /v1/people/{id}",
    "get /v1/people/{id}/topics",
    "delete /v1/people/{id}",
    "delete /v1/posts/{id}",
)


@pytest.fixture(scope="module")
def schema(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with opened_service(migrated, tmp_path_factory.mktemp("fuzzed")) as (store, engine):
        app = create_app(store, engine, Settings(allowed_hosts="testserver"))
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("name", [name for name in ANSWERS if "health" not in name])
def test_every_answer_is_as_described(schema: Any, name: str, mode: GenerationMode) -> None:
    method, path = name.split(" ")
    operation = schema[path][method.upper()]
    if mode == GenerationMode.NEGATIVE and name in _TAKE_ANYTHING:
        pytest.skip("any path is an id, and any body is lines")

    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        case.call_and_validate()

    check()
