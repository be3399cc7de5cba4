"""What the community is about: its topics, and the threads in them."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.doors import Json, Stopwatch, current_time, engine_of
from api.paths import Id
from api.schemas import TopicParameters, TopicsParameters
from api.surveys import threads_json, topics_json

router = APIRouter(prefix="/v1/topics", tags=["topics"], route_class=JsonRoute)


@router.get("")
def topics(request: Request, asked: Annotated[TopicsParameters, Query()]) -> Response:
    """What the community talks about, who could answer it, and what waits for an answer.

    Found from posts open to all by `learn`; every figure counts what the viewer may read.
    """
    stopwatch, now = Stopwatch(), current_time()
    answer = engine_of(request).topics(viewer_id=asked.viewer_id, as_of=asked.as_of, now=now)
    return Json(topics_json(answer, asked.as_of or now, stopwatch.ms()))


@router.get("/{id}/threads")
def topic_threads(
    request: Request, topic_id: Id, asked: Annotated[TopicParameters, Query()]
) -> Response:
    """A topic's threads, the newest first; with `q`, those nearest to it in meaning."""
    stopwatch, now = Stopwatch(), current_time()
    threads = engine_of(request).topic_threads(
        topic_id,
        asked.q.strip() or None,
        k=asked.k,
        viewer_id=asked.viewer_id,
        as_of=asked.as_of,
        now=now,
    )
    find_person, moment = engine_of(request).person, asked.as_of or now
    return Json(threads_json(threads, find_person, asked.viewer_id, moment, stopwatch.ms()))
