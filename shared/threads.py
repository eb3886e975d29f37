"""Blocking calls in threads, to their end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_a_thread(call: Callable[..., T], *arguments: object) -> T:
    """Whoever is cancelled meanwhile is told only after the call: what it does to a disk has been done by then."""
    doing = asyncio.ensure_future(asyncio.to_thread(call, *arguments))
    return await to_its_end(doing)


async def to_its_end(doing: "asyncio.Future[T]") -> T:
    """What comes of it, or the cancellation that came meanwhile."""
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await _ended(doing)
        raise


async def _ended(doing: "asyncio.Future[T]") -> None:
    """However often the waiting is cancelled; whatever became of it, nobody wants to know any more."""
    while not doing.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({doing})
    if not doing.cancelled():
        doing.exception()
