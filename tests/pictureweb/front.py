"""The site for other machines: in its pages each picture host has a name, `picture-7` for 127.0.1.7, that leads here.

A name is as long as the address it stands for, so an answer keeps its length, whatever lengths it states.
"""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass

from tests.pictureweb.addresses import SEARCH_HOST

ADDRESS, NAME = b"127.0.1.", b"picture-"

_HOST = re.compile(rb"\r\nhost: *" + NAME + rb"(\d{1,2})[:\r]", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection:[^\r]*", re.IGNORECASE)
_PIECE = 65_536


@dataclass(frozen=True)
class Front:
    port: int
    """The site's own."""

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One request for each connection: the end of the answer is the end of what the site says."""
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            there, back = await asyncio.open_connection(_address(head), self.port)
            with closing(back):
                back.write(_CONNECTION.sub(b"", head).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                body = asyncio.create_task(_pass_on(reader, back))
                await _named(there, writer)
                body.cancel()


def _address(head: bytes) -> str:
    found = _HOST.search(head)
    return (ADDRESS + found[1]).decode() if found else SEARCH_HOST


async def _pass_on(reader: StreamReader, writer: StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)


async def _named(reader: StreamReader, writer: StreamWriter) -> None:
    """An address may be cut in two between pieces: what may be the beginning of one waits for the next."""
    held = b""
    while piece := await reader.read(_PIECE):
        named = (held + piece).replace(ADDRESS, NAME)
        held = _beginning(named)
        writer.write(named.removesuffix(held))
        await writer.drain()
    writer.write(held)


def _beginning(piece: bytes) -> bytes:
    return next((ADDRESS[:size] for size in range(len(ADDRESS) - 1, 0, -1) if piece.endswith(ADDRESS[:size])), b"")


@asynccontextmanager
async def front(host: str, port: int) -> AsyncIterator[None]:
    """On the very port of the site: addresses name it."""
    server = await asyncio.start_server(Front(port).serve, host, port)
    try:
        yield
    finally:
        server.close()
