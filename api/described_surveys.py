"""The JSON Schemas of topics, figures and peers; what makes them is in `api.surveys`."""

from api.schema_parts import (
    FLAG,
    NUMBER,
    TEXT,
    TIME,
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

_NUMBER_OF: Json = {"type": "integer", "minimum": 0}


def _share(description: str) -> Json:
    counts: Json = {"count": _NUMBER_OF, "of": _NUMBER_OF}
    return {**object_of(tuple(counts), counts), "description": description}


def _unless_past(share: Json) -> Json:
    # Where people work bears no date.
    return {**or_null(share), "description": f"{share['description']} Null with `as_of`."}


_ANSWERED = _share("Of those a day old: answered by somebody else, no bot, not by a comment.")
_ELSEWHERE = _share(
    "Answered from another site than the asker's, of the answered where both state one."
)
_QUESTIONS: Json = {
    "asked": {**_NUMBER_OF, "description": "Threads but ideas."},
    "askers": {**_NUMBER_OF, "description": "People who asked, under their name."},
    "answered": _ANSWERED,
    "within_day": _share("Of those a day old: answered within their first day."),
    "median_hours": {
        **or_null({"type": "number", "minimum": 0}),
        "description": "From a question to its first answer, of those answered.",
    },
    "elsewhere": _unless_past(_ELSEWHERE),
    "helped": _share("Of those a day old: somebody noted `helpful` or `accept` on an answer."),
    "by_newcomers": {
        **_NUMBER_OF,
        "description": "By people whose first post was less than 90 days before.",
    },
    "newcomers_answered": _share("As `answered`, of those by newcomers."),
}
_IDEAS: Json = {
    "shared": _NUMBER_OF,
    "sharers": {**_NUMBER_OF, "description": "People who shared ideas, under their name."},
    "worked": _share("Of those a day old: somebody else noted `tried`, worked or adapted."),
    "travelled": _unless_past(
        _share(
            "Of those a day old whose author states a site: somebody at another site replied, "
            "viewed, liked, bookmarked, followed, found it helpful, tried it or joined in a day."
        )
    ),
    "travelled_far": _unless_past(_share("As `travelled`, at two other sites or more.")),
}
_SITE: Json = {
    "site": {
        **or_null(TEXT),
        "description": "Null: sites where fewer than five people took part, put together.",
    },
    "people": _NUMBER_OF,
    "asked": _NUMBER_OF,
    "answered": _ANSWERED,
    "elsewhere": _ELSEWHERE,
}
_PERIOD: Json = {
    "since": TIME,
    "until": {**TIME, "description": "Not included; the figures are as they stood then."},
    "people": {**_NUMBER_OF, "description": "People who wrote or responded, under their name."},
    "questions": object_of(tuple(_QUESTIONS), _QUESTIONS),
    "ideas": object_of(tuple(_IDEAS), _IDEAS),
    "sites": {
        **or_null(list_of(object_of(tuple(_SITE), _SITE))),
        "description": "Sites where five people or more took part, by name. Null with `as_of`.",
    },
}

SURVEYS: Json = {
    "Figures": object_of(
        ("days", "now", "before", "took_ms"),
        {
            "days": WHOLE,
            "now": {
                **object_of(tuple(_PERIOD), _PERIOD),
                "description": "The last days; all shares are of what was a day old by the end.",
            },
            "before": {
                **object_of(tuple(_PERIOD), _PERIOD),
                "description": "As many days before those, as it stood at their end.",
            },
            "took_ms": NUMBER,
        },
    ),
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
