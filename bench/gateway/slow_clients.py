"""What good users feel of 500 slow ones: milliseconds of `GET /` and `POST /jobs`, in calm and beside them.

Slow sockets say nothing, half their headers, their headers or their body byte by byte, or take nothing of their answer;
whoever is cut off comes again. Good users ask `EACH` times a second for either. The limit: p99 of 300 ms.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import urlsplit

from aiohttp import ClientSession, TCPConnector

from bench.gateway.servers import Servers
from tests.integration.gateway.gateways import tomorrow_at_noon

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
FORM = (
    b"POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\n"
)
LARGE = b"GET /static/bootstrap/bootstrap.css HTTP/1.1\r\nHost: x\r\n\r\n"

KINDS = {
    "silent": (b"", b""),
    "half headers": (HEAD, b""),
    "dripping headers": (HEAD, b"X: y\r\n"),
    "dripping body": (FORM, b"a"),
    "unread answer": (LARGE, b""),
}
"""What is sent at once, and what is sent again every second."""

EACH = 10
"""Requests of good users for either in a second."""


class Siege:
    """`open` now, and how often one was `cut` off, by kind."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.open: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()

    async def keep_up(self, kind: str) -> None:
        while True:
            with suppress(OSError):
                await self._one(kind)
                self.cut[kind] += 1

    async def _one(self, kind: str) -> None:
        first, again = KINDS[kind]
        loop = asyncio.get_running_loop()
        with socket.socket() as slow:
            slow.setblocking(False)
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(slow, ("127.0.0.1", self._port))
            self.open[kind] += 1
            try:
                await loop.sock_sendall(slow, first)
                await self._until_cut(slow, again, reads=kind != "unread answer")
            finally:
                self.open[kind] -= 1

    async def _until_cut(self, slow: socket.socket, again: bytes, *, reads: bool) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            if again:
                await loop.sock_sendall(slow, again)
            if reads:
                with suppress(BlockingIOError):
                    if not slow.recv(65_536):
                        return
            elif slow.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return


@asynccontextmanager
async def besieged(port: int, sockets: int) -> AsyncIterator[Siege]:
    siege = Siege(port)
    kinds = list(KINDS)
    tasks = [asyncio.create_task(siege.keep_up(kinds[number % len(kinds)])) for number in range(sockets)]
    try:
        yield siege
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def at_a_rate(ask: Callable[[], Awaitable[None]], each: int, seconds: float) -> list[float]:
    """Milliseconds of each, begun at fixed moments whether or not the one before has come back."""
    times: list[float] = []

    async def timed() -> None:
        begun = perf_counter()
        await ask()
        times.append(1000 * (perf_counter() - begun))

    async with asyncio.TaskGroup() as group:
        for _ in range(round(each * seconds)):
            group.create_task(timed())
            await asyncio.sleep(1 / each)
    return times


async def good_users(server: str, each: int, seconds: float) -> dict[str, list[float]]:
    async with ClientSession(server, connector=TCPConnector(limit=0)) as session:

        async def look() -> None:
            async with session.get("/") as answer:
                assert answer.status == 200, answer.status  # noqa: PLR2004, S101 - a figure of errors is none
                await answer.read()

        async def submit() -> None:
            async with session.post("/jobs", data=tomorrow_at_noon(), allow_redirects=False) as answer:
                assert answer.status == 303, answer.status  # noqa: PLR2004, S101

        looked, submitted = await asyncio.gather(at_a_rate(look, each, seconds), at_a_rate(submit, each, seconds))
    return {"GET /": looked, "POST /jobs": submitted}


def report(title: str, figures: dict[str, list[float]]) -> None:
    for asked, times in figures.items():
        p99 = quantiles(times, n=100)[98]
        print(f"{title:>20}  {asked:<11} median {median(times):6.1f} ms, p99 {p99:6.1f} ms, max {max(times):6.1f} ms")


async def rows(servers: Servers, sockets: int, seconds: float) -> None:
    await good_users(servers.gateway, EACH, 3)  # warm
    report("calm", await good_users(servers.gateway, EACH, seconds))
    async with besieged(urlsplit(servers.gateway).port or 80, sockets) as siege:
        await asyncio.sleep(6)  # the first are cut off by then
        figures = await good_users(servers.gateway, EACH, seconds)
        print("open: " + ", ".join(f"{number} {kind}" for kind, number in siege.open.items()))
        print("cut so far: " + ", ".join(f"{number} {kind}" for kind, number in siege.cut.items()))
    report(f"{sockets} slow sockets", figures)
