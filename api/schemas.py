"""What a search may ask, as JSON: types, bounds, and a refusal of unknown keys.

Unknown keys are refused because a misspelt `viewer_id` would silently change who sees what.
"""

import re
from collections.abc import Callable, Sized
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from api.schema_parts import choice, or_null
from data.errors import InvalidRecord
from data.fields import LONGEST_TOPIC, MAX_ID, MOST_TOPICS, clean_text
from data.models import INTERACTION_KINDS
from data.times import parse_time

MAX_K = 100
MAX_DAYS = 3650
_TEXT = r"\S"
_NO_NUL = r"^[^\x00]*$"
ID_PATTERN = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
"""An id of a record: not blank and without NUL."""
T = TypeVar("T", bound=Sized)
_SPACE_FOR_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


def _moment(value: object) -> object:
    if value is None:
        return None
    # An unencoded + in a query string arrives as a space.
    text = _SPACE_FOR_PLUS.sub("+", value) if isinstance(value, str) else value
    try:
        return parse_time(text, "as_of")
    except InvalidRecord as error:
        raise ValueError(error.reason) from None


def _at_most(length: int) -> Callable[[T], T]:
    # Not in the schema: a generator of tests would try to exceed such a bound, and fail.
    def check(value: T) -> T:
        if len(value) > length:
            raise ValueError(f"is longer than {length:,}")
        return value

    return check


def _interaction_kind(value: str) -> str:
    if value not in INTERACTION_KINDS:
        raise ValueError(f"must be one of {', '.join(INTERACTION_KINDS)}")
    return value


def _whole(value: object) -> object:
    # JSON knows one kind of number: 5.0 is a whole one.
    return int(value) if isinstance(value, float) and value.is_integer() else value


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
MomentInQuery = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "maxLength": 0}]}
    ),
]
"""In a query string an empty one is none."""
Text = Annotated[str, AfterValidator(_at_most(100_000)), AfterValidator(clean_text)]
Name = Annotated[str, Field(pattern=_NO_NUL), AfterValidator(_at_most(2_000))]
ViewerId = Annotated[str, Field(pattern=r"^[^\x00]+$"), AfterValidator(_at_most(2_000))]
"""Not an empty one, which might be taken for nobody's eyes: they see another part."""
RecordId = Annotated[str, Field(pattern=ID_PATTERN), AfterValidator(_at_most(MAX_ID))]
InteractionKind = Annotated[
    str, AfterValidator(_interaction_kind), WithJsonSchema(choice(INTERACTION_KINDS))
]
Cursor = Annotated[str, Field(pattern=_NO_NUL), AfterValidator(_at_most(16_000))]
"""A thousand threads that were shown; servers take four times as much."""
Days = Annotated[int, Field(ge=1, le=MAX_DAYS), BeforeValidator(_whole)]
K = Annotated[int, Field(ge=1, le=MAX_K), BeforeValidator(_whole)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Names = Annotated[list[Name], AfterValidator(_at_most(10_000))]
PostKind = Literal["question", "idea", "post", "answer", "reply", "comment"]


def _null_is_left_out(schema: dict[str, Any]) -> None:
    for name, stated in schema["properties"].items():
        if name in schema.get("required", ()) or {"type": "null"} in stated.get("anyOf", ()):
            continue
        outer = {key: stated.pop(key) for key in ("title", "default") if key in stated}
        schema["properties"][name] = {**or_null(stated), **outer}


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra=_null_is_left_out)

    @model_validator(mode="before")
    @classmethod
    def _left_null(cls, asked: Any) -> Any:
        """A key that is null asks for what a key that is left out does, as in records."""
        if not isinstance(asked, dict):
            return asked
        known = cls.model_fields
        return {key: value for key, value in asked.items() if value is not None or key not in known}


