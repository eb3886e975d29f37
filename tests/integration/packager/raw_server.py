"""A server that says what a test wants byte for byte, and counts who came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """`requests` holds the head of each, as text."""

    port: int = 0
    connections: int = 0
    requests: list[str] = field(default_factory=list)

    def url(self, path: str = "/a.jpg", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@asynccontextmanager
async def raw_server(talk: Talk, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[RawServer]:
    """`talk` is called when a request's head has come."""
    server = RawServer()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            server.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await talk(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client has had enough
        finally:
            writer.close()

    listening = await asyncio.start_server(met, host, port)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


def says(*pieces: bytes, pause: float = 0.0) -> Talk:
    """Writes these, with pauses between."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, piece in enumerate(pieces):
            await asyncio.sleep(pause if number else 0)
            writer.write(piece)
            await writer.drain()

    return talk
