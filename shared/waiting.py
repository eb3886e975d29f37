"""Waiting for a dependency that is away: without limit, with growing jittered pauses, and saying so."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import structlog

from shared.errors import DependencyAwayError

log = structlog.get_logger()
T = TypeVar("T")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0

_awaited: list[str] = []


def waiting_for() -> list[str]:
    """What this process is waiting for right now, by name; health reports it."""
    return sorted(set(_awaited))


@contextmanager
def waits_for(name: str) -> Iterator[None]:
    """Marks a wait, so that health can tell it from a hang."""
    _awaited.append(name)
    try:
        yield
    finally:
        _awaited.remove(name)


def pauses() -> Iterator[float]:
    """Seconds to wait between tries: doubling, capped, with full jitter."""
    ceiling = FIRST_PAUSE
    while True:
        yield random.uniform(ceiling / 2, ceiling)
        ceiling = min(2 * ceiling, LONGEST_PAUSE)


async def until_available(attempt: Callable[[], Awaitable[T]]) -> T:
    """What `attempt` returns once it no longer raises DependencyAwayError.

    From its first failure on the process waits, also while it tries again: a dependency may be slow to refuse.
    """
    with ExitStack() as waits:
        for pause in pauses():
            try:
                return await attempt()
            except DependencyAwayError as away:
                log.warning("dependency_away", dependency=away.dependency, detail=str(away), retry_in=round(pause, 2))
                waits.close()
                waits.enter_context(waits_for(away.dependency))
            await asyncio.sleep(pause)
    raise AssertionError("pauses never end")
