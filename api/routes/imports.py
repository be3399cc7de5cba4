"""Bulk writing: newline-delimited JSON, each line judged by itself."""

from typing import Any

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.admission import admission_of
from api.bodies import MAX_IMPORT_BYTES, check_ndjson, read_bounded
from api.doors import Json, engine_of, store_of
from api.errors import Problem
from data.errors import InvalidRecord
from data.fields import FieldTaker
from data.models import Record
from data.records import RECORD_KINDS, parse_record
from data.store import Deletion

MAX_LINES = 10_000
_DELETIONS = {"delete_person": "person", "delete_post": "post"}
_TOO_LARGE = f"An import holds at most {MAX_LINES:,} lines or {MAX_IMPORT_BYTES // 2**20} MB."

router = APIRouter(prefix="/v1", tags=["import"])


def read_line(line: bytes) -> Record | Deletion:
    """What one line says.

    Raises
    ------
    InvalidRecord : the line is no JSON object, or breaks the community format.
    """
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidRecord("line", f"is not valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise InvalidRecord("line", "is not a JSON object")
    kind = found.get("type")
    if isinstance(kind, str) and kind in _DELETIONS:
        return Deletion(_DELETIONS[kind], FieldTaker(found).id("id"))
    if not isinstance(kind, str) or kind not in RECORD_KINDS:
        known = ", ".join((*RECORD_KINDS, *_DELETIONS))
        raise InvalidRecord("type", f"must be one of {known}")
    return parse_record(kind, found)


def _claimed_id(line: bytes) -> str | None:
    """The id that a rejected line names, as text, where there is one."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    id_ = found.get("id") if isinstance(found, dict) else None
    return str(id_) if isinstance(id_, str | int) and not isinstance(id_, bool) else None


def _numbered_lines(body: bytes) -> list[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1 with the blank ones counted.

    Raises
    ------
    Problem : 413, there are more than `MAX_LINES`.
    """
    lines = []
    # Only \n ends a line: a JSON text may hold U+2028 and its kin bare.
    for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            lines.append((number, line))
            if len(lines) > MAX_LINES:
                raise Problem(413, _TOO_LARGE)
    return lines


def _apply(request: Request, body: bytes) -> dict[str, Any]:
    lines = _numbered_lines(body)
    errors: list[dict[str, Any]] = []
    taken: list[tuple[int, bytes]] = []
    records: list[Record | Deletion] = []
    for number, line in lines:
        try:
            records.append(read_line(line))
            taken.append((number, line))
        except InvalidRecord as error:
            errors.append({"line": number, "id": _claimed_id(line), "reason": str(error)})
    store = store_of(request)
    with store.database.noting() as numbers:
        reasons = store.apply(records)
    for (number, line), reason in zip(taken, reasons, strict=True):
        if reason is not None:
            errors.append({"line": number, "id": _claimed_id(line), "reason": reason})
    # The answer promises that what was accepted is searchable.
    engine_of(request).sync_written(numbers)
    errors.sort(key=lambda error: int(error["line"]))
    return {"accepted": len(lines) - len(errors), "rejected": len(errors), "errors": errors}


@router.post("/import")
async def import_lines(request: Request) -> Response:
    """Take in up to 10,000 lines or 32 MB of records and deletions; a bad line stops no other.

    Answers when what was accepted is durable and searchable.
    """
    check_ndjson(request)
    lane = admission_of(request).imports
    lane.refuse_if_full()
    body = await read_bounded(request, MAX_IMPORT_BYTES, _TOO_LARGE)
    async with lane.turn(request):
        return Json(await run_in_threadpool(_apply, request, body))
