"""Posts and what people did with them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import post_json, thread_json
from api.bodies import JsonRoute
from api.doors import Json, current_time, engine_of, not_found, store_of
from api.errors import Problem
from api.paths import Id
from api.routes.people import JsonObject, with_path_id, write_one
from api.schemas import InteractionParameters, PostParameters, ThreadParameters
from data.records import parse_interaction, parse_post, to_json

router = APIRouter(prefix="/v1", tags=["posts"], route_class=JsonRoute)


@router.put("/posts/{id}")
def put_post(request: Request, post_id: Id, record: JsonObject) -> Response:
    """Keep a post, replacing whole what was known; revives one that was deleted."""
    post = parse_post(with_path_id(record, post_id))
    is_new = write_one(request, post)
    return Json(_stored(request, post_id), status_code=201 if is_new else 200)


@router.get("/posts/{id}")
def get_post(request: Request, post_id: Id, asked: Annotated[PostParameters, Query()]) -> Response:
    """The record as it is kept: an administrator's read. With `viewer_id`, as that member sees it:
    404 where they may not read it, and no author of an anonymous post.
    """
    if asked.viewer_id is None:
        return Json(_stored(request, post_id))
    post = store_of(request).get_post(post_id)
    engine, now = engine_of(request), current_time()
    if post is None or not engine.may_read(asked.viewer_id, post_id, now):
        raise not_found("post", post_id)
    return Json(post_json(post, engine.person, asked.viewer_id))


@router.get("/posts/{id}/thread")
def thread(request: Request, post_id: Id, asked: Annotated[ThreadParameters, Query()]) -> Response:
    """The post's thread, root first, then by time, as `viewer_id` may read it.

    Of more than `k` replies, the page that the post is on; of a root's, the first. `earlier` and
    `later` say how many there are besides, `previous` and `next` by which posts they are asked for.
    """
    engine, now = engine_of(request), current_time()
    page = engine.thread(post_id, asked.viewer_id, now, asked.k)
    if page is None:
        raise not_found("post", post_id)
    return Json(thread_json(page, engine.person, asked.viewer_id, now))


@router.delete("/posts/{id}", status_code=204)
def delete_post(request: Request, post_id: Id) -> Response:
    """Delete a post; a root takes its thread along. The same answer the second time."""
    store = store_of(request)
    with store.database.noting() as numbers:
        store.delete_post(post_id)
    engine_of(request).sync_written(numbers)
    return Response(status_code=204)


@router.post("/interactions", status_code=201)
def add_interaction(request: Request, record: JsonObject) -> Response:
    """Note that a person did something with a post, such as reading it."""
    interaction = parse_interaction(record)
    if store_of(request).get_post(interaction.post) is None:
        raise Problem(404, f"post: there is no post with the id {interaction.post!r}", field="post")
    write_one(request, interaction)
    return Json(to_json(interaction), status_code=201)


@router.delete("/interactions", status_code=204)
def withdraw_interaction(
    request: Request, asked: Annotated[InteractionParameters, Query()]
) -> Response:
    """Take back all that a person did of one kind with a post, however often and whenever.

    Gone from every answer, also with `as_of`. The same answer the second time, and where there is
    nothing. No import brings back what is dated until then, or not at all; to do it again, POST it.
    """
    store = store_of(request)
    with store.database.noting() as numbers:
        store.withdraw(asked.person, asked.post, asked.kind)
    engine_of(request).sync_written(numbers)
    return Response(status_code=204)


def _stored(request: Request, post_id: str) -> dict[str, Any]:
    post = store_of(request).get_post(post_id)
    if post is None:
        raise not_found("post", post_id)
    return to_json(post)
