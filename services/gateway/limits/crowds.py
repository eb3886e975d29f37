"""How much one client may ask of this process: in memory, before anything is looked up."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from services.gateway.limits.clientaddress import Networks, client_of, is_within
from services.gateway.limits.quotas import HOUR, Rule, TooManyError
from services.gateway.limits.windows import MovingWindow

log = structlog.get_logger()

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


def windows_of(rates: ClientRates) -> dict[str, MovingWindow]:
    """By the name an operator knows the limit by."""
    return {
        "client_requests": MovingWindow(rates.requests_minute, _MINUTE),
        "client_changes": MovingWindow(rates.changes_hour, HOUR),
        "client_streams": MovingWindow(rates.streams_minute, _MINUTE),
    }


def limit_clients(windows: Mapping[str, MovingWindow], trusted: Networks, seconds: Callable[[], float]) -> Middleware:
    """TooManyError for whoever asks too often. Files, and the empty form, are free. `seconds` never go back."""
    unnamed_proxies = UnnamedProxies(trusted)

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.match_info.route.name in _FREE:
            return await handler(request)
        forwarded = request.headers.getall("X-Forwarded-For", [])
        if forwarded:
            unnamed_proxies.warn_of(request.remote)
        client = request[CLIENT] = client_of(request.remote, forwarded, trusted=trusted)
        for name in _counted(request):
            second = seconds()
            if wait := windows[name].wait(client, second):
                raise TooManyError(Rule.CLIENT, wait, name=name)
            windows[name].hit(client, second)
        return await handler(request)

    return check


class UnnamedProxies:
    """Warned of once: everybody behind such a one is one client."""

    def __init__(self, trusted: Networks) -> None:
        self._trusted = trusted
        self._warned = False

    def warn_of(self, peer: str | None) -> None:
        if not self._warned and not is_within(peer, self._trusted):
            self._warned = True
            # Whoever it is stays unnamed: it may be a person who writes that header.
            log.warning("proxy_not_trusted", setting="AID_TRUSTED_PROXIES")


def _counted(request: web.Request) -> Iterator[str]:
    route = request.match_info.route.name
    if route not in _SUBMITS:
        yield "client_requests"
    if request.method == "POST" and route not in _NO_CHANGE:
        yield "client_changes"
    if request.path.endswith("/events"):
        yield "client_streams"
