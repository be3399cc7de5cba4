"""The API fuzzed from its own description: no 5xx, and every answer as described."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings

from api.app import create_app
from api.settings import Settings
from tests.fake_service import FakeEngine, FakeStore

_EXAMPLES = 12


def _app() -> FastAPI:
    store = FakeStore()
    return create_app(store, FakeEngine(store), Settings())


@pytest.fixture(scope="module")
def described() -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", _app())


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate()
