"""Bodies of requests: form or JSON, read into names and values with duplicates kept."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from services.gateway.asking.reading import Pairs
from shared.errors import AidError

MAX_BYTES = 16 * 1024
_MAX_FIELDS = 25

ACCEPT_POST = "Accept-Post"
"""What kind of body can be read: https://www.w3.org/TR/ldp/#header-accept-post."""

SECONDS = web.AppKey("seconds for a body", float)
"""How long one may take to arrive."""


MALFORMED = {
    "form_malformed": "The form can not be read",
    "json_malformed": "The body is not valid JSON",
    "json_not_an_object": "The body must be a JSON object",
    "not_utf8": "The body is not UTF-8",
    "body_broken": "The body did not arrive whole",
    "idempotency_key_malformed": "Idempotency-Key must be 16 to 200 visible characters",
}


class MalformedRequestError(AidError):
    """A request that cannot be read at all; its text is shown to whoever sent it."""

    def __init__(self, code: str) -> None:
        super().__init__(MALFORMED[code])
        self.code = code


class _Object(list[tuple[str, Any]]):
    """A JSON object as its pairs, to tell it from an array."""


async def form_pairs(request: web.Request) -> Pairs:
    text = await _text(request, "application/x-www-form-urlencoded")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise MalformedRequestError("form_malformed") from None


async def json_pairs(request: web.Request) -> Pairs:
    text = await _text(request, "application/json")
    try:
        content = json.loads(text, object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        raise MalformedRequestError("json_malformed") from None
    if not isinstance(content, _Object):
        raise MalformedRequestError("json_not_an_object")
    return content


async def _text(request: web.Request, content_type: str) -> str:
    if not _is_plain(request) or request.content_type != content_type:
        raise web.HTTPUnsupportedMediaType(headers={ACCEPT_POST: content_type})
    try:
        async with asyncio.timeout(request.app[SECONDS]):
            return (await request.read()).decode()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except UnicodeDecodeError:
        raise MalformedRequestError("not_utf8") from None
    except (web.RequestPayloadError, OSError):
        raise MalformedRequestError("body_broken") from None


def _is_plain(request: web.Request) -> bool:
    """UTF-8, and not packed: what is packed may burst, or lack its end unseen."""
    packed = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    return not packed and (request.charset or "utf-8").lower() == "utf-8"
