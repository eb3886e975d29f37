"""Waiting for a dependency that is away: without limit, with growing jittered pauses, and saying so."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TypeVar

import structlog
from prometheus_client import Gauge

from shared.errors import DependencyAwayError

log = structlog.get_logger()
T = TypeVar("T")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0

WAITING = Gauge("aid_waiting", "How much in this process waits right now, by what it waits for", ["waits_for"])
for _name in ("cassandra", "kafka"):
    WAITING.labels(_name)

_awaited: list[tuple[str, str | None]] = []
_place: ContextVar[str | None] = ContextVar("place", default=None)


@contextmanager
def at_place(name: str) -> Iterator[None]:
    """Around the work on one record: the partition it came from."""
    token = _place.set(name)
    try:
        yield
    finally:
        _place.reset(token)


def waiting_for() -> list[str]:
    """What this process is waiting for right now, by name; health reports it."""
    return sorted({name for name, _ in _awaited})


def waits_at(place: str) -> bool:
    """Whether what does not move there has a reason: a server that all wait for, or a slot this place waits for."""
    return any(awaited in (None, place) for _, awaited in _awaited)


@contextmanager
def waits_for(name: str, *, here: bool = False) -> Iterator[None]:
    """Marks a wait, so that health can tell it from a hang. `here`: it says nothing of other partitions."""
    wait = name, _place.get() if here else None
    _awaited.append(wait)
    try:
        with WAITING.labels(name).track_inprogress():
            yield
    finally:
        _awaited.remove(wait)


def pauses() -> Iterator[float]:
    """Seconds to wait between tries: doubling, capped, each less up to half."""
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
