"""One connection of the web port: how long it may take, and what is said to bytes that are no request."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import Counter

from services.gateway.web.headers import REQUEST_ID, new_request_id

log = structlog.get_logger()

CUT = Counter("aid_connections_cut_total", "Connections closed because the headers of a request did not arrive in time")

_HEADERS = 64


@dataclass(frozen=True)
class Deadlines:
    """In seconds. aiohttp itself has one for `idle` connections only; bodies have theirs where they are read.

    `headers`: until they are whole, from the connection's first moment or a later request's first byte. Where that byte
    came together with the request before, aiohttp's parser holds it and tells nobody: then `idle` cuts the connection.
    `linger`: how long the rest of a body that nobody wants is still taken. `unread`: until some of an answer is read.
    """

    headers: float = 5.0
    idle: float = 75.0
    linger: float = 2.0
    unread: float = 60.0


class Connection(web.RequestHandler):
    """aiohttp would wait for headers without end, and put the bytes it can not read into the log and its answer.

    `_request_count` and `_waiter` are aiohttp's own: how many requests came, and that it waits for one.
    """

    __slots__ = ("_always", "_cut", "_deadlines")

    def __init__(self, manager: web.Server, *, deadlines: Deadlines, always: Mapping[str, str], **options: Any) -> None:
        super().__init__(
            manager,
            keepalive_timeout=deadlines.idle,
            lingering_time=deadlines.linger,
            max_headers=_HEADERS,
            auto_decompress=False,
            **options,
        )
        self._deadlines = deadlines
        self._always = always
        self._cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        _give_up_unread(transport, self._deadlines.unread)
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self._stop_waiting()
        elif data and self._cut is None and self._waiter is not None and not self._waiter.done():
            self._wait_for_headers()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes what was sent
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("half an answer is out already; all that is left is to hang up")
        request_id = request.get(REQUEST_ID) or new_request_id()
        if theirs := status < 500:  # noqa: PLR2004
            log.info("request_unreadable", status=status, cause=type(exc).__name__, request_id=request_id)
        else:
            log.error("answer_failed", exc_info=exc, request_id=request_id)
        text = "This request can not be read\n" if theirs else "The fault is on our side\n"
        headers = {**self._always, "X-Request-Id": request_id, "Cache-Control": "no-store"}
        response = web.Response(status=status, text=text, headers=headers)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:  # noqa: ARG002 - what came is quoted there
        """A body may break off after its answer; anything else is a bug of ours."""
        exc = kw.get("exc_info")
        if isinstance(exc, web.RequestPayloadError):
            log.info("request_unreadable", cause=type(exc).__name__)
        else:
            log.error("connection_failed", exc_info=exc)

    def _wait_for_headers(self) -> None:
        self._cut = self._loop.call_later(self._deadlines.headers, self._cut_off)

    def _stop_waiting(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None

    def _cut_off(self) -> None:
        """Without a word: a browser that has connected in advance would take it for the answer to its next request."""
        self._cut = None
        CUT.inc()
        self.force_close()


def _give_up_unread(transport: asyncio.BaseTransport, seconds: float) -> None:
    """The kernel hangs up on whoever takes nothing of what was sent for so long; sendfile has no other deadline."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        transport.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * seconds)
        )
