"""A server that nobody may reach, and a downloader that is watched on its way to it."""

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from services.packager.bodies import Body
from services.packager.downloads import DownloadLimits, Downloads, guarded_session
from services.packager.fetching import Fetcher
from services.packager.guard import PORTS, Guard
from services.packager.refusals import RefusedError
from services.packager.slots import Slots
from shared.refusals import Refusal
from tests.integration.packager.raw_server import RawServer, raw_server, says
from tests.unit.packager.samples import a_candidate

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"
ALLOWED = "127.0.4.1"
"""For a hole in the guard: where a test's own server is."""

LIMITS = DownloadLimits(connect=2.0, idle=1.0, total=3.0)


@dataclass
class Secrets:
    """Servers on both loopbacks, on a port the guard would let pass."""

    port: int
    servers: list[RawServer]

    @property
    def connections(self) -> int:
        return sum(server.connections for server in self.servers)


@asynccontextmanager
async def secret_servers() -> AsyncIterator[Secrets]:
    async with AsyncExitStack() as stack:
        port = next(port for port in sorted(PORTS, reverse=True) if _is_free("127.0.0.1", port))
        hosts = [host for host in ("127.0.0.1", "::1") if _is_free(host, port)]
        servers = [await stack.enter_async_context(raw_server(says(OK), host, port)) for host in hosts]
        yield Secrets(port, servers)


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Names(AbstractResolver):
    """Answers each question, whatever the name, with the next of these lists of addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = cycle(answers)

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the library's signature
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in next(self._answers)
        ]

    async def close(self) -> None:
        pass


class WatchedGuard(Guard):
    """Knows whom it gave a socket for."""

    def __init__(self, holes: Iterable[tuple[str, int]] = ()) -> None:
        super().__init__(holes)
        self.passed: list[str] = []

    def socket(self, addr_info: tuple[Any, ...]) -> socket.socket:
        made = super().socket(addr_info)
        self.passed.append(addr_info[4][0])
        return made


@dataclass(frozen=True)
class Watched:
    guard: WatchedGuard
    fetcher: Fetcher

    async def outcome(self, url: str) -> Refusal | bytes:
        try:
            with await self.fetcher.fetch(a_candidate(url=url)) as fetched:
                return bytes(fetched.body.content().data)
        except RefusedError as refused:
            return refused.reason


@asynccontextmanager
async def watched(
    folder: Path, *holes: tuple[str, int], names: AbstractResolver | None = None
) -> AsyncIterator[Watched]:
    """With `names` None real ones are asked."""
    guard = WatchedGuard(holes)
    resolver = None if names is None else lambda: names
    async with guarded_session(guard, user_agent="Test/1", resolver=resolver) as session:
        fetcher = Fetcher(
            downloads=Downloads(session, LIMITS),
            slots=Slots(total=64, per_host=64),
            new_body=partial(Body, in_memory=1000, folder=folder),
            seconds=LIMITS.total,
        )
        yield Watched(guard, fetcher)
