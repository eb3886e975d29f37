"""How a job ends, and how it is forgotten. Pure."""

from datetime import datetime
from typing import Any

from services.scheduler.job import Job, TimerKind
from services.scheduler.rules import MAIL_PATIENCE, NET, Rules
from shared.errors import Reason
from shared.events import ArchiveBuilt, Fact, JobCancelled, JobCompleted, JobExpired, JobFailed
from shared.jobs import JobState


def complete(job: Job, event: ArchiveBuilt, now: datetime) -> Job | None:
    """By an archive of any run: what is packed is worth more than the number of the attempt that packed it.

    None for one that cannot be: of a run that never began, or of more pictures than were asked for.
    """
    if not 1 <= event.run <= job.run or event.kept > job.images:
        return None
    fact = JobCompleted(
        job_id=job.job_id,
        sequence=job.version + 1,
        asked=job.images,
        found=event.found,
        kept=event.kept,
        thumbnails=event.thumbnails,
        refused=event.refused,
        mail_not_after=now + MAIL_PATIENCE,
    )
    return _end(
        job,
        fact,
        now,
        state=JobState.COMPLETED,
        found=event.found,
        kept=event.kept,
        thumbnails=event.thumbnails,
        refused=event.refused,
        archive_run=event.run,
        archive_size=event.size,
        archive_sha256=event.sha256,
        stopped_because=event.stopped_because,
    )


def fail(job: Job, reason: Reason, now: datetime) -> Job:
    fact = JobFailed(job_id=job.job_id, sequence=job.version + 1, reason=reason, mail_not_after=now + MAIL_PATIENCE)
    return _end(job, fact, now, state=JobState.FAILED, reason=reason)


def cancel(job: Job, now: datetime, rules: Rules) -> Job:
    return job.then(
        JobCancelled(job_id=job.job_id, sequence=job.version + 1),
        state=JobState.CANCELLED,
        ended_at=now,
        timers={TimerKind.CLEAN_UP: now + rules.cleanup},
    )


def expire(job: Job) -> Job:
    """Strip the row: what is left says only that the job was there, so that a repeat of it starts nothing."""
    version = job.version + 1
    return Job(
        job_id=job.job_id,
        state=JobState.EXPIRED,
        version=version,
        outbox=(JobExpired(job_id=job.job_id, sequence=version),),
    )


def _end(job: Job, fact: Fact, now: datetime, **changes: Any) -> Job:
    timers = {TimerKind.CLEAN_UP: now + NET}
    return job.then(fact, ended_at=now, mail_not_after=now + MAIL_PATIENCE, timers=timers, **changes)
