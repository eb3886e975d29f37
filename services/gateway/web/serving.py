"""The web port, and one log line per request."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import hdrs, web
from aiohttp.abc import AbstractAccessLogger
from prometheus_client import Counter, Histogram

from services.gateway.web.connections import Connection, Deadlines
from services.gateway.web.headers import ALWAYS, REQUEST_ID, SECURITY

log = structlog.get_logger()

REQUESTS = Counter("aid_requests_total", "Requests answered", ["route", "status"])
SECONDS = Histogram(
    "aid_request_seconds",
    "From a request to the end of its answer; of streams and downloads that is as long as somebody listens",
    ["route"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUR_FAULT = ("500", "503")

_GOODBYE_SECONDS = 10.0
_BACKLOG = 1024
_DEADLINES = Deadlines()


@asynccontextmanager
async def serving_web(
    app: web.Application, host: str, port: int, *, deadlines: Deadlines = _DEADLINES
) -> AsyncIterator[int]:
    """Yields the port, chosen by the system when `port` is 0. At the end, running answers get ten seconds more."""
    loop = asyncio.get_running_loop()
    _count_from_zero(app)
    runner = web.AppRunner(app, shutdown_timeout=_GOODBYE_SECONDS)
    await runner.setup()
    manager = runner.server
    assert manager is not None  # noqa: S101 - set up above
    always = app.get(ALWAYS, SECURITY)

    def connection() -> Connection:
        return Connection(manager, deadlines=deadlines, always=always, loop=loop, access_log_class=AccessLog)

    try:
        server = await loop.create_server(connection, host, port, backlog=_BACKLOG)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


def _count_from_zero(app: web.Application) -> None:
    for route in {route.name for route in app.router.routes() if route.name}:
        for status in OUR_FAULT:
            REQUESTS.labels(route, status)


def allow_all_sockets() -> None:
    """As many as the system lets this process have; what it begins with is often 1,024, and a status page holds one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


_COUNTED_ONLY = frozenset({"form", "icon", "static", "bootstrap"})
"""What every visit fetches: a line for each would bury those that tell of jobs."""


class AccessLog(AbstractAccessLogger):
    """The route's name instead of the path: paths hold tokens. Methods that HTTP does not know may hold anything."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        route = _route_name(request)
        REQUESTS.labels(route, str(response.status)).inc()
        SECONDS.labels(route).observe(time)
        if route in _COUNTED_ONLY and response.status < 400:  # noqa: PLR2004
            return
        log.info(
            "request",
            method=request.method if request.method in hdrs.METH_ALL else "other",
            route=route,
            status=response.status,
            ms=round(1000 * time, 1),
            request_id=response.headers.get("X-Request-Id"),
        )


def _route_name(request: web.BaseRequest) -> str:
    if not isinstance(request, web.Request) or REQUEST_ID not in request:
        return "unreadable"  # it never reached a route
    return request.match_info.route.name or "unknown"
