"""The JSON Schemas of topics and peers; what makes them is in `api.surveys`."""

from api.schema_parts import (
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Json,
    choice,
    list_of,
    object_of,
    or_null,
    ref,
)
from api.schemas import MAX_K

_UNANSWERED = object_of(
    ("days", "questions", "unanswered", "share"),
    {
        "days": {
            **WHOLE,
            "description": "Questions asked within so many days, younger ones than a day left out.",
        },
        "questions": WHOLE,
        "unanswered": WHOLE,
        "share": {"type": "number", "minimum": 0, "maximum": 1},
    },
)
_TOPIC: Json = {
    "id": {**TEXT, "description": "The same for as long as the topic lives."},
    "label": {**TEXT, "description": "Words that its threads say and others do not; or spaces."},
    "words": list_of(object_of(("word", "language"), {"word": TEXT, "language": TEXT})),
    "threads": {**WHOLE, "description": "Threads that the viewer may read."},
    "threads_90_days": WHOLE,
    "trend": {
        **choice(("rising", "steady", "falling")),
        "description": "The last 90 days against the 90 before, by two standard errors.",
    },
    "people": {
        **WHOLE,
        "description": "Who may be suggested and has replied in threads of it that, each halved in "
        "180 days, add up to one: in two of the last half year, or in more of them.",
    },
    "unanswered": list_of(_UNANSWERED),
    "rests_on_one": {
        **FLAG,
        "description": "Whether two thirds of all that was shown of it, faded, is one person's.",
    },
    "person": {
        **or_null(ref("ShownPerson")),
        "description": "That person, where a search might suggest them.",
    },
}

SURVEYS: Json = {
    "Topics": object_of(
        ("topics", "threads", "apart", "learned", "took_ms"),
        {
            "topics": list_of(object_of(tuple(_TOPIC), _TOPIC)),
            "threads": WHOLE,
            "apart": {**WHOLE, "description": "Threads in none of the topics."},
            "learned": {**FLAG, "description": "Whether `learn` has looked for topics."},
            "took_ms": NUMBER,
        },
    ),
    "TopicThreads": object_of(
        ("posts", "took_ms"),
        {
            "posts": list_of(
                object_of(
                    ("post", "author", "answered"),
                    {
                        "post": ref("Post"),
                        "author": or_null(ref("ShownPerson")),
                        "answered": FLAG,
                    },
                ),
                maxItems=MAX_K,
            ),
            "took_ms": NUMBER,
        },
    ),
    "Peers": object_of(
        ("peers", "reason", "took_ms"),
        {
            "peers": list_of(
                object_of(
                    ("person", "score", "contributions"),
                    {
                        "person": ref("ShownPerson"),
                        "score": NUMBER,
                        "contributions": list_of(ref("Contribution"), maxItems=12),
                    },
                ),
                maxItems=MAX_K,
            ),
            "reason": or_null(TEXT),
            "took_ms": NUMBER,
        },
    ),
}
