"""The JSON Schemas of records and answers, for the OpenAPI document.

The rules of records are judged in `data.records`, those of answers are made in `api.answers`;
`tests/test_schemathesis.py` holds the three together.
"""

from typing import Any

from api.schemas import MAX_K
from data.fields import MAX_ID
from data.models import (
    BODY_FORMATS,
    CONSENTS,
    INTERACTION_KINDS,
    POST_KINDS,
    POST_VISIBILITIES,
)
from recommender.results import CONTRIBUTION_KINDS

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "number"}
_FLAG: Json = {"type": "boolean"}
_TIME: Json = {"type": "string", "format": "date-time"}
# Not blank and without NUL. A whole number is read as its digits.
_ID: Json = {
    "type": ["string", "integer"],
    "minLength": 1,
    "maxLength": MAX_ID,
    "pattern": r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$",
    "minimum": -(2**63) + 1,
    "maximum": 2**63 - 1,
}
_PROBABILITY: Json = {"type": "number", "minimum": 0, "maximum": 1}
_WHOLE: Json = {"type": "integer", "minimum": -(2**31) + 1, "maximum": 2**31 - 1}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Json, **bounds: int) -> Json:
    return {"type": "array", "items": items, **bounds}


def _choice(values: tuple[str, ...]) -> Json:
    return {"type": "string", "enum": list(values)}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _given(properties: Json) -> Json:
    """`properties` as a caller may give them: null is the same as leaving one out."""
    return {name: _or_null(schema) for name, schema in properties.items()}


def _object(required: tuple[str, ...], properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


_PERSON: Json = {
    **dict.fromkeys(("name", "title", "about", "email", "department"), _TEXT),
    **dict.fromkeys(("site", "location", "timezone"), _TEXT),
    "languages": _list(_TEXT),
    "manager": _ID,
    "bot": _FLAG,
    "active": _FLAG,
    "joined": _TIME,
    "left": _TIME,
    "consent": _choice(CONSENTS),
    "weekly_capacity": {**_WHOLE, "minimum": 0},
    "away_until": _TIME,
}
_POST: Json = {
    "author": _ID,
    "created": _TIME,
    "body": _TEXT,
    "kind": _choice(POST_KINDS),
    "title": _TEXT,
    "body_format": _choice(BODY_FORMATS),
    "parent": _ID,
    "thread": _ID,
    "space": _ID,
    "tags": _list(_TEXT),
    "language": _TEXT,
    "updated": _TIME,
    "valid_until": _TIME,
    "anonymous": _FLAG,
    "attachments": _list(
        _object(("url",), {"url": {"type": "string", "pattern": r"\S"}, "alt": _TEXT})
    ),
    "visibility": _choice(POST_VISIBILITIES),
    "score": _WHOLE,
    "accepted": _FLAG,
}
_CONTRIBUTION = _object(
    ("kind", "points", "reason"),
    {
        "kind": _choice(CONTRIBUTION_KINDS),
        "points": _NUMBER,
        "reason": _TEXT,
        "post_id": _TEXT,
        "excerpt": _TEXT,
        "at": _TIME,
        "language": _TEXT,
    },
)
_SHOWN = {"post": _ref("Post"), "author": _or_null(_ref("ShownPerson"))}

COMPONENTS: Json = {
    "Problem": _object(
        ("type", "title", "status", "detail"),
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "field": _TEXT,
            "errors": _list(_object(("field", "reason"), {"field": _TEXT, "reason": _TEXT})),
        },
    ),
    "PersonRecord": _object((), _given(_PERSON)),
    "PostRecord": _object(
        ("author", "created", "body"),
        {
            **_given(_POST),
            "author": _ID,
            "created": _TIME,
            "body": {"type": "string", "pattern": r"\S"},
        },
    ),
    "InteractionRecord": _object(
        ("post", "kind"),
        {
            **_given(
                {"person": _ID, "at": _TIME, "value": _TEXT, "site": _TEXT, "day_only": _FLAG}
            ),
            "post": _ID,
            "kind": _choice(INTERACTION_KINDS),
        },
    ),
    "Lines": {
        "description": "One JSON object a line, with `type`: person, space, post, interaction, "
        "link, delete_person or delete_post, and the keys of that record.",
    },
    "Person": _object(("id",), {"id": _TEXT, **_PERSON}),
    "ShownPerson": _object(
        ("id",),
        {
            "id": _TEXT,
            **{name: _PERSON[name] for name in ("name", "title", "about", "department")},
            **{name: _PERSON[name] for name in ("site", "location", "timezone", "languages")},
            "local_time": _TEXT,
        },
    ),
    "Post": _object(("id", "author"), {"id": _TEXT, **_POST, "author": _or_null(_TEXT)}),
    "People": _object(("people",), {"people": _list(_ref("ShownPerson"), maxItems=MAX_K)}),
    "Thread": _object(("posts",), {"posts": _list(_object(("post", "author"), _SHOWN))}),
    "ImportReport": _object(
        ("accepted", "rejected", "errors"),
        {
            "accepted": {"type": "integer"},
            "rejected": {"type": "integer"},
            "errors": _list(
                _object(
                    ("line", "id", "reason"),
                    {"line": {"type": "integer"}, "id": _or_null(_TEXT), "reason": _TEXT},
                )
            ),
        },
    ),
    "Contribution": _CONTRIBUTION,
    "Experts": _object(
        ("candidates", "answerable", "reason", "took_ms"),
        {
            "candidates": _list(
                _object(
                    ("person", "score", "probability", "contributions"),
                    {
                        "person": _ref("ShownPerson"),
                        "score": _NUMBER,
                        "probability": _PROBABILITY,
                        "contributions": _list(_ref("Contribution"), maxItems=12),
                    },
                ),
                maxItems=MAX_K,
            ),
            "answerable": _PROBABILITY,
            "reason": _or_null(_TEXT),
            "took_ms": _NUMBER,
        },
    ),
    "Similar": _object(
        ("posts", "took_ms"),
        {
            "posts": _list(
                _object(
                    ("post", "author", "score", "probability_same", "reason"),
                    {
                        **_SHOWN,
                        "score": _NUMBER,
                        "probability_same": _PROBABILITY,
                        "reason": _TEXT,
                    },
                ),
                maxItems=MAX_K,
            ),
            "took_ms": _NUMBER,
        },
    ),
    "Feed": _object(
        ("items", "next"),
        {
            "items": _list(
                _object(
                    ("post", "author", "score", "reasons"),
                    {
                        **_SHOWN,
                        "score": _NUMBER,
                        "reasons": _list(_TEXT),
                        "propensity": _PROBABILITY,
                    },
                ),
                maxItems=MAX_K,
            ),
            "next": _or_null(_TEXT),
        },
    ),
    "Expertise": _object(
        ("topics", "took_ms"),
        {
            "topics": _list(
                _object(
                    ("label", "weight", "replies", "latest", "evidence"),
                    {
                        "label": _TEXT,
                        "weight": _NUMBER,
                        "replies": {"type": "integer"},
                        "latest": _or_null(_TIME),
                        "evidence": _list(_ref("Contribution")),
                    },
                )
            ),
            "took_ms": _NUMBER,
        },
    ),
    "Health": _object(("status",), {"status": _TEXT}),
}

