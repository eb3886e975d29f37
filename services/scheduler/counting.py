"""What is counted of decisions: one call for each that was written, so that no repeat of one counts twice."""

from datetime import datetime

from prometheus_client import Counter, Histogram

from services.scheduler.decisions import Cause
from services.scheduler.job import Job, Timer, TimerKind
from shared.errors import Reason
from shared.events import MailKind
from shared.jobs import JobState

JOBS = Counter("aid_jobs_total", "Jobs that came into a state, those that failed by reason", ["state", "reason"])
RUNS = Counter("aid_runs_total", "Runs begun, by why: each job's first, or one more", ["why"])
LATENESS = Histogram(
    "aid_timer_lateness_seconds",
    "From the time of a timer until it was decided on",
    ["kind"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 3600),
)
READY = Histogram(
    "aid_job_due_to_mail_seconds",
    "From the time a job was due until the relay had taken the mail with its link",
    buckets=(1, 2.5, 5, 7.5, 10, 15, 30, 60, 90, 120, 180, 300, 600, 1800, 3600, 14400),
)
MAIL = Histogram(
    "aid_mail_seconds",
    "From the end of a job until the relay had taken the mail that tells of it",
    ["kind"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14400),
)

TIMELY = frozenset(TimerKind) - {TimerKind.WATCHDOG}
"""A watchdog stays armed while its job waits for a slot: its age tells nothing."""

_LAST_MAIL = {JobState.COMPLETED: MailKind.READY, JobState.FAILED: MailKind.ERROR}
_FIRST, _LOST, _HANDED_BACK, _AGAIN = "first", "worker_lost", "handed_back", "after_pause"

for _state in JobState:
    for _reason in Reason if _state is JobState.FAILED else ("",):
        JOBS.labels(_state.value, str(_reason))
for _why in (_FIRST, _LOST, _HANDED_BACK, _AGAIN):
    RUNS.labels(_why)
for _timer in TIMELY:
    LATENESS.labels(_timer.value)
for _mail in _LAST_MAIL.values():
    MAIL.labels(_mail.value)


def count(before: Job | None, after: Job, cause: Cause, now: datetime) -> None:
    if before is None or before.state is not after.state:
        JOBS.labels(after.state.value, after.reason or "").inc()
    if before is not None and after.run > before.run:
        RUNS.labels(_why_begun(before, after)).inc()
    if isinstance(cause, Timer) and cause.kind in TIMELY:
        LATENESS.labels(cause.kind).observe(max((now - cause.due_at).total_seconds(), 0))
    if before is not None and before.mail_accepted_at is None:
        _count_mail(after)


def _why_begun(before: Job, after: Job) -> str:
    if before.state is JobState.SCHEDULED:
        return _FIRST
    if after.lost_runs > before.lost_runs:
        return _LOST
    return _AGAIN if TimerKind.NEXT_RUN in before.timers else _HANDED_BACK


def _count_mail(job: Job) -> None:
    """Of the mail that ends a job's life, once the relay has it."""
    if job.mail_accepted_at is None or job.ended_at is None or job.due_at is None:
        return
    MAIL.labels(_LAST_MAIL[job.state].value).observe(max((job.mail_accepted_at - job.ended_at).total_seconds(), 0))
    if job.state is JobState.COMPLETED:
        READY.observe(max((job.mail_accepted_at - job.due_at).total_seconds(), 0))
