"""The JSON Schemas of records and answers, for the OpenAPI document.

The rules of records are judged in `data.records`, those of answers are made in `api.answers`;
`tests/test_schemathesis.py` holds the three together.
"""

from api.described_surveys import SURVEYS
from api.schema_parts import (
    FLAG,
    NUMBER,
    TEXT,
    TIME,
    Json,
    choice,
    given,
    list_of,
    object_of,
    or_null,
    ref,
)
from api.schemas import ID_PATTERN, MAX_K
from data.fields import MAX_ID, MOST_TOPICS
from data.models import (
    BODY_FORMATS,
    CONSENTS,
    INTERACTION_KINDS,
    POST_KINDS,
    POST_VISIBILITIES,
)
from recommender.results import CONTRIBUTION_KINDS

# A whole number is read as its digits.
_ID: Json = {
    "type": ["string", "integer"],
    "minLength": 1,
    "maxLength": MAX_ID,
    "pattern": ID_PATTERN,
    "minimum": -(2**63) + 1,
    "maximum": 2**63 - 1,
}
_PROBABILITY: Json = {"type": "number", "minimum": 0, "maximum": 1}
_WHOLE: Json = {"type": "integer", "minimum": -(2**31) + 1, "maximum": 2**31 - 1}


_PERSON: Json = {
    **dict.fromkeys(("name", "title", "about", "email", "department"), TEXT),
    **dict.fromkeys(("site", "location", "timezone"), TEXT),
    "languages": list_of(TEXT),
    "manager": _ID,
    "bot": FLAG,
    "active": FLAG,
    "joined": TIME,
    "left": TIME,
    "consent": choice(CONSENTS),
    "weekly_capacity": {**_WHOLE, "minimum": 0},
    "away_until": TIME,
}
_POST: Json = {
    "author": _ID,
    "created": TIME,
    "body": TEXT,
    "kind": choice(POST_KINDS),
    "title": TEXT,
    "body_format": choice(BODY_FORMATS),
    "parent": _ID,
    "thread": _ID,
    "space": _ID,
    "tags": list_of(TEXT),
    "language": TEXT,
    "updated": TIME,
    "valid_until": TIME,
    "anonymous": FLAG,
    "attachments": list_of(
        object_of(("url",), {"url": {"type": "string", "pattern": r"\S"}, "alt": TEXT})
    ),
    "visibility": choice(POST_VISIBILITIES),
    "score": _WHOLE,
    "accepted": FLAG,
}
_CONTRIBUTION = object_of(
    ("kind", "points", "reason"),
    {
        "kind": choice(CONTRIBUTION_KINDS),
        "points": NUMBER,
        "reason": TEXT,
        "post_id": TEXT,
        "title": {
            **TEXT,
            "description": "What the post's thread is called, where the reason does not say it.",
        },
        "excerpt": TEXT,
        "at": TIME,
        "language": TEXT,
    },
)
_SHOWN = {"post": ref("Post"), "author": or_null(ref("ShownPerson"))}

