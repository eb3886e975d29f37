"""What the packager does about each event: pure over its ports."""

from typing import Protocol
from uuid import UUID

from services.packager.packing import Means, Pack
from shared.events import Event, ImagesFound, JobCancelled, JobCompleted, JobExpired, JobFailed, SearchFinished
from shared.work import Afterwards, Work


class Bench(Protocol):
    def holds(self, job_id: UUID, run: int) -> bool: ...

    async def start(self, job_id: UUID, run: int, work: Work, afterwards: Afterwards) -> None: ...


class Sweeping(Protocol):
    async def files_of(self, job_id: UUID) -> object:
        """Drop those that the job has no use for."""

    async def forget(self, job_id: UUID) -> None:
        """Delete all that is kept of it."""


async def pack_images(event: ImagesFound | SearchFinished, *, bench: Bench, means: Means) -> list[Event]:
    """Begin the run, or tell it that there is more."""
    if bench.holds(event.job_id, event.run):
        means.bells.ring(event.job_id, event.run)
        return []
    pack = Pack(event.job_id, event.run, means)
    await bench.start(event.job_id, event.run, pack.work, pack.afterwards)
    return []


async def tidy_up(event: JobCompleted | JobFailed, *, sweep: Sweeping) -> list[Event]:
    """What runs have left that were killed before they could tidy up themselves."""
    await sweep.files_of(event.job_id)
    return []


async def forget_job(event: JobCancelled | JobExpired, *, sweep: Sweeping) -> list[Event]:
    await sweep.forget(event.job_id)
    return []
