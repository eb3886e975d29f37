"""The web port: its connections, and one log line per request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from prometheus_client import Counter

from services.gateway.headers import REQUEST_ID, SECURITY

log = structlog.get_logger()

REQUESTS = Counter("aid_requests_total", "Requests answered", ["route", "status"])

_GOODBYE_SECONDS = 10.0
_IDLE_SECONDS = 75.0
_BACKLOG = 1024


@asynccontextmanager
async def serving_web(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Yields the port, chosen by the system when `port` is 0. At the end, running answers get ten seconds more."""
    loop = asyncio.get_running_loop()
    runner = web.AppRunner(app, shutdown_timeout=_GOODBYE_SECONDS)
    await runner.setup()
    manager = runner.server
    assert manager is not None  # noqa: S101 - set up above

    def connection() -> Connection:
        return Connection(manager, loop=loop, access_log_class=AccessLog, keepalive_timeout=_IDLE_SECONDS)

    try:
        server = await loop.create_server(connection, host, port, backlog=_BACKLOG)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


class Connection(web.RequestHandler):
    """aiohttp would put the bytes it can not read into the log and into its answer."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes what was sent
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("half an answer is out already; all that is left is to hang up")
        if status < 500:  # noqa: PLR2004 - their fault, not ours
            log.info("request_unreadable", status=status, cause=type(exc).__name__)
        else:
            log.error("answer_failed", exc_info=exc)
        response = web.Response(status=status, text="This request can not be read\n", headers=SECURITY)
        response.force_close()
        return response


class AccessLog(AbstractAccessLogger):
    """The route's name instead of the path: paths hold tokens."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        route = _route_name(request)
        REQUESTS.labels(route, str(response.status)).inc()
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status,
            ms=round(1000 * time, 1),
            request_id=request.get(REQUEST_ID),
        )


def _route_name(request: web.BaseRequest) -> str:
    if not isinstance(request, web.Request) or REQUEST_ID not in request:
        return "unreadable"  # it never reached a route
    return request.match_info.route.name or "unknown"
