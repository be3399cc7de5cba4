"""The HTTP application: routes, what stands before them, and the index brought up at the start."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from api import errors
from api.figures import Counting, Figures
from api.openapi import describe
from api.paths import RawPath
from api.routes import health, imports, page, people, posts, searches, topics
from api.security import Guard
from api.settings import Settings
from data.errors import WhoknowsError

if TYPE_CHECKING:
    from data.store import Store
    from recommender.engine import Engine

logger = logging.getLogger(__name__)


@asynccontextmanager
async def _bring_up_index(app: FastAPI) -> AsyncIterator[None]:
    """Index what the store holds beside the first requests; `/health/ready` tells when it is."""

    def sync() -> None:
        try:
            app.state.engine.sync()
        except WhoknowsError as error:
            logger.error("the index could not be brought up: %s", error)

    threading.Thread(target=sync, name="bring-up-index", daemon=True).start()
    yield


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
        lifespan=_bring_up_index,
    )
    app.state.store, app.state.engine, app.state.figures = store, engine, Figures()
    routers = [module.router for module in (searches, imports, people, posts, topics, health, page)]
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    errors.install(app)
    # The last one added is the first to see a request.
    app.add_middleware(Counting, figures=app.state.figures)
    app.add_middleware(RawPath)
    app.add_middleware(Guard, allowed=settings.host_names())
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app
