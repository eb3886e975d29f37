"""Whoever takes too long is cut off, whatever it is that he is slow with."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from services.gateway.app import build_web
from services.gateway.web.connections import Deadlines
from services.gateway.web.serving import serving_web
from tests.unit.gateway.site import a_desk

DEADLINES = Deadlines(headers=0.3, idle=0.6, linger=0.2, unread=0.5)
BODY_SECONDS = 0.4
PATIENCE = 4.0
"""Far above any of these, far below those of aiohttp and of the kernel."""

FORM = b"Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
WHOLE = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    app = build_web(a_desk(tmp_path), body_seconds=BODY_SECONDS)
    async with serving_web(app, "127.0.0.1", 0, deadlines=DEADLINES) as port:
        yield port


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """What came until the connection was closed, be it in the middle of what we sent."""
    came = b""
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            while piece := await reader.read(65_536):
                came += piece
    return came


async def dripping(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while not writer.is_closing():
        writer.write(piece)
        await asyncio.sleep(0.05)


def cut() -> float:
    return REGISTRY.get_sample_value("aid_connections_cut_total") or 0


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_headers_that_do_not_come_are_not_waited_for(port: int, sent: bytes) -> None:
    before = cut()
    async with connected(port) as (reader, writer):
        writer.write(sent)

        assert await all_of(reader) == b""

    assert cut() == before + 1


async def test_headers_that_drip_are_not_waited_for(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        drip = asyncio.create_task(dripping(writer, b"X: y\r\n"))

        assert await all_of(reader) == b""
        drip.cancel()


async def test_the_next_requests_headers_have_their_own_time(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(WHOLE)
        assert await reader.readuntil(b"</html>")
        await asyncio.sleep(DEADLINES.headers + 0.1)  # idle is something else
        writer.write(WHOLE)
        assert await reader.readuntil(b"</html>")
        before = cut()
        writer.write(WHOLE[:-2])
        drip = asyncio.create_task(dripping(writer, b"X: y\r\n"))

        assert await all_of(reader) == b""
        drip.cancel()

    assert cut() == before + 1


async def test_who_asks_nothing_more_is_let_go(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(WHOLE)

        assert (await all_of(reader)).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("length", [b"Content-Length: 500", b"Transfer-Encoding: chunked"])
async def test_a_body_that_drips_is_told_so_and_cut(port: int, length: bytes) -> None:
    async with connected(port) as (reader, writer):
        writer.write(b"POST /jobs HTTP/1.1\r\n" + FORM + length + b"\r\n\r\n")
        drip = asyncio.create_task(dripping(writer, b"1\r\na\r\n" if b"chunked" in length else b"a"))

        answer = await all_of(reader)

        assert answer.startswith(b"HTTP/1.1 408")
        assert b"The request took too long to arrive" in answer
        drip.cancel()


@pytest.mark.parametrize("line", [b"GET /nothing", b"POST /nothing", b"POST /jobs/made-up/cancel"])
async def test_a_body_that_nobody_reads_is_not_waited_for(port: int, line: bytes) -> None:
    async with connected(port) as (reader, writer):
        writer.write(line + b" HTTP/1.1\r\n" + FORM + b"Content-Length: 9000\r\n\r\n")
        drip = asyncio.create_task(dripping(writer, b"a"))

        assert (await all_of(reader)).startswith(b"HTTP/1.1 404")
        drip.cancel()


@contextmanager
def taking_nothing(port: int, path: str) -> Iterator[socket.socket]:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield client


async def test_an_answer_that_nobody_takes_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(32 << 20))
    over = asyncio.Event()

    async def send(request: web.Request) -> web.StreamResponse:
        response = web.FileResponse(tmp_path / "large")
        try:
            await response.prepare(request)
        finally:
            over.set()
        return response

    app = web.Application()
    app.router.add_get("/large", send)
    async with serving_web(app, "127.0.0.1", 0, deadlines=DEADLINES) as port:
        with taking_nothing(port, "/large"):
            async with asyncio.timeout(PATIENCE):
                await over.wait()
