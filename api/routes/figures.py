"""How the community fares, in figures."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.doors import Json, Stopwatch, current_time, engine_of
from api.schemas import FiguresParameters
from api.surveys import figures_json

router = APIRouter(prefix="/v1/figures", tags=["figures"], route_class=JsonRoute)


@router.get("")
def figures(request: Request, asked: Annotated[FiguresParameters, Query()]) -> Response:
    """How many asked, got an answer, a helpful one, and whether ideas reach other sites.

    Of the last days and, to tell a change, of as many before them as it stood at their end. Every
    figure counts what the viewer may read; none is of a person.
    """
    stopwatch = Stopwatch()
    answer = engine_of(request).figures(
        asked.days, viewer_id=asked.viewer_id, as_of=asked.as_of, now=current_time()
    )
    return Json(figures_json(answer, stopwatch.ms()))
