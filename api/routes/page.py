"""The page: a few files beside this package, and nothing from elsewhere."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from api.errors import Problem

_WEB = Path(__file__).parent.parent / "web"
_MEDIA_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
}
_FILES = {path.name: path for path in _WEB.iterdir() if path.suffix in _MEDIA_TYPES}

router = APIRouter(include_in_schema=False)


def _file(name: str) -> Response:
    path = _FILES.get(name)
    if path is None:
        raise Problem(404, "There is nothing at this address.")
    # no-cache: ask each time whether it changed, so that an upgrade is seen at once.
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(path, media_type=_MEDIA_TYPES[path.suffix], headers=headers)


@router.get("/")
def page() -> Response:
    """The one page."""
    return _file("index.html")


@router.get("/web/{name}")
def part(name: str) -> Response:
    """A script, a style sheet or a catalog of the page."""
    return _file(name)
