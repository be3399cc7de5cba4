"""The two searches: who knows, and what is like this."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import experts_json, similar_json
from api.bodies import JsonRoute
from api.doors import Stopwatch, current_time, engine_of, in_words
from api.schemas import ExpertsSearch, SimilarSearch
from recommender.queries import ExpertsQuery, SimilarQuery

router = APIRouter(prefix="/v1", tags=["searches"], route_class=JsonRoute)


@router.post("/experts/search")
def search_experts(request: Request, asked: ExpertsSearch) -> Response:
    """The k people most likely to reply to a question, each with evidence that sums to a score."""
    stopwatch, now = Stopwatch(), current_time()
    query = ExpertsQuery(
        query=asked.query,
        title=asked.title,
        tags=tuple(asked.tags),
        space=asked.space,
        asker_id=asked.asker_id,
        viewer_id=asked.viewer_id,
        k=asked.k,
        as_of=asked.as_of,
        min_probability=asked.min_probability,
        exclude=tuple(asked.exclude),
        spaces=tuple(asked.spaces),
        sites=tuple(asked.sites),
        languages=tuple(asked.languages),
    )
    answer = engine_of(request).search_experts(query, now)
    return in_words(request, experts_json(answer, asked.as_of or now, stopwatch.ms()))


@router.post("/similar")
def similar(request: Request, asked: SimilarSearch) -> Response:
    """The k thread roots nearest to a text, in whatever language they are written."""
    stopwatch, now = Stopwatch(), current_time()
    query = SimilarQuery(
        title=asked.title,
        body=asked.body,
        tags=tuple(asked.tags),
        k=asked.k,
        space=asked.space,
        viewer_id=asked.viewer_id,
        as_of=asked.as_of,
        kinds=tuple(asked.kinds),
        min_probability=asked.min_probability,
    )
    ideas = engine_of(request).similar(query, now)
    find_person, moment = engine_of(request).person, asked.as_of or now
    return in_words(
        request, similar_json(ideas, find_person, asked.viewer_id, moment, stopwatch.ms())
    )
