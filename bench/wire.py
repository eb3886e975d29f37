"""Counts what goes over a connection, both ways: a plain TCP relay on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass
class Wire:
    """`port` leads to the counted one."""

    port: int = 0
    bytes: int = 0


@asynccontextmanager
async def counted(host: str, port: int) -> AsyncIterator[Wire]:
    wire = Wire()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, port)
        await asyncio.gather(_pass_on(reader, back, wire), _pass_on(there, writer, wire))

    server = await asyncio.start_server(relay, host, 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            wire.bytes += len(piece)
            writer.write(piece)
            await writer.drain()
    writer.close()
