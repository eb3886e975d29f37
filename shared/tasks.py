"""Tasks that nobody awaits: what goes wrong in them is said, and they are ended together."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()


def say_failure(task: asyncio.Future[Any]) -> None:
    """A done-callback: without it, an exception that nobody awaits would be seen by nobody."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("task_failed", exc_info=error)


async def end_tasks(*tasks: asyncio.Future[Any]) -> None:
    """Cancel them and wait until they are over. What a task raises instead of ending is said."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.remove_done_callback(say_failure)  # once is enough
        task.add_done_callback(say_failure)
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def in_background(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """It goes on beside the block and is ended with it."""
    task = asyncio.create_task(work)
    task.add_done_callback(say_failure)
    try:
        yield
    finally:
        await end_tasks(task)
