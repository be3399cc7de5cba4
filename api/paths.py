"""Identifiers in paths: an encoded slash must survive routing.

Starlette routes on the decoded path, where `a%2Ffeed` can no longer be told from `a/feed`. This
middleware hands it the raw path instead, each segment in one normal form of percent-encoding;
`Id` then decodes what a route captured.
"""

import re
from typing import Annotated
from urllib.parse import quote, unquote, unquote_to_bytes

from fastapi import Path
from pydantic import AfterValidator
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import problem_response

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def _decode_id(value: str) -> str:
    decoded = unquote(value, errors="strict")
    if "\x00" in decoded:
        raise ValueError("holds a NUL character")
    return decoded


Id = Annotated[
    str,
    Path(alias="id", description="The percent-encoded id: `a/b` is written `a%2Fb`."),
    AfterValidator(_decode_id),
]


def _is_readable(raw: bytes) -> bool:
    """Whether `raw` is valid percent-encoding of valid UTF-8."""
    if _BAD_ESCAPE.search(raw):
        return False
    try:
        unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class RawPath:
    """ASGI middleware: route on the percent-encoded path; refuse an unreadable one with 400."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
        raw = raw.split(b"?", 1)[0]
        for part, name in ((raw, "path"), (scope["query_string"], "query")):
            if not _is_readable(part):
                detail = f"The {name} is not valid percent-encoded UTF-8."
                await problem_response(400, detail, field=name)(scope, receive, send)
                return
        segments = (quote(unquote_to_bytes(segment), safe="") for segment in raw.split(b"/"))
        await self.app({**scope, "path": "/".join(segments)}, receive, send)
