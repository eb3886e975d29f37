"""How much one client may ask of this process: in memory, before anything is looked up."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Middleware

from services.gateway.limits.clientaddress import Networks, client_of
from services.gateway.limits.quotas import HOUR, Rule, TooManyError
from services.gateway.limits.windows import MovingWindow

CLIENT = web.RequestKey("client", str)
"""What the client of this request is counted by."""

_MINUTE = timedelta(minutes=1)
_FREE = frozenset({"form", "static", "bootstrap"})
_SUBMITS = frozenset({"submit", "api_submit"})
"""Jobs have a limit of their own, and whoever exceeds it keeps what was typed."""
_NO_CHANGE = _SUBMITS | {"stop_now", "stop_undo"}
"""One mail provider speaks for many who want to be left alone."""


@dataclass(frozen=True)
class ClientRates:
    """0 is without limit. `changes`: what is asked of jobs that are there."""

    requests_minute: int = 0
    changes_hour: int = 0
    streams_minute: int = 0


def limit_clients(rates: ClientRates, trusted: Networks, now: Callable[[], datetime]) -> Middleware:
    """TooManyError for whoever asks too often. Files, and the empty form, are free."""
    windows = {
        "client_requests": MovingWindow(rates.requests_minute, _MINUTE),
        "client_changes": MovingWindow(rates.changes_hour, HOUR),
        "client_streams": MovingWindow(rates.streams_minute, _MINUTE),
    }

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.match_info.route.name in _FREE:
            return await handler(request)
        forwarded = request.headers.getall("X-Forwarded-For", [])
        client = request[CLIENT] = client_of(request.remote, forwarded, trusted=trusted)
        for name in _counted(request):
            if wait := windows[name].wait(client, now()):
                raise TooManyError(Rule.CLIENT, wait, name=name)
            windows[name].hit(client, now())
        return await handler(request)

    return check


def _counted(request: web.Request) -> Iterator[str]:
    route = request.match_info.route.name
    if route not in _SUBMITS:
        yield "client_requests"
    if request.method == "POST" and route not in _NO_CHANGE:
        yield "client_changes"
    if request.path.endswith("/events"):
        yield "client_streams"
