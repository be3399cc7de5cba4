"""The HTTP application: routes, what stands before them, and the index brought up at the start."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from api import errors
from api.admission import Admission
from api.counters import Counters, Counting
from api.openapi import describe
from api.paths import RawPath
from api.routes import figures, health, imports, page, people, posts, searches, topics
from api.security import Guard
from api.settings import Settings
from api.standing import Standing
from data.errors import WhoknowsError

if TYPE_CHECKING:
    from data.store import Store
    from recommender.engine import Engine

logger = logging.getLogger(__name__)


LOOK_AGAIN = 2.0
"""Seconds between looks at whether another process left texts that nobody has read."""


@asynccontextmanager
async def _read_beside(app: FastAPI) -> AsyncIterator[None]:
    """Read what is new beside the requests; `/health/ready` tells when nothing is left.

    Several processes on one PostgreSQL share the work; a standby that is promoted begins to.
    """
    ends = threading.Event()

    def read() -> None:
        told = ""
        while True:
            try:
                app.state.engine.sync()
                app.state.store.database.empty_log()
                told = ""
            except WhoknowsError as error:
                if str(error) != told:
                    logger.error("the index could not be brought up: %s", error)
                # Of what lasts it is enough to be told once.
                told = str(error)
            if ends.wait(LOOK_AGAIN):
                return

    threading.Thread(target=read, name="read-beside", daemon=True).start()
    yield
    ends.set()


def create_app(store: "Store", engine: "Engine", settings: Settings) -> FastAPI:
    """The application over an open store and the engine on it; closing them is the caller's."""
    app = FastAPI(
        title="whoknows",
        version="0.1.0",
        summary="Finds the colleague who knows, and the idea that is there already.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,
        lifespan=_read_beside,
    )
    app.state.store, app.state.engine, app.state.counters = store, engine, Counters()
    app.state.admission, app.state.standing = Admission(settings), Standing(engine)
    parts = searches, imports, people, posts, topics, figures, health, page
    routers = [module.router for module in parts]
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    errors.install(app)
    # The last one added is the first to see a request.
    app.add_middleware(Counting, counters=app.state.counters)
    app.add_middleware(RawPath)
    app.add_middleware(Guard, allowed=settings.host_names())
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app
