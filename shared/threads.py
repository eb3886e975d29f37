"""Blocking calls in threads, to their end."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_a_thread(call: Callable[..., T], *arguments: object) -> T:
    """Whoever is cancelled meanwhile is told only after the call: what it does to a disk has been done by then."""
    doing = asyncio.ensure_future(asyncio.to_thread(call, *arguments))
    return await to_its_end(doing)


async def to_its_end(doing: "asyncio.Future[T]") -> T:
    """What comes of it, or the cancellation that came meanwhile."""
    cancelled: asyncio.CancelledError | None = None
    while not doing.done():
        try:
            await asyncio.wait({doing})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        doing.exception()  # whatever became of it, nobody wants to know any more
        raise cancelled
    return doing.result()
