"""A wire to a server that a test can cut: plain TCP, passed on byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from deploy.local.ports import free_ports


class Wire:
    """`127.0.0.1:port` leads to the server while it is whole."""

    def __init__(self, port: int, server: tuple[str, int]) -> None:
        self.port = port
        self._server = server
        self._listener: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._cuts_at_answer = False

    async def mend(self) -> None:
        self._cuts_at_answer = False
        if self._listener is None:
            self._listener = await asyncio.start_server(self._connect, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Nothing passes and nobody connects."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*self._tasks)

    def cut_at_answer(self) -> None:
        """What is asked from now on still arrives; the answer does not come back."""
        self._cuts_at_answer = True

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._server)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        self._start(self._pass_on(reader, far_writer, answers=False))
        self._start(self._pass_on(far_reader, writer, answers=True))

    def _start(self, passing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(passing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if answers and self._cuts_at_answer:
                    break
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
        self._ends.discard(writer)


@asynccontextmanager
async def wired_to(server: tuple[str, int]) -> AsyncIterator[Wire]:
    (port,) = free_ports(1)
    wire = Wire(port, server)
    await wire.mend()
    try:
        yield wire
    finally:
        await wire.cut()
