"""What a handler holds: the store, the engine, the clock, and the JSON it answers with."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.errors import Problem
from api.spoken import ENGLISH, said, spoken_by

if TYPE_CHECKING:
    from data.store import Store
    from recommender.engine import Engine


class Json(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


def in_words(request: Request, content: Any) -> Response:
    """A JSON answer whose reasons are said in the language of the request."""
    language = spoken_by(request)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if language == ENGLISH:
        return Json(content, headers=headers)
    body = orjson.dumps(
        content,
        default=lambda words: _said(words, language),
        # A sentence is a kind of str, which is written as it stands unless it is handed on.
        option=orjson.OPT_PASSTHROUGH_SUBCLASS,
    )
    return Response(body, media_type=Json.media_type, headers=headers)


def _said(words: object, language: str) -> str:
    """A sentence in `language`; TypeError of what is no text, as without a language."""
    if not isinstance(words, str):
        raise TypeError(f"{type(words).__name__} cannot be written as JSON")
    return said(words, language)


class Stopwatch:
    """The time an answer took, in milliseconds, since this was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def ms(self) -> float:
        """Milliseconds so far, to the microsecond."""
        return round((time.perf_counter() - self._start) * 1000, 3)


def current_time() -> datetime:
    """The clock, read at this floor alone: everything below is given the time."""
    return datetime.now(UTC)


def store_of(request: Request) -> "Store":
    """The store that the application was made with."""
    store: Store = request.app.state.store
    return store


def engine_of(request: Request) -> "Engine":
    """The engine that the application was made with."""
    engine: Engine = request.app.state.engine
    return engine


def not_found(kind: str, id_: str) -> Problem:
    """The problem of an id in a path that nothing bears."""
    return Problem(404, f"There is no {kind} with the id {id_!r}.", field="id")
