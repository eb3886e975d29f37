"""Jobs in every state, for tests that begin there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.scheduler.decisions import Cause, decide
from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.rules import Rules
from shared.errors import Reason
from shared.events import ArchiveBuilt, CancelRequested, Failure, JobSubmitted, RunFailed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
JOB_ID = UUID("7f0c2a58-98d4-4d2e-9c40-6f0e5a3f8a11")
RULES = Rules()

SUBMITTED = JobSubmitted(job_id=JOB_ID, query="red pandas", images=20, due_at=NOON, submitted_at=NOON)


def after(job: Job | None, cause: Cause, now: datetime = NOON, **more: Any) -> Job:
    """The next row, where one is expected."""
    decided = decide(job, cause, now=now, rules=RULES, **more)
    assert decided is not None
    return decided


def fired(kind: TimerKind, due_at: datetime = NOON) -> Timer:
    return Timer(due_at, JOB_ID, kind)


def failure(failure: Failure, run: int = 1, reason: Reason = Reason.SEARCH_FAILED) -> RunFailed:
    return RunFailed(job_id=JOB_ID, run=run, failure=failure, reason=reason)


def archive(run: int = 1, kept: int = 20) -> ArchiveBuilt:
    return ArchiveBuilt(job_id=JOB_ID, run=run, found=23, kept=kept, refused={"gone": 3}, size=99, sha256="ab")


def scheduled() -> Job:
    return after(None, SUBMITTED)


def running(**changes: Any) -> Job:
    return replace(after(scheduled(), fired(TimerKind.RELEASE)), **changes)


def completed() -> Job:
    return after(running(), archive())


def failed() -> Job:
    return after(running(), failure(Failure.FINAL))


def cancelled() -> Job:
    return after(scheduled(), CancelRequested(job_id=JOB_ID))


def expired() -> Job:
    return after(completed(), fired(TimerKind.CLEAN_UP))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