COMPONENTS: Json = {
    "Problem": object_of(
        ("type", "title", "status", "detail"),
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "field": TEXT,
            "errors": list_of(object_of(("field", "reason"), {"field": TEXT, "reason": TEXT})),
        },
    ),
    "PersonRecord": object_of((), given(_PERSON)),
    "PostRecord": object_of(
        ("author", "created", "body"),
        {
            **given(_POST),
            "author": _ID,
            "created": TIME,
            "body": {"type": "string", "pattern": r"\S"},
        },
    ),
    "InteractionRecord": object_of(
        ("post", "kind"),
        {
            **given({"person": _ID, "at": TIME, "value": TEXT, "site": TEXT, "day_only": FLAG}),
            "post": _ID,
            "kind": choice(INTERACTION_KINDS),
        },
    ),
    "Lines": {
        "description": "One JSON object a line, with `type`: person, space, post, interaction, "
        "link, delete_person or delete_post, and the keys of that record.",
    },
    "Person": object_of(("id",), {"id": TEXT, **_PERSON}),
    "ShownPerson": object_of(
        ("id",),
        {
            "id": TEXT,
            **{name: _PERSON[name] for name in ("name", "title", "about", "department")},
            **{name: _PERSON[name] for name in ("site", "location", "timezone", "languages")},
            "local_time": TEXT,
        },
    ),
    "Post": object_of(("id", "author"), {"id": TEXT, **_POST, "author": or_null(TEXT)}),
    "People": object_of(("people",), {"people": list_of(ref("ShownPerson"), maxItems=MAX_K)}),
    "Thread": object_of(
        ("posts", "earlier", "later", "previous", "next"),
        {
            "posts": list_of(object_of(("post", "author"), _SHOWN)),
            **{name: {"type": "integer"} for name in ("earlier", "later")},
            **{name: or_null(TEXT) for name in ("previous", "next")},
        },
    ),
    "ImportReport": object_of(
        ("accepted", "rejected", "errors"),
        {
            "accepted": {"type": "integer"},
            "rejected": {"type": "integer"},
            "errors": list_of(
                object_of(
                    ("line", "id", "reason"),
                    {"line": {"type": "integer"}, "id": or_null(TEXT), "reason": TEXT},
                )
            ),
        },
    ),
    "Contribution": _CONTRIBUTION,
    "Experts": object_of(
        ("candidates", "answerable", "reason", "took_ms"),
        {
            "candidates": list_of(
                object_of(
                    ("person", "score", "probability", "contributions"),
                    {
                        "person": ref("ShownPerson"),
                        "score": NUMBER,
                        "probability": _PROBABILITY,
                        "contributions": list_of(ref("Contribution"), maxItems=12),
                    },
                ),
                maxItems=MAX_K,
            ),
            "answerable": _PROBABILITY,
            "reason": or_null(TEXT),
            "took_ms": NUMBER,
        },
    ),
    "Similar": object_of(
        ("posts", "took_ms"),
        {
            "posts": list_of(
                object_of(
                    ("post", "author", "score", "probability_same", "same", "answered", "reason"),
                    {
                        **_SHOWN,
                        "score": NUMBER,
                        "probability_same": _PROBABILITY,
                        "same": FLAG,
                        "answered": {**FLAG, "description": "Whether somebody has replied."},
                        "reason": TEXT,
                    },
                ),
                maxItems=MAX_K,
            ),
            "took_ms": NUMBER,
        },
    ),
    "Feed": object_of(
        ("items", "next"),
        {
            "items": list_of(
                object_of(
                    ("post", "author", "score", "reasons"),
                    {
                        **_SHOWN,
                        "score": NUMBER,
                        "reasons": list_of(TEXT),
                        "propensity": _PROBABILITY,
                    },
                ),
                maxItems=MAX_K,
            ),
            "next": or_null(TEXT),
        },
    ),
    "Expertise": object_of(
        ("topics", "took_ms"),
        {
            "topics": list_of(
                object_of(
                    ("label", "weight", "replies", "latest", "evidence"),
                    {
                        "id": TEXT,
                        "label": TEXT,
                        "weight": NUMBER,
                        "replies": {"type": "integer"},
                        "latest": or_null(TIME),
                        "evidence": list_of(ref("Contribution")),
                    },
                )
            ),
            "took_ms": NUMBER,
        },
    ),
    "Noted": object_of(("noted",), {"noted": {"type": "integer"}}),
    "Chosen": object_of(
        ("topics", "ids", "share"),
        {
            "topics": list_of(TEXT, maxItems=MOST_TOPICS),
            "ids": {
                "type": "object",
                "additionalProperties": TEXT,
                "description": "Of topics that came out of the list of topics and are in it still, "
                "the id by the words that were chosen: `learn` may give a topic other words.",
            },
            "share": {
                **_PROBABILITY,
                "description": "What part of its weight in the feed is left to a choice: 1 of "
                "somebody new, a half of who has turned to ten threads.",
            },
        },
    ),
    **SURVEYS,
    "Health": object_of(("status",), {"status": TEXT}),
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
    "post /v1/people/{id}/impressions": [("200", _JSON, "Noted")],
    "get /v1/people/{id}/expertise": [("200", _JSON, "Expertise")],
    "get /v1/people/{id}/topics": [("200", _JSON, "Chosen")],
    "put /v1/people/{id}/topics": [("200", _JSON, "Chosen")],
    "get /v1/people/{id}/peers": [("200", _JSON, "Peers")],
    "get /v1/topics": [("200", _JSON, "Topics")],
    "get /v1/topics/{id}/threads": [("200", _JSON, "TopicThreads")],
    "get /v1/figures": [("200", _JSON, "Figures")],
    "put /v1/posts/{id}": [("200", _JSON, "Post"), ("201", _JSON, "Post")],
    "get /v1/posts/{id}": [("200", _JSON, "Post")],
    "get /v1/posts/{id}/thread": [("200", _JSON, "Thread")],
    "delete /v1/posts/{id}": [("204", None, None)],
    "post /v1/interactions": [("201", _JSON, "InteractionRecord")],
    "delete /v1/interactions": [("204", None, None)],
    "get /health/live": [("200", _JSON, "Health")],
    "get /health/ready": [("200", _JSON, "Health")],
    "get /metrics": [("200", "text/plain", None)],
}
