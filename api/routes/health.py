"""Whether the process lives, whether it may be asked, and figures for a monitor.

All of it is answered at once however much there is to do: none of it waits for a turn.
"""

import contextlib

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from api.admission import admission_of
from api.doors import Json, engine_of
from api.errors import Problem
from api.settings import is_loopback
from api.standing import Standing
from data.errors import StoreError

router = APIRouter(tags=["health"])

LACKING = 0.1
"""Texts still to be read, of those that have been, with which a server may be asked: it answers
while an import goes on, and after one that was cut off, but not from next to nothing."""


@router.get("/health/live")
async def live() -> Response:
    """The process answers."""
    return Json({"status": "live"})


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """The index holds what the store holds, but for a tenth at most that is still being read; 503
    while it is being built, and under more requests than can be answered.

    Where workers read the texts, what waits for them is told and keeps nobody from asking.
    """
    if admission_of(request).overloaded:
        raise Problem(503, "There is more to do than can be done: requests are being refused.")
    status = await _standing(request).ask()
    if status is None:
        raise Problem(503, "The index is held by a change that takes long.")
    workers = engine_of(request).settings.workers
    pending = status["pending"]
    if pending > LACKING * status["indexed"] and not workers:
        detail = f"The index is being built: {pending} posts are still to come."
        raise Problem(503, detail)
    told = {"status": "ready", "posts": status["posts"], "indexed": status["indexed"]}
    if workers or pending:
        told["pending"] = pending
    if workers:
        told["workers"] = status["workers"]
    if status["standby"] is not None:
        # It answers from what it has; how old that may be is for the caller to judge.
        told["standby"] = status["standby"]
    return Json(told)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Figures in Prometheus' text format, for callers on this machine alone.

    Those of the index are the last known ones while it or the database does not answer.
    """
    if request.client is None or not is_loopback(request.client.host):
        raise Problem(403, "The metrics are shown to callers on this machine alone.")
    counters, standing = request.app.state.counters, _standing(request)
    with contextlib.suppress(StoreError):
        await standing.ask()
    if standing.last is not None:
        counters.note_index(standing.last)
    counters.note_lanes(admission_of(request).lanes)
    return Response(generate_latest(counters.registry), media_type=CONTENT_TYPE_LATEST)


def _standing(request: Request) -> Standing:
    standing: Standing = request.app.state.standing
    return standing
