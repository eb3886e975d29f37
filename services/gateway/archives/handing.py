"""What handing out an archive needs of the place where it lies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from aiohttp import web

from shared.errors import AidError


class ArchiveMissingError(AidError):
    """What the link promises does not lie there, or not all of it; a volume that is away may come back."""


@dataclass(frozen=True)
class Archive:
    """One that may be handed out now. `left`: how long its link lives, unless that is not known yet."""

    job_id: UUID
    run: int
    query: str
    left: timedelta | None


class Archives(Protocol):
    """DependencyAwayError while their place is away."""

    async def answers(self) -> bool: ...

    async def size(self, job_id: UUID, run: int) -> int | None: ...

    async def has_sheet(self, job_id: UUID, run: int) -> bool: ...

    async def sheet(self, job_id: UUID, run: int) -> bytes | None: ...


HandOut = Callable[[web.Request, Archive], Awaitable[web.StreamResponse]]
"""The answer to GET and HEAD that gives the archive, or leads to it. ArchiveMissingError: it went away just now."""
