"""Archives that nobody will fetch any more: what a killed process or a lost event has left behind."""

import asyncio
from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

import structlog

from shared.jobs import JobState, JobView
from shared.waiting import until_available

log = structlog.get_logger()

SWEEP_SECONDS = 3600.0


class Archives(Protocol):
    """Every call touches the disk."""

    def jobs(self) -> Iterator[UUID]: ...

    def delete(self, job_id: UUID) -> None: ...


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


async def sweep_hourly(archives: Archives, jobs: FindingJobs) -> None:
    while True:
        await sweep(archives, jobs)
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(archives: Archives, jobs: FindingJobs) -> None:
    """Delete archives and parts of jobs that are expired or unknown."""
    for job_id in await asyncio.to_thread(lambda: list(archives.jobs())):
        if _is_over(await until_available(lambda: jobs.find(job_id))):  # noqa: B023 - awaited at once
            await asyncio.to_thread(archives.delete, job_id)
            log.info("archive_swept", job_id=str(job_id))


def _is_over(job: JobView | None) -> bool:
    return job is None or job.state is JobState.EXPIRED