_JSON = "application/json"
RECORD_BODIES: dict[str, tuple[tuple[str, ...], str]] = {
    "put /v1/people/{id}": ((_JSON,), "PersonRecord"),
    "put /v1/posts/{id}": ((_JSON,), "PostRecord"),
    "post /v1/interactions": ((_JSON,), "InteractionRecord"),
    "post /v1/import": (("application/x-ndjson", "text/plain"), "Lines"),
}
ANSWERS: dict[str, list[tuple[str, str | None, str | None]]] = {
    "post /v1/experts/search": [("200", _JSON, "Experts")],
    "post /v1/similar": [("200", _JSON, "Similar")],
    "post /v1/import": [("200", _JSON, "ImportReport")],
    "get /v1/people": [("200", _JSON, "People")],
    "put /v1/people/{id}": [("200", _JSON, "Person"), ("201", _JSON, "Person")],
    "get /v1/people/{id}": [("200", _JSON, "Person")],
    "delete /v1/people/{id}": [("204", None, None)],
    "get /v1/people/{id}/feed": [("200", _JSON, "Feed")],
    "get /v1/people/{id}/expertise": [("200", _JSON, "Expertise")],
    "put /v1/posts/{id}": [("200", _JSON, "Post"), ("201", _JSON, "Post")],
    "get /v1/posts/{id}": [("200", _JSON, "Post")],
    "get /v1/posts/{id}/thread": [("200", _JSON, "Thread")],
    "delete /v1/posts/{id}": [("204", None, None)],
    "post /v1/interactions": [("201", _JSON, "InteractionRecord")],
    "get /health/live": [("200", _JSON, "Health")],
    "get /health/ready": [("200", _JSON, "Health")],
    "get /metrics": [("200", "text/plain", None)],
}
