"""Both ways, at start and hourly: what no job wants any more goes, and what a job still promises must be there.

What is swept was left by a killed process, or by one that slept through the end of its job.
"""

import asyncio
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog
from prometheus_client import Gauge

from services.packager.orphans import is_forgotten, is_orphan, is_promised
from shared.archives import ArchiveFile
from shared.jobs import JobView
from shared.waiting import until_available

log = structlog.get_logger()

SWEEP_SECONDS = 3600.0

MISSING = Gauge(
    "aid_archives_missing", "Archives that a living link leads to and that are not there, by the last sweep"
)


class Archives(Protocol):
    """DependencyAwayError while their place is away."""

    async def files(self, job_id: UUID | None = None) -> list[ArchiveFile]: ...

    async def drop(self, file: ArchiveFile) -> None: ...

    async def delete(self, job_id: UUID) -> None: ...

    async def size(self, job_id: UUID, run: int) -> int | None: ...


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class Rows(Protocol):
    """One kind of what is kept of a job in Cassandra."""

    async def jobs(self) -> Collection[UUID]: ...

    async def delete(self, job_id: UUID) -> None: ...


@dataclass(frozen=True)
class Sweep:
    archives: Archives
    jobs: FindingJobs
    tables: Sequence[Rows]

    async def hourly(self) -> None:
        """Until cancelled. No job depends on a sweep: what goes wrong in one is said, and tried again by the next."""
        while True:
            try:
                await self.everything()
            except Exception:
                log.exception("sweep_failed")
            await asyncio.sleep(SWEEP_SECONDS * random.uniform(0.9, 1.1))

    async def everything(self) -> None:
        files = await until_available(self.archives.files)
        known = {file.job_id for file in files}
        for table in self.tables:
            known.update(await until_available(table.jobs))
        missing = 0
        for job_id in known:
            try:
                missing += await self._one(job_id)
            except Exception:
                log.exception("job_not_swept", job_id=str(job_id))
        MISSING.set(missing)

    async def files_of(self, job_id: UUID) -> JobView | None:
        """Drop those that the job has no use for; its row."""
        files = await until_available(lambda: self.archives.files(job_id))
        job = await until_available(lambda: self.jobs.find(job_id))  # after the files: see `is_orphan`
        for file in files:
            if is_orphan(file, job):
                await until_available(partial(self.archives.drop, file))
                log.info("archive_swept", job_id=str(job_id), file=file.name)
        return job

    async def forget(self, job_id: UUID) -> None:
        """Delete all that is kept of it."""
        await self.archives.delete(job_id)
        for table in self.tables:
            await table.delete(job_id)

    async def _one(self, job_id: UUID) -> bool:
        """Whether its archive is missing."""
        job = await self.files_of(job_id)
        if is_forgotten(job):
            await until_available(lambda: self.forget(job_id))
            log.info("job_swept", job_id=str(job_id))
        return job is not None and is_promised(job, datetime.now(UTC)) and await self._is_missing(job)

    async def _is_missing(self, job: JobView) -> bool:
        size = await until_available(lambda: self.archives.size(job.job_id, job.archive_run or 0))
        if size == job.archive_size:
            return False
        log.error("archive_missing", job_id=str(job.job_id), run=job.archive_run, size=size, promised=job.archive_size)
        return True
