"""Forms are taken only from our own pages: what the browser says of where a request comes from decides."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

_SAFE = ("GET", "HEAD", "OPTIONS")


def own_forms_only(public_url: str) -> Middleware:
    """The API is exempt: it takes JSON, which no other site can send without our consent, or a signed address."""

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.method not in _SAFE and not request.path.startswith("/api/") and not _is_ours(request, public_url):
            raise web.HTTPForbidden
        return await handler(request)

    return check


def _is_ours(request: web.Request, public_url: str) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    # Browsers leave Sec-Fetch-Site out over plain HTTP, but never Origin from a form: without both it is no browser.
    origin = request.headers.get("Origin")
    return origin is None or origin == public_url
