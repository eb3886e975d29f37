"""One GET with aiohttp: through the guard, under its caps, its failures named."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pycares
from aiohttp import (
    AsyncResolver,
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver
from yarl import URL

from services.packager.bodies import Body
from services.packager.guard import ForbiddenAddressError, Guard
from services.packager.optouts import speaks_against
from services.packager.tries import TryFailedError, failure_of
from shared.refusals import Refusal

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif,*/*;q=0.5"
_KEEP_ALIVE_SECONDS = 5.0


@dataclass(frozen=True)
class DownloadLimits:
    """Seconds and bytes. `connect` covers the name's resolution; `idle` is between two pieces; `total` is for a try."""

    connect: float = 5.0
    idle: float = 8.0
    total: float = 30.0
    picture_bytes: int = 25_000_000


class Downloads:
    """`program` is our name, for hosts that want no program to keep what they give; without it nobody is asked."""

    def __init__(self, session: ClientSession, limits: DownloadLimits, *, program: str | None = None) -> None:
        self._session = session
        self._limits = limits
        self._program = program

    async def get(self, url: URL, into: Body, *, referer: str | None, seconds: float) -> str | None:
        """Fill `into` with what lies at `url`, or return the Location of a redirect. TryFailedError otherwise."""
        timeout = ClientTimeout(total=seconds, connect=self._limits.connect, sock_read=self._limits.idle)
        headers = {"Referer": referer} if referer else {}
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False, timeout=timeout) as response:
                if response.status in _REDIRECTS and "Location" in response.headers:
                    return response.headers["Location"]
                if response.status != 200:  # noqa: PLR2004 - OK
                    raise failure_of(response.status, response.headers, now=datetime.now(UTC))
                if self._program and speaks_against(response.headers.getall("X-Robots-Tag", []), self._program):
                    raise TryFailedError(Refusal.OPTED_OUT)
                await self._read(response, into)
                return None
        except (ClientError, TimeoutError) as error:
            raise _failure(error) from error

    async def _read(self, response: ClientResponse, into: Body) -> None:
        """What counts is what comes out after decompression, whatever Content-Length says."""
        most = self._limits.picture_bytes
        if (response.content_length or 0) > most:
            raise TryFailedError(Refusal.TOO_LARGE)
        async for piece in response.content.iter_any():
            into.write(piece)
            if into.size > most:
                raise TryFailedError(Refusal.TOO_LARGE)


def _failure(error: ClientError | TimeoutError) -> TryFailedError:
    match error:
        case ClientConnectorError(os_error=ForbiddenAddressError()) | InvalidURL():
            return TryFailedError(Refusal.FORBIDDEN_ADDRESS)
        case TimeoutError():
            return TryFailedError(Refusal.TIMEOUT)
        case ClientPayloadError():
            return TryFailedError(Refusal.TRUNCATED, again=True)
        case ClientResponseError():  # what came is no HTTP
            return TryFailedError(Refusal.HOST_FAILED)
        case ClientConnectorCertificateError():
            return TryFailedError(Refusal.UNREACHABLE)
        case _:
            return TryFailedError(Refusal.UNREACHABLE, again=True)


@asynccontextmanager
async def guarded_session(
    guard: Guard, *, user_agent: str, resolver: Callable[[], AbstractResolver] | None = None
) -> AsyncIterator[ClientSession]:
    """A session that keeps no cookie, knows no proxy, and connects through the guard alone."""
    names = (resolver or _dns)()
    connector = TCPConnector(
        resolver=names,
        socket_factory=guard.socket,
        # Made once: each context costs 20 ms.
        ssl=ssl.create_default_context(),
        # Slots count the connections, so that waiting for one is not taken for a slow host.
        limit=0,
        keepalive_timeout=_KEEP_ALIVE_SECONDS,
    )
    headers = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": "identity"}
    try:
        async with ClientSession(
            connector=connector, cookie_jar=DummyCookieJar(), trust_env=False, headers=headers
        ) as session:
            yield session
    finally:
        await names.close()


def _dns() -> AbstractResolver:
    # A cluster's search domains would turn `cats.example` into a name of its own.
    return AsyncResolver(flags=pycares.ARES_FLAG_NOSEARCH | pycares.ARES_FLAG_EDNS)
