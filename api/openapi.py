"""The OpenAPI document: what FastAPI cannot see in the handlers is written here.

In: the document as FastAPI generates it. Out: the same with true bodies, answers and problems.
"""

from typing import Any

from api.described import ANSWERS, COMPONENTS, RECORD_BODIES
from api.spoken import LANGUAGES

Json = dict[str, Any]
SPOKEN = (
    "post /v1/experts/search",
    "post /v1/similar",
    "get /v1/people/{id}/feed",
    "get /v1/people/{id}/expertise",
    "get /v1/people/{id}/peers",
)
"""What is answered with reasons in words."""

ACCEPT_LANGUAGE: Json = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": f"The language of reasons: {', '.join(LANGUAGES)}; English without it.",
    "schema": {"type": "string"},
    "example": "sv",
}

_DESCRIPTIONS = {
    "200": "Done",
    "201": "New, and kept",
    "204": "Gone",
    "400": "The request cannot be read",
    "403": "Not for this caller",
    "404": "Nothing bears this id",
    "409": "What is stored forbids it: its author was deleted, say",
    "413": "The body is too large",
    "415": "The body is of another kind",
    "422": "A value is not allowed; `field` names it",
    "503": "Not ready, the database cannot be reached, or too much to do: see Retry-After",
}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(status: str, media_type: str | None, schema: Json | None) -> Json:
    content: Json = {"description": _DESCRIPTIONS[status]}
    if media_type is not None:
        content["content"] = {media_type: {"schema": schema or {}}}
    return content


def _problems(path: str, method: str, operation: Json) -> list[str]:
    statuses = ["400"]
    if "requestBody" in operation:
        statuses += ["413", "415"]
    notes = (method, path) == ("post", "/v1/interactions")
    of_somebody = path in ("/v1/people/{id}/topics", "/v1/people/{id}/impressions")
    if ("{id}" in path and method == "get") or notes or of_somebody:
        statuses.append("404")
    if "{id}" in path or "requestBody" in operation or "parameters" in operation:
        statuses.append("422")
    if (method == "put" and not of_somebody) or notes:
        statuses.append("409")
    if path == "/metrics":
        statuses.append("403")
    if path.startswith("/v1") or path == "/health/ready":
        statuses.append("503")
    return statuses


def _describe_operation(path: str, method: str, operation: Json) -> None:
    name = f"{method} {path}"
    if name in RECORD_BODIES:
        media_types, schema = RECORD_BODIES[name]
        content = {media_type: {"schema": _ref(schema)} for media_type in media_types}
        # An empty import is an import of nothing.
        operation["requestBody"] = {"required": schema != "Lines", "content": content}
    if name in SPOKEN:
        operation["parameters"] = [*operation.get("parameters", ()), ACCEPT_LANGUAGE]
    responses = {}
    for status, kind, answer in ANSWERS[name]:
        responses[status] = _answer(status, kind, _ref(answer) if answer else None)
    for status in _problems(path, method, operation):
        responses[status] = _answer(status, "application/problem+json", _ref("Problem"))
    operation["responses"] = responses
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["schema"] = {"type": "string", "minLength": 1}


def describe(document: Json) -> Json:
    """`document` with the bodies, answers and problems that the handlers really have."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe_operation(path, method, operation)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for generated in ("HTTPValidationError", "ValidationError"):
        schemas.pop(generated, None)
    schemas.update(COMPONENTS)
    return document
