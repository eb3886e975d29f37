"""How often each place was asked: for tests, and for answers that differ the second time."""

from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web

Place = tuple[str, str]  # an address of this machine, and a path
VISITS = web.AppKey("visits", Counter[Place])


def place(request: web.Request) -> Place:
    """The address that was connected to, whatever the Host header says."""
    return request.get_extra_info("sockname")[0], request.path


@web.middleware
async def counted(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    request.app[VISITS][place(request)] += 1
    return await handler(request)
