"""One event of every type there is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.errors import Reason
from shared.events import (
    ArchiveBuilt,
    CancelRequested,
    DeleteRequested,
    Event,
    Failure,
    ImagesFound,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobProgressed,
    JobScheduled,
    JobStarted,
    JobSubmitted,
    MailDeferred,
    MailDue,
    MailKind,
    MailRefused,
    MailSent,
    RescheduleRequested,
    RunFailed,
    SearchDue,
    SearchFinished,
    Stage,
)
from shared.filters import Colour, Filters

JOB_ID = UUID("6f0c3f43-52a9-5d5b-8a36-0b1d3a3f9f11")
NOW = datetime(2026, 3, 3, 13, 12, 5, 123_000, tzinfo=UTC)
LATER = NOW + timedelta(hours=4)

EVERY_EVENT: tuple[Event, ...] = (
    JobSubmitted(job_id=JOB_ID, query="röda pandor 🐼", images=500, due_at=LATER, submitted_at=NOW),
    CancelRequested(job_id=JOB_ID),
    DeleteRequested(job_id=JOB_ID),
    RescheduleRequested(job_id=JOB_ID, sequence=1_772_543_525_123, due_at=LATER, asked_at=NOW),
    RunFailed(job_id=JOB_ID, run=2, failure=Failure.RETRYABLE, reason=Reason.BLOCKED),
    ArchiveBuilt(job_id=JOB_ID, run=1, found=30, kept=20, refused={"gone": 3}, size=9_000_000_000, sha256="ab" * 32),
    MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=NOW),
    MailDeferred(job_id=JOB_ID, sequence=2, kind=MailKind.READY, not_before=LATER),
    MailRefused(job_id=JOB_ID, kind=MailKind.ERROR),
    SearchDue(
        job_id=JOB_ID,
        run=1,
        sequence=2,
        query="red pandas",
        images=20,
        filters=Filters(colour=Colour.TEAL, country="DE"),
    ),
    ImagesFound(job_id=JOB_ID, run=1, sequence=3, found=100),
    SearchFinished(job_id=JOB_ID, run=1, found=130),
    JobScheduled(job_id=JOB_ID, sequence=1, due_at=LATER),
    JobStarted(job_id=JOB_ID, sequence=2),
    JobCompleted(
        job_id=JOB_ID, run=1, sequence=3, asked=20, found=30, kept=20, refused={"gone": 3}, mail_not_after=LATER
    ),
    JobFailed(job_id=JOB_ID, sequence=3, reason=Reason.NO_RESULTS, mail_not_after=LATER),
    JobCancelled(job_id=JOB_ID, sequence=3),
    JobExpired(job_id=JOB_ID, sequence=4),
    MailDue(job_id=JOB_ID, sequence=5, kind=MailKind.STARTED, mail_not_after=LATER),
    JobProgressed(job_id=JOB_ID, run=1, sequence=7, stage=Stage.PACK, found=30, kept=10, refused=1, at=NOW),
)
