"""Thousands of requests that are wrong, on connections that are kept where that goes: each is told so, and no more.

Two thousand here; `--long` makes it ten.
"""

import asyncio
import gc
import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from services.gateway.app import build_web
from services.gateway.web.serving import serving_web
from tests.unit.gateway.malformed import MARK, Malformed, malformed
from tests.unit.gateway.site import a_desk

SEED = 7
SAMPLE, ALL = 2_000, 10_000
AT_ONCE = 8
PAGE = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    async with serving_web(build_web(a_desk(tmp_path)), "127.0.0.1", 0) as port:
        yield port


class Sender:
    """Sends one after the other, on the same connection as long as it lives."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def answer(self, request: Malformed) -> int:
        """Its status; 0 when there was none. As clients do, once more if a kept connection was gone by then."""
        kept = self._streams is not None
        try:
            return await self._ask(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            return await self.answer(request) if kept else 0

    async def _ask(self, request: Malformed) -> int:
        self._streams = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request.raw)
        async with asyncio.timeout(20):
            return await self._read(reader)

    async def _read(self, reader: asyncio.StreamReader) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in head.split("\r\n")[1:])}
        body = await reader.readexactly(int(headers["content-length"]))
        assert MARK.encode() not in body or head.startswith("HTTP/1.1 422")  # a field's name or value
        if headers.get("connection") == "close" or head.startswith("HTTP/1.0") or reader.at_eof():
            self.close()
        return int(head.split(" ")[1])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
        self._streams = None


def resident() -> int:
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


async def statuses_of(port: int, requests: list[Malformed]) -> Counter[tuple[str, int]]:
    waiting = iter(requests)
    statuses: Counter[tuple[str, int]] = Counter()

    async def send() -> None:
        sender = Sender(port)
        for request in waiting:
            statuses[request.kind, await sender.answer(request)] += 1
        sender.close()

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return statuses


async def test_what_is_wrong_is_told_so_and_harms_nobody(port: int, pytestconfig: pytest.Config) -> None:
    requests = malformed(SEED, ALL if pytestconfig.getoption("long") else SAMPLE)
    with capture_logs() as logs:
        await statuses_of(port, requests[:500])  # whatever is made once is made now
        gc.collect()
        before = resident()
        logs.clear()
        statuses = await statuses_of(port, requests)
        said = str(logs)
        problems = [entry for entry in logs if entry["log_level"] in ("error", "warning", "critical")]
        logs.clear()
        gc.collect()
        grown = resident() - before

        async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
            assert answer.status == 200

    by_status: Counter[int] = Counter()
    for (_, status), number in statuses.items():
        by_status[status] += number
    told = sum(by_status[status] for status in (400, 413, 415, 422))
    assert not [status for status in by_status if status >= 500], statuses
    assert told >= 0.99 * len(requests), statuses
    assert not problems
    assert MARK not in said
    assert grown < 32 << 20
