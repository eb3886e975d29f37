"""How a job begins, and what becomes of its runs. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from services.scheduler import endings
from services.scheduler.job import Job, TimerKind
from services.scheduler.rules import (
    ASK_AGAIN,
    AT_ONCE,
    FRESH,
    FULL_DISK,
    HANDED_BACK_FOR,
    LONGEST_BACK_OFF,
    LONGEST_REST,
    LONGEST_WAIT,
    LOOK_TWICE,
    MAX_LOST_RUNS,
    NOBODY_ASKED,
    OVERLOADED_AFTER,
    PART_OF_THE_WAIT,
    Rules,
    cut,
)
from shared.errors import Reason
from shared.events import Failure, JobScheduled, JobStarted, JobSubmitted, RescheduleRequested, RunFailed, SearchDue
from shared.jobs import JobState


@dataclass(frozen=True)
class Evidence:
    """What is known of the stage the current run is in: whether anybody claimed it, and the last sign of life."""

    claimed: bool
    last_sign: datetime | None


def accept(event: JobSubmitted) -> Job:
    return Job(
        job_id=event.job_id,
        state=JobState.SCHEDULED,
        version=1,
        query=event.query,
        images=event.images,
        filters=event.filters,
        submitted_at=event.submitted_at,
        due_at=event.due_at,
        outbox=(JobScheduled(job_id=event.job_id, sequence=1, due_at=event.due_at),),
        timers={TimerKind.RELEASE: event.due_at},
    )


def reschedule(job: Job, event: RescheduleRequested) -> Job | None:
    """The latest request counts, in whatever order they come."""
    if job.rescheduled_at and event.asked_at <= job.rescheduled_at:
        return None
    return job.then(
        JobScheduled(job_id=job.job_id, sequence=job.version + 1, due_at=event.due_at),
        due_at=event.due_at,
        rescheduled_at=event.asked_at,
        timers={TimerKind.RELEASE: event.due_at},
    )


def release(job: Job, now: datetime, rules: Rules) -> Job:
    first = next_run(job, now, rules, state=JobState.RUNNING, started_at=now)
    return replace(first, outbox=(*first.outbox, JobStarted(job_id=job.job_id, sequence=first.version)))


def next_run(job: Job, now: datetime, rules: Rules, **changes: Any) -> Job:
    run = job.run + 1
    begun = (TimerKind.RELEASE, TimerKind.NEXT_RUN)
    timers = job.timers_with({TimerKind.WATCHDOG: now + rules.watchdog}, without=begun)
    return job.then(_search(job, run), run=run, run_started_at=now, search_asked_at=now, timers=timers, **changes)


def watch(job: Job, evidence: Evidence, now: datetime, rules: Rules) -> Job | None:
    """Wait on, when somebody works; otherwise start the next run. None while the work still lies in Kafka.

    A silent worker is looked for twice: after a step of the clock, or when the whole machine slept, it is not dead.
    """
    if not evidence.claimed:
        return _wait_for_a_slot(job, now, rules)
    sign = evidence.last_sign or job.run_started_at or now
    if abs(now - sign) < FRESH:
        return job.then(timers=job.timers_with({TimerKind.WATCHDOG: min(sign, now) + rules.watchdog}))
    if sign != job.doubted_sign:
        return job.then(doubted_sign=sign, timers=job.timers_with({TimerKind.WATCHDOG: now + LOOK_TWICE}))
    if job.lost_runs + 1 >= MAX_LOST_RUNS:
        return endings.fail(job, Reason.WORKER_LOST, now)
    return next_run(job, now, rules, lost_runs=job.lost_runs + 1)


def look_again_in(job: Job | None, now: datetime, rules: Rules) -> timedelta:
    """How long a watchdog rests that has found nothing to do: the longer the work has waited for a worker, the longer.

    A crowd of waiting jobs must not cost what keeps it waiting. The price: whoever takes such a job up and dies is
    noticed that much later.
    """
    waited = now - job.run_started_at if job and job.run_started_at else timedelta(0)
    return max(rules.watchdog, min(cut(waited / PART_OF_THE_WAIT), LONGEST_REST))


def after_failure(job: Job, event: RunFailed, now: datetime, rules: Rules) -> Job | None:
    """Of the current run only, and only once: while the next one is armed, this one's failure is known."""
    if event.run != job.run or TimerKind.NEXT_RUN in job.timers:
        return None
    if event.failure is Failure.INTERRUPTED:
        return _after_handing_back(job, now, rules)
    failures = job.counted_runs + 1
    if event.failure is Failure.FINAL or failures >= rules.max_runs:
        return endings.fail(job, event.reason, now)
    first = rules.back_off * (FULL_DISK if event.reason is Reason.STORAGE_FULL else 1)
    return _next_run_later(job, _not_before(event, now) + back_off(job, failures, first), counted_runs=failures)


def _not_before(event: RunFailed, now: datetime) -> datetime:
    """Whoever knows that it would be in vain earlier is believed, within reason: somebody waits for a mail."""
    return max(now, min(event.not_before or now, now + LONGEST_WAIT))


def back_off(job: Job, times: int, first: timedelta) -> timedelta:
    """Doubling, less up to half by the job's own number, so that many jobs do not return at once; milliseconds."""
    jitter = uuid5(job.job_id, str(job.run)).int % 1000 / 2000
    return cut(min(first * 2.0 ** min(times - 1, 10), LONGEST_BACK_OFF) * (1 - jitter))


def _after_handing_back(job: Job, now: datetime, rules: Rules) -> Job:
    """Not the job's fault, so never counted; but neither may it spin, nor go on for ever."""
    before = job.run - 1 - job.counted_runs - job.lost_runs
    if before < AT_ONCE:
        return next_run(job, now, rules)
    if job.started_at and now - job.started_at >= HANDED_BACK_FOR:
        return endings.fail(job, Reason.INTERRUPTED, now)
    return _next_run_later(job, now + back_off(job, before - AT_ONCE + 1, rules.back_off))


def _next_run_later(job: Job, due: datetime, **changes: Any) -> Job:
    timers = job.timers_with({TimerKind.NEXT_RUN: due}, without=(TimerKind.WATCHDOG,))
    return job.then(timers=timers, **changes)


def _wait_for_a_slot(job: Job, now: datetime, rules: Rules) -> Job | None:
    """Unclaimed work consumes no run, however long it waits; after a day something is wrong with the operation.

    Time in which nobody asked for it does not count: then all was stopped, and the day begins anew.
    """
    all_stopped = job.search_asked_at is not None and now - job.search_asked_at >= NOBODY_ASKED
    began = now if all_stopped else job.run_started_at
    if began and now - began >= OVERLOADED_AFTER:
        return endings.fail(job, Reason.OVERLOADED, now)
    if job.search_asked_at and now - job.search_asked_at < ASK_AGAIN:
        return None
    timers = job.timers_with({TimerKind.WATCHDOG: now + look_again_in(job, now, rules)})
    return job.then(_search(job, job.run), search_asked_at=now, run_started_at=began, timers=timers)


def _search(job: Job, run: int) -> SearchDue:
    return SearchDue(
        job_id=job.job_id,
        run=run,
        sequence=job.version + 1,
        query=job.query,
        images=job.images,
        filters=job.filters,
    )
