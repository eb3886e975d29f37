"""A server that dies, stands still or is slow, for the time of a block."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.local.servers import Server


@asynccontextmanager
async def killed(server: Server) -> AsyncIterator[None]:
    """SIGKILL at the beginning; at the end it is started again and waited for."""
    await asyncio.to_thread(server.kill)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.wait_ready)


@asynccontextmanager
async def frozen(server: Server) -> AsyncIterator[None]:
    """It keeps its connections and answers nothing; what it was sent meanwhile it does afterwards."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


@asynccontextmanager
async def slowed(server: Server, *, works: float = 0.05, rests: float = 0.5) -> AsyncIterator[None]:
    """It works and rests by turns, in seconds."""
    turns = asyncio.create_task(_take_turns(server.pid, works, rests))
    try:
        yield
    finally:
        turns.cancel()
        await asyncio.gather(turns, return_exceptions=True)


async def _take_turns(pid: int, works: float, rests: float) -> None:
    try:
        while True:
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(rests)
            os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(works)
    finally:
        os.kill(pid, signal.SIGCONT)
