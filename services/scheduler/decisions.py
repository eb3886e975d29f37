"""The fate of a job. Pure: no I/O, no clock, no randomness.

Everything that may happen to a job is a line of `decide`; what it leads to is the new row it returns, with the
messages to publish in its `outbox` and all armed timers in `timers`.
"""

from datetime import datetime

from services.scheduler import endings, mailing, runs
from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.rules import Rules
from services.scheduler.runs import Evidence
from shared.events import (
    ArchiveBuilt,
    CancelRequested,
    DeleteRequested,
    Event,
    JobSubmitted,
    MailDeferred,
    MailRefused,
    MailSent,
    RescheduleRequested,
    RunFailed,
)
from shared.jobs import JobState

Cause = Event | Timer


def decide(  # noqa: C901, PLR0911, PLR0912 - a table: one line for each thing that can happen
    job: Job | None, cause: Cause, *, now: datetime, rules: Rules, evidence: Evidence | None = None
) -> Job | None:
    """The job's next row; None when nothing changes. A due timer that changes nothing stays armed.

    The very same job means: its outbox is to be published once more. `evidence` comes with a due watchdog.
    """
    match job, cause:
        case None, JobSubmitted():
            return runs.accept(cause)
        case Job(state=JobState.EXPIRED), JobSubmitted():
            return job  # whoever repeats it may have written a recipient again: JobExpired deletes that too
        case Job(state=JobState.SCHEDULED), RescheduleRequested():
            return runs.reschedule(job, cause)
        case Job(state=JobState.SCHEDULED), Timer(kind=TimerKind.RELEASE):
            return runs.release(job, now, rules)

        case Job(state=JobState.RUNNING), Timer(kind=TimerKind.WATCHDOG) if evidence is not None:
            return runs.watch(job, evidence, now, rules)
        case Job(state=JobState.RUNNING), Timer(kind=TimerKind.NEXT_RUN):
            return runs.next_run(job, now, rules)
        case Job(state=JobState.RUNNING), RunFailed():
            return runs.after_failure(job, cause, now, rules)

        case Job(state=JobState.RUNNING), ArchiveBuilt():
            return endings.complete(job, cause, now)
        case Job(state=JobState.SCHEDULED | JobState.RUNNING), CancelRequested() | DeleteRequested():
            return endings.cancel(job, now, rules)
        case Job(state=JobState.COMPLETED | JobState.FAILED | JobState.CANCELLED), DeleteRequested():
            return endings.expire(job)
        case Job(state=JobState.COMPLETED | JobState.FAILED | JobState.CANCELLED), Timer(kind=TimerKind.CLEAN_UP):
            return endings.expire(job)

        case Job(), MailSent():
            return mailing.after_sent(job, cause, rules)
        case Job(), MailRefused():
            return mailing.after_refused(job, cause, now, rules)
        case Job(), MailDeferred():
            return mailing.after_deferred(job, cause)
        case Job(), Timer(kind=TimerKind.MAIL_STARTED | TimerKind.MAIL_READY | TimerKind.MAIL_ERROR):
            return mailing.ask_again(job, cause.kind, now)
    return None
