"""Reading a request's body: bounded, strict JSON, and only of a kind that is announced.

`JsonRoute` replaces FastAPI's reading of JSON, which lets NaN, lone surrogates and integers of any
length pass; orjson refuses them. What it holds its turn for is the work alone: neither a body that
trickles in nor an answer that is read slowly keeps others waiting.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.admission import admission_of
from api.doors import store_of
from api.errors import Problem

MAX_JSON_BYTES = 4 * 2**20
MAX_IMPORT_BYTES = 32 * 2**20
# A client that writes its whole body before it reads must still get to see the 413.
_MAX_DRAINED_BYTES = 128 * 2**20
_NDJSON_TYPES = frozenset(
    {
        "",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/json",
        "application/octet-stream",
        "text/plain",
        # What curl --data-binary announces unless told otherwise.
        "application/x-www-form-urlencoded",
    }
)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_encoding(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Problem(415, f"Content-Encoding {encoding} is not taken: send the body plain.")


def check_json(request: Request) -> None:
    """Raise a 415 `Problem` unless the body is announced as JSON, or not announced at all."""
    _check_encoding(request)
    kind = _media_type(request)
    if kind not in ("", "application/json") and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise Problem(415, "The body must be application/json.")


def check_ndjson(request: Request) -> None:
    """Raise a 415 `Problem` unless the body may be newline-delimited JSON."""
    _check_encoding(request)
    if _media_type(request) not in _NDJSON_TYPES:
        raise Problem(415, "The body must be application/x-ndjson.")


async def read_bounded(request: Request, limit: int, message: str) -> bytes:
    """The body, at most `limit` bytes; beyond it the rest is read and thrown away.

    Raises
    ------
    Problem : 413 with `message`; 400 where the client went away.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= limit:
                chunks.append(chunk)
            else:
                chunks.clear()
                if size > _MAX_DRAINED_BYTES:
                    break
    except ClientDisconnect:
        raise Problem(400, "The connection closed before the body was complete.") from None
    if size > limit:
        raise Problem(413, message)
    return b"".join(chunks)


class _ReadRequest(Request):
    """A request whose JSON has been read already."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body = body
        self._value = value

    async def json(self) -> Any:
        return self._value


async def _read_json(request: Request) -> _ReadRequest:
    check_json(request)
    message = f"The body is larger than {MAX_JSON_BYTES // 2**20} MB."
    body = await read_bounded(request, MAX_JSON_BYTES, message)
    try:
        return _ReadRequest(request, body, orjson.loads(body) if body else None)
    except orjson.JSONDecodeError as error:
        raise Problem(400, f"The body is not valid JSON: {error}.", field="body") from None


class JsonRoute(APIRoute):
    """A route whose body, if it has one, is strict JSON of at most `MAX_JSON_BYTES`; worked on when
    its turn comes, among the reads if it is a GET or a search, else among the writes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given a request that is read already."""
        handle = super().get_route_handler()
        takes_body = self.body_field is not None
        reads = "GET" in (self.methods or ()) or "searches" in self.tags

        async def handle_strictly(request: Request) -> Response:
            admission = admission_of(request)
            lane = admission.reads if reads else admission.writes
            # Who has to be refused is refused as cheaply as can be: there are many of them then.
            lane.refuse_if_full()
            asked = await _read_json(request) if takes_body else request
            async with lane.turn(request):
                with store_of(request).answering():
                    return await handle(asked)

        return handle_strictly
