"""The job that a status link leads to, put together from what the services have written of it."""

from dataclasses import replace
from typing import Protocol
from uuid import UUID

from services.gateway.desk import Desk
from services.gateway.jobs.statuses import ACCEPTED, LinkExpiredError, Status
from services.gateway.patience import within
from shared.claims import Heartbeat
from shared.events import Stage
from shared.jobs import JobState, JobView
from shared.links import SignedJob
from shared.recipients import Recipient
from shared.searches import Search


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class FindingRecipients(Protocol):
    async def find(self, job_id: UUID) -> Recipient | None: ...


class ReadingHeartbeats(Protocol):
    async def last(self, job_id: UUID, run: int, stage: Stage) -> Heartbeat | None: ...


class FindingSearches(Protocol):
    async def find(self, job_id: UUID) -> Search | None: ...


class ReadingStores(Protocol):
    @property
    def jobs(self) -> FindingJobs: ...

    @property
    def recipients(self) -> FindingRecipients: ...

    @property
    def heartbeats(self) -> ReadingHeartbeats: ...

    @property
    def searches(self) -> FindingSearches: ...


async def find_status(desk: Desk, token: str) -> Status:
    """BadLinkError, LinkExpiredError or DependencyAwayError."""
    return await status_at(desk, desk.links.read_status(token))


async def status_at(desk: Desk, signed: SignedJob) -> Status:
    """LinkExpiredError or DependencyAwayError."""
    return await within(desk.patience, "cassandra", status_of(signed, stores=desk.stores.get()))


async def status_of(signed: SignedJob, *, stores: ReadingStores) -> Status:
    """LinkExpiredError when the job is over and cleared away.

    A job without a row that still has a recipient waits for the scheduler, however long that is away.
    """
    job_id = signed.job_id
    job = await stores.jobs.find(job_id)
    if job is None and (recipient := await stores.recipients.find(job_id)):
        return Status(job_id, ACCEPTED, submitted_at=recipient.submitted_at or signed.signed_at)
    if job is None or job.state is JobState.EXPIRED:
        raise LinkExpiredError("nothing is left of this job")
    if job.state is JobState.SCHEDULED:
        return status_of_row(job)
    search = await stores.searches.find(job_id)
    if job.state is JobState.RUNNING:
        searching = await stores.heartbeats.last(job.job_id, job.run, Stage.SEARCH)
        packing = await stores.heartbeats.last(job.job_id, job.run, Stage.PACK)
        return told_by(search, running_status(job, searching, packing))
    return told_by(search, status_of_row(job))


def told_by(search: Search | None, status: Status) -> Status:
    """With what the search itself has noted: often ahead of the beats. Of a completed job the row knows better."""
    if search is None:
        return status
    shown = search.of_a_job_that_is_over if status.ended else search
    found = status.found if status.state == JobState.COMPLETED else max(status.found or 0, search.found_so_far)
    return replace(status, engines=shown.asked, found=found, left_out=search.left_out)


def status_of_row(job: JobView) -> Status:
    return Status(
        job_id=job.job_id,
        state=job.state,
        version=job.version,
        query=job.query,
        asked=job.images,
        filters=job.filters,
        found=job.found,
        kept=job.kept,
        thumbnails=job.thumbnails,
        refused=sum(job.refused.values()) if job.kept is not None else None,
        refused_by_reason=job.refused,
        not_needed=job.not_needed,
        submitted_at=job.submitted_at,
        due_at=job.due_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        link_until=job.expires_at,
        rescheduled_at=job.rescheduled_at,
        reason=job.reason,
        archive_run=job.archive_run,
        archive_size=job.archive_size,
        archive_sha256=job.archive_sha256,
    )


def running_status(job: JobView, search: Heartbeat | None, pack: Heartbeat | None) -> Status:
    """The row says nothing of a run before its end; the beats of its two stages do."""
    return replace(
        status_of_row(job),
        stage=Stage.PACK if pack else Stage.SEARCH,
        found=max((beat.counts.found for beat in (search, pack) if beat), default=None),
        kept=pack.counts.kept if pack else None,
        refused=pack.counts.refused if pack else None,
    )
