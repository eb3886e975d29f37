"""What an operator is told of decisions: each is counted once, when it is written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduler.counting import count
from services.scheduler.decisions import Cause
from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.runs import Evidence
from shared.errors import Reason
from shared.events import CancelRequested, Failure, JobSubmitted, MailKind, MailSent
from tests.growth import Growth
from tests.unit.scheduler import jobs
from tests.unit.scheduler.jobs import JOB_ID, NOON, RULES, after, fired
from tests.unit.scheduler.surroundings import Surroundings

SECOND = timedelta(seconds=1)
RELEASED = fired(TimerKind.RELEASE)


def release(job: JobSubmitted) -> Timer:
    return Timer(job.due_at, job.job_id, TimerKind.RELEASE)


def counted(before: Job | None, after: Job, cause: Cause = jobs.SUBMITTED, *, late: timedelta = timedelta()) -> Growth:
    growth = Growth()
    count(before, after, cause, NOON + late)
    return growth


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (None, jobs.scheduled(), "scheduled"),
        (jobs.scheduled(), jobs.running(), "running"),
        (jobs.running(), jobs.completed(), "completed"),
        (jobs.scheduled(), jobs.cancelled(), "cancelled"),
        (jobs.completed(), jobs.expired(), "expired"),
    ],
)
def test_a_job_is_counted_when_it_comes_into_a_state(before: Job | None, after: Job, state: str) -> None:
    assert counted(before, after).all_of("aid_jobs_total") == {f" {state}": 1}


def test_a_failed_job_is_counted_with_its_reason() -> None:
    assert counted(jobs.running(), jobs.failed()).all_of("aid_jobs_total") == {"search_failed failed": 1}


def test_every_state_and_every_reason_is_there_before_it_is_reached() -> None:
    for reason in Reason:
        assert Growth().of("aid_jobs_total", state="failed", reason=reason) == 0


def test_a_decision_that_leaves_a_job_in_its_state_counts_no_job() -> None:
    moved = replace(jobs.scheduled(), version=2)

    assert counted(jobs.scheduled(), moved).all_of("aid_jobs_total") == {}


@pytest.mark.parametrize(
    ("before", "cause", "why"),
    [
        (jobs.scheduled(), RELEASED, "first"),
        (jobs.running(), jobs.failure(Failure.INTERRUPTED), "handed_back"),
        (after(jobs.running(), jobs.failure(Failure.RETRYABLE)), fired(TimerKind.NEXT_RUN), "after_pause"),
    ],
)
def test_a_run_is_counted_with_why_it_was_begun(before: Job, cause: Cause, why: str) -> None:
    assert counted(before, after(before, cause), cause).all_of("aid_runs_total") == {why: 1}


def test_a_run_lost_with_its_worker_is_told_from_one_that_failed() -> None:
    silent = Evidence(claimed=True, last_sign=NOON)
    doubted = jobs.running(doubted_sign=NOON)
    watchdog = fired(TimerKind.WATCHDOG)
    following = after(doubted, watchdog, NOON + RULES.watchdog, evidence=silent)

    assert counted(doubted, following, watchdog).all_of("aid_runs_total") == {"worker_lost": 1}


def test_a_release_tells_how_late_it_is() -> None:
    growth = counted(jobs.scheduled(), jobs.running(), RELEASED, late=3 * SECOND)

    assert growth.of("aid_timer_lateness_seconds_sum", kind="release") == 3
    assert growth.of("aid_timer_lateness_seconds_bucket", kind="release", le="2.5") == 0
    assert growth.of("aid_timer_lateness_seconds_bucket", kind="release", le="5.0") == 1


def test_a_watchdog_left_armed_while_its_job_waited_tells_of_no_lateness() -> None:
    growth = counted(jobs.running(), jobs.running(), fired(TimerKind.WATCHDOG), late=600 * SECOND)

    assert growth.all_of("aid_timer_lateness_seconds_count") == {}


def test_the_mail_with_the_link_tells_how_long_the_person_has_waited() -> None:
    ended = after(jobs.running(), jobs.archive(), NOON + 7 * SECOND)
    sent = MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=NOON + 8 * SECOND)
    growth = counted(ended, after(ended, sent), sent)

    assert growth.of("aid_job_due_to_mail_seconds_sum") == 8
    assert growth.of("aid_mail_seconds_sum", kind="ready") == 1


def test_the_mail_of_a_failure_is_no_mail_with_a_link() -> None:
    sent = MailSent(job_id=JOB_ID, kind=MailKind.ERROR, accepted_at=NOON + SECOND)
    growth = counted(jobs.failed(), after(jobs.failed(), sent), sent)

    assert growth.of("aid_job_due_to_mail_seconds_count") == 0
    assert growth.of("aid_mail_seconds_count", kind="error") == 1


async def test_what_comes_again_counts_once_and_a_running_job_is_known_until_it_ends() -> None:
    around, growth = Surroundings(), Growth()
    owner, job = around.owner(), around.submitted()

    for _ in range(2):
        await owner.on_event(job)
        await owner.on_timer(release(job))
    assert owner.running == 1
    await owner.on_event(CancelRequested(job_id=job.job_id))

    assert owner.running == 0
    assert growth.all_of("aid_jobs_total") == {" scheduled": 1, " running": 1, " cancelled": 1}


async def test_who_takes_a_shard_over_knows_a_running_job_once_its_watchdog_is_near() -> None:
    around = Surroundings()
    job = around.submitted()
    await around.owner().on_event(job)
    await around.owner().on_timer(release(job))
    (watchdog,) = [timer for timer in around.armed if timer.kind is TimerKind.WATCHDOG]

    successor = around.owner()
    assert successor.running == 0
    await successor.on_near(watchdog)
    assert successor.running == 1
