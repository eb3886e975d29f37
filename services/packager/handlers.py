"""What the packager does about each event: pure over its ports."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

from services.packager.packing import Means, Pack
from shared.events import Event, ImagesFound, JobExpired, SearchFinished
from shared.work import Afterwards, Work

Forget = Callable[[UUID], Awaitable[None]]
"""Deletes one kind of what is kept of a job."""


class Bench(Protocol):
    def holds(self, job_id: UUID, run: int) -> bool: ...

    async def start(self, job_id: UUID, run: int, work: Work, afterwards: Afterwards) -> None: ...


async def pack_images(event: ImagesFound | SearchFinished, *, bench: Bench, means: Means) -> list[Event]:
    """Begin the run, or tell it that there is more."""
    if bench.holds(event.job_id, event.run):
        means.bells.ring(event.job_id, event.run)
        return []
    pack = Pack(event.job_id, event.run, means)
    await bench.start(event.job_id, event.run, pack.work, pack.afterwards)
    return []


async def forget_job(event: JobExpired, *, forget: Sequence[Forget]) -> list[Event]:
    for delete in forget:
        await delete(event.job_id)
    return []
