"""Headers that every answer carries, errors and files included."""

from collections.abc import Mapping
from itertools import count
from secrets import token_hex

from aiohttp import web

REQUEST_ID = web.RequestKey("request_id", str)
ALWAYS = web.AppKey("always", Mapping[str, str])

STATIC = "/static/"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)

SECURITY = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
    "Server": "aid",
}
"""`img-src data:` is for the icons inside Bootstrap's stylesheet; `Server` would name our libraries' versions."""

_ONE_YEAR = "max-age=31536000"


_PROCESS = token_hex(4)
_NUMBERS = count()


def new_request_id() -> str:
    """It has to be told from all others and needs be no secret: a process draws once, then counts."""
    return f"{_PROCESS}{next(_NUMBERS):08x}"


def add_headers_to_all(app: web.Application, *, https: bool) -> None:
    """Also to answers that no handler of ours made."""
    always = {**SECURITY, "Strict-Transport-Security": _ONE_YEAR} if https else SECURITY
    app[ALWAYS] = always

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(always)
        response.headers["X-Request-Id"] = request.get(REQUEST_ID) or new_request_id()
        # Files of ours are asked for again, and answered by 304 while they are the same.
        response.headers.setdefault("Cache-Control", "no-cache" if request.path.startswith(STATIC) else "no-store")

    app.on_response_prepare.append(add)
