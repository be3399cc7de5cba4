"""Whether the process lives, whether it may be asked, and figures for a monitor."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from api.doors import Json, engine_of
from api.errors import Problem
from api.settings import is_loopback

router = APIRouter(tags=["health"])


@router.get("/health/live")
def live() -> Response:
    """The process answers."""
    return Json({"status": "live"})


@router.get("/health/ready")
def ready(request: Request) -> Response:
    """The index holds what the store holds; 503 while it is being built.

    Where workers read the texts, what waits for them is told and keeps nobody from asking.
    """
    engine = engine_of(request)
    status = engine.status()
    if status["pending"] and not engine.settings.workers:
        detail = f"The index is being built: {status['pending']} posts are still to come."
        raise Problem(503, detail)
    told = {"status": "ready", "posts": status["posts"], "indexed": status["indexed"]}
    if engine.settings.workers:
        told |= {"pending": status["pending"], "workers": status["workers"]}
    if status["standby"] is not None:
        # It answers from what it has; how old that may be is for the caller to judge.
        told["standby"] = status["standby"]
    return Json(told)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures in Prometheus' text format, for callers on this machine alone."""
    if request.client is None or not is_loopback(request.client.host):
        raise Problem(403, "The metrics are shown to callers on this machine alone.")
    figures = request.app.state.figures
    figures.note_index(engine_of(request).status())
    return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)
