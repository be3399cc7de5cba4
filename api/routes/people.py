"""People: kept, listed, and what they know and may read."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import chosen_json, feed_json, person_json, topic_json
from api.bodies import JsonRoute
from api.doors import Json, Stopwatch, current_time, engine_of, in_words, not_found, store_of
from api.errors import Problem
from api.paths import Id
from api.schemas import (
    ChosenTopics,
    ExpertiseParameters,
    FeedParameters,
    PeersParameters,
    PeopleParameters,
    ShownThreads,
)
from api.surveys import peers_json
from data.errors import InvalidRecord
from data.fields import FieldTaker
from data.models import Record
from data.records import parse_person, to_json

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=JsonRoute)
JsonObject = Annotated[dict[str, Any], Body()]


def with_path_id(record: dict[str, Any], id_: str) -> dict[str, Any]:
    """`record` with the id of its path.

    Raises
    ------
    Problem : 422, the record names another id.
    InvalidRecord : what it names is none.
    """
    if FieldTaker(record).optional_id("id") not in (None, id_):
        raise Problem(422, f"id: is not {id_!r}, the id in the path", field="id")
    return {**record, "id": id_}


def write_one(request: Request, record: Record) -> bool:
    """Write one record, opening the grave of a deleted one, and make it searchable; True if new.

    Raises
    ------
    Problem : 409, the record is sound, but what is stored forbids it.
    """
    store = store_of(request)
    try:
        with store.database.noting() as numbers:
            is_new = store.put(record)
    except InvalidRecord as error:
        field = error.field if error.field.isidentifier() else None
        raise Problem(409, str(error), field=field) from None
    engine_of(request).sync_written(numbers)
    return is_new


@router.get("")
def list_people(request: Request, asked: Annotated[PeopleParameters, Query()]) -> Response:
    """People whose name holds `q`, as `viewer_id` may see them."""
    moment = current_time()
    found = engine_of(request).people(asked.q, asked.viewer_id, moment)
    return Json({"people": [person_json(person, moment) for person in found[: asked.limit]]})


@router.put("/{id}")
def put_person(request: Request, person_id: Id, record: JsonObject) -> Response:
    """Keep a person, replacing whole what was known; revives one who was deleted."""
    person = parse_person(with_path_id(record, person_id))
    is_new = write_one(request, person)
    return Json(_stored(request, person_id), status_code=201 if is_new else 200)


@router.get("/{id}")
def get_person(request: Request, person_id: Id) -> Response:
    """The record as it is kept, e-mail and absence included: an administrator's read.

    What members see of each other comes beside the answers of a search.
    """
    return Json(_stored(request, person_id))


@router.delete("/{id}", status_code=204)
def delete_person(request: Request, person_id: Id) -> Response:
    """Forget a person and their texts; others' replies stay. The same answer the second time."""
    store = store_of(request)
    with store.database.noting() as numbers:
        store.delete_person(person_id)
    engine_of(request).sync_written(numbers)
    return Response(status_code=204)


@router.get("/{id}/feed")
def feed(request: Request, person_id: Id, asked: Annotated[FeedParameters, Query()]) -> Response:
    """Threads for a person to read, best first, each with its reasons."""
    now = current_time()
    page = engine_of(request).feed(
        person_id, k=asked.k, as_of=asked.as_of, cursor=asked.cursor or None, now=now
    )
    return in_words(
        request, feed_json(page, engine_of(request).person, person_id, asked.as_of or now)
    )


@router.post("/{id}/impressions")
def note_impressions(request: Request, person_id: Id, asked: ShownThreads) -> Response:
    """Note which threads of their feed came before a person's eyes, so that ideas go on to others.

    Kept for three days and shown to nobody. Only the first time counts; a post that is no more is
    passed over. `noted`: how many were new.
    """
    return Json(
        {"noted": store_of(request).note_impressions(person_id, asked.posts, current_time())}
    )


@router.get("/{id}/expertise")
def expertise(
    request: Request, person_id: Id, asked: Annotated[ExpertiseParameters, Query()]
) -> Response:
    """What a person has shown knowledge of, with the posts that show it."""
    stopwatch = Stopwatch()
    topics = engine_of(request).expertise(
        person_id, viewer_id=asked.viewer_id, as_of=asked.as_of, now=current_time()
    )
    return in_words(
        request, {"topics": [topic_json(topic) for topic in topics], "took_ms": stopwatch.ms()}
    )


@router.get("/{id}/peers")
def peers(request: Request, person_id: Id, asked: Annotated[PeersParameters, Query()]) -> Response:
    """Colleagues with the same concerns, foremost those not met yet and those at other sites."""
    stopwatch, now = Stopwatch(), current_time()
    answer = engine_of(request).peers(
        person_id, k=asked.k, viewer_id=asked.viewer_id, as_of=asked.as_of, now=now
    )
    return in_words(request, peers_json(answer, asked.as_of or now, stopwatch.ms()))


@router.get("/{id}/topics")
def chosen_topics(request: Request, person_id: Id) -> Response:
    """The topics that a person chose as concerning them: in no other answer, and for nobody else.

    They lead the feed of somebody new; `share` tells how much of that is left to them.
    """
    return Json(chosen_json(engine_of(request).chosen(person_id, current_time())))


@router.put("/{id}/topics")
def choose_topics(request: Request, person_id: Id, asked: ChosenTopics) -> Response:
    """Put topics in the place of all that a person chose before; what stays keeps its time.

    The person's record is another thing: neither replaces the other.
    """
    store, now = store_of(request), current_time()
    with store.database.noting() as numbers:
        store.choose(person_id, asked.topics, now, asked.ids)
    engine_of(request).sync_written(numbers)
    return Json(chosen_json(engine_of(request).chosen(person_id, now)))


def _stored(request: Request, person_id: str) -> dict[str, Any]:
    person = store_of(request).get_person(person_id)
    if person is None:
        raise not_found("person", person_id)
    return to_json(person)
