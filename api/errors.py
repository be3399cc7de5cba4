"""Every error as `application/problem+json` (RFC 9457); the one table from error to status.

In: exceptions of any floor. Out: responses with type, title, status, detail, and the `field` at
fault (`errors` lists them all where there are several).
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from data.errors import (
    InvalidCursor,
    InvalidRecord,
    StoreError,
    UnknownPerson,
    UnknownTopic,
    UnreadableSource,
    WhoknowsError,
)
from embeddings.errors import EmbeddingError

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1
"""What a 503 says in Retry-After: a fail-over takes about as long, an overload less."""

# Looked up along the class's bases, so that a new error has its parent's status.
STATUS: Mapping[type[Exception], int] = {
    UnknownPerson: 404,
    UnknownTopic: 404,
    InvalidCursor: 422,
    InvalidRecord: 422,
    UnreadableSource: 422,
    StoreError: 503,
    WhoknowsError: 400,
    EmbeddingError: 503,
}
FIELD: Mapping[type[Exception], str] = {
    UnknownPerson: "id",
    UnknownTopic: "id",
    InvalidCursor: "cursor",
}
TITLES = {422: "Unprocessable Content", 413: "Content Too Large"}

logger = logging.getLogger(__name__)


class Problem(WhoknowsError):
    """A fault of the request itself, with the status it is answered with."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        field: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.field = field
        self.errors = errors
        self.headers = headers


def problem_response(
    status: int,
    detail: str,
    *,
    field: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a problem; `detail` is a sentence for a person."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail.encode("utf-8", "replace").decode("utf-8"),
    }
    if field is not None:
        content["field"] = field.encode("utf-8", "replace").decode("utf-8")
    if len(errors) > 1:
        content["errors"] = list(errors)
    body = b"" if status == 304 else orjson.dumps(content)
    if status == 503:
        headers = {"Retry-After": str(RETRY_SECONDS), **(headers or {})}
    return Response(
        body,
        status_code=status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=dict(headers) if headers else None,
    )


def status_of(error: Exception) -> int:
    """The HTTP status for an error of this project."""
    for cls in type(error).__mro__:
        if cls in STATUS:
            return STATUS[cls]
    return 500


def _field_name(location: Sequence[Any]) -> str:
    """A pydantic location as the caller would write it: `("body", "tags", 2)` -> `tags[2]`."""
    name = ""
    for part in location[1:] if location and location[0] in ("body", "query", "path") else location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name or "body"


def _reason(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "is not a known key"
    if kind == "string_pattern_mismatch":
        return "must hold some text, and no NUL character"
    if kind == "value_error":
        return str(context["error"])
    message = str(error["msg"])
    return message[:1].lower() + message[1:]


def _answer_known(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return problem_response(
            error.status,
            str(error),
            field=error.field,
            errors=error.errors,
            headers=error.headers,
        )
    field = getattr(error, "field", None) or FIELD.get(type(error))
    return problem_response(status_of(error), str(error), field=field)


def _answer_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found: list[dict[str, str]] = []
    for entry in error.errors():
        found.append({"field": _field_name(entry["loc"]), "reason": _reason(entry)})
    detail = "; ".join(f"{entry['field']}: {entry['reason']}" for entry in found[:10])
    return problem_response(422, detail, field=found[0]["field"], errors=found[:100])


def _possible_methods(request: Request) -> str:
    # The router names those of the first route at this path alone.
    methods: set[str] = set()
    for route in request.app.state.routes:
        if route.path_regex.match(request.scope["path"]):
            methods |= route.methods
    return ", ".join(sorted(methods))


def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    details = {
        404: "There is nothing at this address.",
        405: f"{request.method} is not possible at this address.",
    }
    detail = details.get(error.status_code, str(error.detail))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _possible_methods(request)
    return problem_response(error.status_code, detail, headers=headers)


def _answer_unforeseen(request: Request, error: Exception) -> Response:
    logger.error("unforeseen error at %s %s", request.method, request.url.path, exc_info=error)
    return problem_response(500, "The server failed; its log says why. The request may be retried.")


def install(app: FastAPI) -> None:
    """Make `app` answer every error as a problem."""
    app.add_exception_handler(WhoknowsError, _answer_known)
    app.add_exception_handler(EmbeddingError, _answer_known)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unforeseen)
