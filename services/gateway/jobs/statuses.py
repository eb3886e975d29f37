"""How a job fares, as the holder of its status link sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.claims import Heartbeat
from shared.errors import AidError, Reason
from shared.events import Stage
from shared.fields import Refusals
from shared.filters import NO_FILTERS, Filters
from shared.jobs import JobState, JobView
from shared.links import SignedJob, Wish
from shared.recipients import Recipient
from shared.searches import NOT_ASKED, UNDER_WAY, Asked, Search

ACCEPTED = "accepted"
"""Before the scheduler has written its row; afterwards the states are those of the row."""


class LinkExpiredError(AidError):
    """The link was ours, but what it led to is gone; `wish` is what was asked for, where that is still known."""

    def __init__(self, detail: str, wish: Wish | None = None) -> None:
        super().__init__(detail)
        self.wish = wish


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


@dataclass(frozen=True)
class Status:
    """Counts are of pictures; `thumbnails` are those of the kept ones that are no originals.

    `version` grows with every decision about the job; 0 before the first.
    `left_out`: results that the filters exclude, beside those found; known engine by engine.
    `not_needed`: those found that were left over when enough were good; known at the end.
    `stage` is there only while the job runs, `link_until` only once its mail is out.
    `engines`: those the search has turned to so far, in that order. `archive_size` in bytes.
    """

    job_id: UUID
    state: str
    version: int = 0
    stage: Stage | None = None
    query: str | None = None
    asked: int | None = None
    filters: Filters = NO_FILTERS
    engines: tuple[Asked, ...] = ()
    found: int | None = None
    left_out: int | None = None
    kept: int | None = None
    thumbnails: int | None = None
    refused: int | None = None
    refused_by_reason: Refusals = field(default_factory=dict)
    not_needed: int | None = None
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    link_until: datetime | None = None
    rescheduled_at: datetime | None = None
    reason: Reason | None = None
    archive_run: int | None = None
    archive_size: int | None = None
    archive_sha256: str | None = None

    @property
    def ignored(self) -> Mapping[str, tuple[str, ...]]:
        """By engine, the names of filters it could not apply; one that was passed over was not asked to filter."""
        return {one.engine: one.ignored for one in self.engines if one.ignored and one.ending != NOT_ASKED}

    @property
    def searches_on(self) -> bool:
        """Packing begins with the first that are found."""
        return any(one.ending == UNDER_WAY for one in self.engines)

    @property
    def ended(self) -> bool:
        return self.state != ACCEPTED and JobState(self.state).ended

    @property
    def movable(self) -> bool:
        """Whether its time can still be changed."""
        return self.state in (ACCEPTED, JobState.SCHEDULED)

    def ended_since(self, moment: datetime) -> bool:
        return self.ended_at is not None and self.ended_at > moment

    def downloadable(self, now: datetime) -> bool:
        return self.state == JobState.COMPLETED and not has_passed(self.link_until, now)


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
    found = max((beat.counts.found for beat in (search, pack) if beat), default=None)
    return Status(
        job_id=job.job_id,
        state=job.state,
        version=job.version,
        stage=Stage.PACK if pack else Stage.SEARCH,
        query=job.query,
        asked=job.images,
        filters=job.filters,
        found=found,
        kept=pack.counts.kept if pack else None,
        refused=pack.counts.refused if pack else None,
        submitted_at=job.submitted_at,
        due_at=job.due_at,
        started_at=job.started_at,
    )


def has_passed(moment: datetime | None, now: datetime) -> bool:
    """A moment not known yet has not passed."""
    return moment is not None and moment <= now