class ExpertsSearch(_Asked):
    """A question, and through whose eyes it is answered."""

    query: Annotated[str, Field(pattern=_TEXT, max_length=100_000), AfterValidator(clean_text)]
    title: Text | None = None
    tags: Names = Field(default_factory=list)
    space: Name | None = None
    asker_id: Name | None = None
    viewer_id: ViewerId | None = None
    k: K = 5
    as_of: Moment | None = None
    min_probability: Probability = 0.0
    exclude: Names = Field(default_factory=list)
    spaces: Names = Field(default_factory=list)
    sites: Names = Field(default_factory=list)
    languages: Names = Field(default_factory=list)


def _one_line(value: str) -> str:
    return " ".join(clean_text(value).split())


Topic = Annotated[
    str,
    # What is left when controls and white space are taken out must be something.
    Field(pattern=r"[^\s\x00-\x1f\x85]", max_length=LONGEST_TOPIC),
    AfterValidator(_one_line),
]


TopicId = Annotated[str, Field(pattern=r"^t[0-9]{1,9}$")]


class ChosenTopics(_Asked):
    """What somebody says concerns them, in the words of the list of topics or in their own."""

    topics: Annotated[list[Topic], Field(max_length=MOST_TOPICS)]
    ids: dict[str, TopicId] = Field(
        default_factory=dict,
        description="Of topics out of the list of topics, the id by the words that are chosen. Who "
        "leaves one out keeps what was said of these words before.",
    )


class ShownThreads(_Asked):
    """Threads of a feed that came before somebody's eyes."""

    posts: Annotated[list[RecordId], Field(min_length=1, max_length=MAX_K)]


def _needs_text(schema: dict[str, Any]) -> None:
    _null_is_left_out(schema)
    text = {"type": "string", "pattern": _TEXT}
    schema["anyOf"] = [
        {"required": [name], "properties": {name: text}} for name in ("title", "body")
    ]


class SimilarSearch(_Asked):
    """A text, whole or half written, whose like is sought."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra=_needs_text)

    title: Text | None = None
    body: Text | None = None
    k: K = 5
    tags: Names = Field(default_factory=list)
    space: Name | None = None
    viewer_id: ViewerId | None = None
    as_of: Moment | None = None
    kinds: Annotated[list[PostKind], AfterValidator(_at_most(100))] = Field(default_factory=list)
    min_probability: Probability = 0.0

    @model_validator(mode="after")
    def _has_text(self) -> "SimilarSearch":
        if not any(text and text.strip() for text in (self.title, self.body)):
            raise ValueError("title or body must hold some text")
        return self


class _AskedInQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, asked: Any) -> Any:
        """`as_of=&cursor=`, as a form sends what nobody filled in, asks for neither."""
        if not isinstance(asked, dict):
            return asked
        return {name: value for name, value in asked.items() if value or name == "viewer_id"}


class FeedParameters(_AskedInQuery):
    """The query string of a feed."""

    k: K = 10
    as_of: MomentInQuery | None = None
    cursor: Cursor | None = None


class ExpertiseParameters(_AskedInQuery):
    """The query string of a person's expertise."""

    viewer_id: ViewerId | None = None
    as_of: MomentInQuery | None = None


class TopicsParameters(ExpertiseParameters):
    """The query string of the list of topics."""


class FiguresParameters(ExpertiseParameters):
    """The query string of the community's figures: of how many days."""

    days: Days = 90


class TopicParameters(ExpertiseParameters):
    """The query string of a topic's threads: `q` is what is sought among them."""

    q: Text = ""
    k: K = 10


class PeersParameters(ExpertiseParameters):
    """The query string of a person's peers."""

    k: K = 5


class PostParameters(_AskedInQuery):
    """The query string of a post: through whose eyes it is read."""

    viewer_id: ViewerId | None = None


class ThreadParameters(PostParameters):
    """The query string of a post's thread: how many replies at most."""

    k: K = MAX_K


class InteractionParameters(_AskedInQuery):
    """The query string by which interactions are taken back: whose, with what, of which kind."""

    person: RecordId
    post: RecordId
    kind: InteractionKind


class PeopleParameters(_AskedInQuery):
    """The query string of the list of people: a part of a name, and how many."""

    q: Name = ""
    viewer_id: ViewerId | None = None
    limit: K = 20
