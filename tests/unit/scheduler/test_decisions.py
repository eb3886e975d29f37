"""The table of a job's life, row by row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduler.decisions import Cause, decide
from services.scheduler.job import Job, TimerKind
from services.scheduler.runs import Evidence, look_again_in
from shared.errors import Reason
from shared.events import (
    CancelRequested,
    DeleteRequested,
    Event,
    Failure,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobScheduled,
    JobStarted,
    MailDeferred,
    MailDue,
    MailKind,
    MailRefused,
    MailSent,
    RescheduleRequested,
    SearchDue,
)
from shared.filters import Colour, Filters
from shared.jobs import JobState
from tests.unit.scheduler.jobs import (
    JOB_ID,
    NOON,
    RULES,
    SUBMITTED,
    after,
    archive,
    cancelled,
    completed,
    expired,
    failed,
    failure,
    fired,
    minutes,
    running,
    scheduled,
)

CANCEL = CancelRequested(job_id=JOB_ID)
DELETE = DeleteRequested(job_id=JOB_ID)


def in_its_third_run() -> Job:
    return running(run=3)


def mailed() -> Job:
    return after(completed(), MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=NOON))


def kinds(job: Job) -> list[type[Event]]:
    return [type(message) for message in job.outbox]


@pytest.mark.parametrize(
    ("job", "cause", "state", "says"),
    [
        (scheduled, fired(TimerKind.RELEASE), JobState.RUNNING, [SearchDue, JobStarted]),
        (scheduled, CANCEL, JobState.CANCELLED, [JobCancelled]),
        (scheduled, DELETE, JobState.CANCELLED, [JobCancelled]),
        (running, archive(), JobState.COMPLETED, [JobCompleted]),
        (in_its_third_run, archive(run=1), JobState.COMPLETED, [JobCompleted]),
        (running, failure(Failure.FINAL), JobState.FAILED, [JobFailed]),
        (running, failure(Failure.RETRYABLE), JobState.RUNNING, []),
        (running, failure(Failure.INTERRUPTED), JobState.RUNNING, [SearchDue]),
        (running, CANCEL, JobState.CANCELLED, [JobCancelled]),
        (completed, DELETE, JobState.EXPIRED, [JobExpired]),
        (failed, DELETE, JobState.EXPIRED, [JobExpired]),
        (cancelled, DELETE, JobState.EXPIRED, [JobExpired]),
        (completed, fired(TimerKind.CLEAN_UP), JobState.EXPIRED, [JobExpired]),
        (failed, fired(TimerKind.CLEAN_UP), JobState.EXPIRED, [JobExpired]),
        (cancelled, fired(TimerKind.CLEAN_UP), JobState.EXPIRED, [JobExpired]),
    ],
)
def test_what_happens_leads_to_this_state_and_says_this(
    job: Callable[[], Job], cause: Cause, state: JobState, says: list[type[Event]]
) -> None:
    before = job()

    decided = after(before, cause)

    assert (decided.state, kinds(decided)) == (state, says)
    assert decided.version == before.version + 1


def test_a_completed_job_tells_what_its_archive_holds() -> None:
    decided = after(running(), archive().model_copy(update={"thumbnails": 2}))

    (fact,) = decided.outbox
    assert isinstance(fact, JobCompleted)
    assert (fact.found, fact.kept, fact.thumbnails, fact.refused) == (23, 20, 2, {"gone": 3})
    assert (decided.found, decided.kept, decided.thumbnails, decided.refused) == (23, 20, 2, {"gone": 3})


@pytest.mark.parametrize(
    ("job", "cause"),
    [
        (scheduled, SUBMITTED),
        (running, SUBMITTED),
        (completed, SUBMITTED),
        (scheduled, archive()),
        (scheduled, failure(Failure.FINAL)),
        (running, failure(Failure.FINAL, run=2)),
        (running, fired(TimerKind.RELEASE)),
        (running, fired(TimerKind.CLEAN_UP)),
        (completed, archive(run=2)),
        (running, archive(run=0)),
        (running, archive(run=2)),
        (running, archive(kept=21)),
        (completed, failure(Failure.FINAL)),
        (completed, CANCEL),
        (cancelled, archive()),
        (cancelled, fired(TimerKind.RELEASE)),
        (failed, archive()),
        (expired, CANCEL),
        (expired, DELETE),
        (expired, archive()),
        (running, MailSent(job_id=JOB_ID, kind=MailKind.STARTED, accepted_at=NOON)),
        (failed, MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=NOON)),
        (completed, MailDeferred(job_id=JOB_ID, kind=MailKind.STARTED, not_before=NOON)),
        (mailed, MailDeferred(job_id=JOB_ID, kind=MailKind.READY, not_before=NOON)),
    ],
)
def test_what_comes_too_late_or_for_another_changes_nothing(job: Callable[[], Job], cause: Cause) -> None:
    assert decide(job(), cause, now=NOON, rules=RULES) is None


@pytest.mark.parametrize("cause", [CANCEL, DELETE, archive(), failure(Failure.FINAL), fired(TimerKind.RELEASE)])
def test_an_unknown_job_is_nothing_to_decide_on(cause: Cause) -> None:
    assert decide(None, cause, now=NOON, rules=RULES) is None


def test_a_new_job_waits_for_its_time() -> None:
    job = scheduled()

    assert job.timers == {TimerKind.RELEASE: SUBMITTED.due_at}
    assert job.outbox == (JobScheduled(job_id=JOB_ID, sequence=1, due_at=SUBMITTED.due_at),)


def test_a_repeat_of_an_expired_job_says_its_end_once_more_with_the_same_id() -> None:
    job = expired()

    assert decide(job, SUBMITTED, now=NOON, rules=RULES) is job
    assert kinds(job) == [JobExpired]


def test_the_later_of_two_moves_counts_in_whatever_order_they_come() -> None:
    early = RescheduleRequested(job_id=JOB_ID, due_at=NOON + minutes(5), asked_at=NOON)
    late = RescheduleRequested(job_id=JOB_ID, due_at=NOON + minutes(9), asked_at=NOON + minutes(1))

    moved = after(after(scheduled(), early), late)

    assert moved.timers == {TimerKind.RELEASE: NOON + minutes(9)}
    assert decide(moved, early, now=NOON, rules=RULES) is None
    assert decide(moved, late, now=NOON, rules=RULES) is None
    assert decide(running(), late, now=NOON, rules=RULES) is None


def test_the_third_counted_run_that_fails_ends_the_job() -> None:
    job = running()

    for run in (1, 2):
        job = after(job, failure(Failure.RETRYABLE, run=run))
        assert TimerKind.WATCHDOG not in job.timers
        job = after(job, fired(TimerKind.NEXT_RUN))
    job = after(job, failure(Failure.RETRYABLE, run=3, reason=Reason.BLOCKED))

    assert (job.state, job.reason, job.run) == (JobState.FAILED, Reason.BLOCKED, 3)


def test_a_run_that_is_handed_back_restarts_at_once_and_is_not_counted() -> None:
    job = running()

    for run in (1, 2, 3):
        job = after(job, failure(Failure.INTERRUPTED, run=run))
        assert kinds(job) == [SearchDue]

    assert (job.state, job.run, job.counted_runs) == (JobState.RUNNING, 4, 0)


def test_a_run_that_is_always_handed_back_comes_ever_more_slowly() -> None:
    job, now, pauses = running(run=4), NOON, []

    for _ in range(12):
        job = after(job, failure(Failure.INTERRUPTED, run=job.run), now)
        assert (kinds(job), job.counted_runs) == ([], 0)
        pauses.append(job.timers[TimerKind.NEXT_RUN] - now)
        now = job.timers[TimerKind.NEXT_RUN]
        job = after(job, fired(TimerKind.NEXT_RUN), now)

    assert timedelta(seconds=5) <= pauses[0] <= timedelta(seconds=10)
    assert all(timedelta(seconds=150) <= pause <= timedelta(minutes=5) for pause in pauses[6:])


def test_a_job_whose_runs_are_handed_back_for_a_day_is_given_up() -> None:
    day_later = NOON + timedelta(hours=24)

    job = after(running(run=4), failure(Failure.INTERRUPTED, run=4), day_later)

    assert (job.state, job.reason, job.counted_runs) == (JobState.FAILED, Reason.INTERRUPTED, 0)


def test_a_stop_of_days_is_no_reason_to_give_a_job_up() -> None:
    """What was handed back before it is read after it."""
    job = after(running(), failure(Failure.INTERRUPTED), NOON + timedelta(days=3))

    assert (job.state, job.run, kinds(job)) == (JobState.RUNNING, 2, [SearchDue])


def test_one_failed_run_is_counted_once_however_many_workers_report_it() -> None:
    job = after(running(), failure(Failure.RETRYABLE))

    assert decide(job, failure(Failure.RETRYABLE), now=NOON, rules=RULES) is None
    assert decide(job, failure(Failure.FINAL), now=NOON, rules=RULES) is None


def test_backing_off_doubles_and_differs_between_jobs() -> None:
    first = after(running(), failure(Failure.RETRYABLE)).timers[TimerKind.NEXT_RUN] - NOON
    again = after(running(counted_runs=1), failure(Failure.RETRYABLE)).timers[TimerKind.NEXT_RUN] - NOON

    assert timedelta(seconds=5) <= first <= timedelta(seconds=10)
    assert again == 2 * first


@pytest.mark.parametrize(("minutes", "waits"), [(15, 15), (-5, 0), (24 * 60, 60)])
def test_what_a_worker_knows_to_be_in_vain_is_not_tried_earlier_within_reason(minutes: float, waits: float) -> None:
    known = NOON + timedelta(minutes=minutes)
    refused = failure(Failure.RETRYABLE, reason=Reason.BLOCKED).model_copy(update={"not_before": known})

    later = after(running(), refused).timers[TimerKind.NEXT_RUN] - NOON - timedelta(minutes=waits)

    assert timedelta(0) < later <= RULES.back_off


def test_after_a_full_disk_one_waits_for_archives_to_expire() -> None:
    full = after(running(), failure(Failure.RETRYABLE, reason=Reason.STORAGE_FULL)).timers[TimerKind.NEXT_RUN] - NOON

    assert timedelta(minutes=1) <= full <= timedelta(minutes=2)


@pytest.mark.parametrize(
    ("evidence", "run", "says"),
    [
        (Evidence(claimed=True, last_sign=NOON - timedelta(seconds=9)), 1, []),
        (Evidence(claimed=True, last_sign=NOON + timedelta(seconds=9)), 1, []),
        (Evidence(claimed=True, last_sign=NOON - timedelta(seconds=10)), 2, [SearchDue]),
        (Evidence(claimed=True, last_sign=NOON - timedelta(hours=1)), 2, [SearchDue]),
        (Evidence(claimed=True, last_sign=NOON + timedelta(hours=1)), 2, [SearchDue]),
    ],
)
def test_the_watchdog_waits_for_work_that_lives(evidence: Evidence, run: int, says: list[type[Event]]) -> None:
    """Whoever shows nothing in two looks is gone, whatever his clock said when he last did."""
    watched = after(running(), fired(TimerKind.WATCHDOG), evidence=evidence)
    assert (watched.run, kinds(watched)) == (1, [])
    assert NOON < watched.timers[TimerKind.WATCHDOG] <= NOON + RULES.watchdog

    watched = after(watched, fired(TimerKind.WATCHDOG), evidence=evidence)

    assert (watched.run, kinds(watched)) == (run, says)
    assert TimerKind.WATCHDOG in watched.timers


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(seconds=-30), timedelta(hours=-1)])
def test_a_worker_whose_clock_is_wrong_lives_as_long_as_it_beats(off: timedelta) -> None:
    """The same when the clock of the scheduler was put, or the whole machine slept."""
    job, now = running(), NOON

    for _ in range(5):
        beating = Evidence(claimed=True, last_sign=now + off)
        job = after(job, fired(TimerKind.WATCHDOG), now, evidence=beating)
        now = job.timers[TimerKind.WATCHDOG]

    assert (job.state, job.run) == (JobState.RUNNING, 1)


def test_a_silent_worker_is_given_up_within_seventy_seconds() -> None:
    job, died, now = running(), NOON + timedelta(seconds=47), NOON + RULES.watchdog

    while job.run == 1:
        sign = min(now - timedelta(seconds=1), died)
        job = after(job, fired(TimerKind.WATCHDOG), now, evidence=Evidence(claimed=True, last_sign=sign))
        given_up, now = now, job.timers[TimerKind.WATCHDOG]

    assert given_up - died <= timedelta(seconds=65)


def test_a_dead_worker_is_noticed_one_watchdog_after_its_last_heartbeat() -> None:
    sign = NOON - timedelta(seconds=3)

    watched = after(running(), fired(TimerKind.WATCHDOG), evidence=Evidence(claimed=True, last_sign=sign))

    assert watched.timers[TimerKind.WATCHDOG] == sign + RULES.watchdog


def test_unclaimed_work_is_asked_for_again_every_ten_minutes_without_using_up_a_run() -> None:
    unclaimed = Evidence(claimed=False, last_sign=None)

    asked = after(running(), fired(TimerKind.WATCHDOG), NOON + minutes(10), evidence=unclaimed)
    waited = decide(asked, fired(TimerKind.WATCHDOG), now=NOON + minutes(11), rules=RULES, evidence=unclaimed)

    assert (kinds(asked), asked.run, asked.counted_runs, asked.lost_runs) == ([SearchDue], 1, 0, 0)
    assert waited is None, "its watchdog stays armed"


@pytest.mark.parametrize(
    ("waited", "rest"),
    [
        (timedelta(0), timedelta(minutes=1)),
        (timedelta(minutes=6), timedelta(minutes=1)),
        (timedelta(minutes=12, milliseconds=1, microseconds=1), timedelta(minutes=2)),
        (timedelta(hours=1), timedelta(minutes=10)),
        (timedelta(hours=23), timedelta(minutes=30)),
        (timedelta(hours=-1), timedelta(minutes=1)),
    ],
)
def test_the_longer_work_waits_the_less_often_it_is_looked_after(waited: timedelta, rest: timedelta) -> None:
    assert look_again_in(running(), NOON + waited, RULES) == rest


def test_work_that_has_waited_long_is_looked_after_as_seldom_when_it_was_just_asked_for() -> None:
    hour_later = NOON + timedelta(hours=1)
    unclaimed = Evidence(claimed=False, last_sign=None)

    job = running(search_asked_at=hour_later - minutes(10))
    asked = after(job, fired(TimerKind.WATCHDOG), hour_later, evidence=unclaimed)

    assert asked.timers[TimerKind.WATCHDOG] == hour_later + minutes(10)


def test_work_nobody_takes_for_a_day_fails_as_overloaded() -> None:
    unclaimed = Evidence(claimed=False, last_sign=None)
    day_later = NOON + timedelta(hours=24)

    job = running(search_asked_at=day_later - minutes(10))
    job = after(job, fired(TimerKind.WATCHDOG), day_later, evidence=unclaimed)

    assert (job.state, job.reason) == (JobState.FAILED, Reason.OVERLOADED)


def test_time_in_which_nobody_asked_for_work_overloads_nobody() -> None:
    unclaimed = Evidence(claimed=False, last_sign=None)
    days_later = NOON + timedelta(days=3)

    job = after(running(), fired(TimerKind.WATCHDOG), days_later, evidence=unclaimed)
    assert (job.state, kinds(job)) == (JobState.RUNNING, [SearchDue])
    job = after(replace(job, outbox=()), fired(TimerKind.WATCHDOG), days_later + minutes(10), evidence=unclaimed)

    assert (job.state, job.run, kinds(job)) == (JobState.RUNNING, 1, [SearchDue])


def test_a_job_that_loses_ten_workers_is_given_up() -> None:
    job = running()

    for lost in range(10):
        assert (job.state, job.lost_runs) == (JobState.RUNNING, lost)
        silent = Evidence(claimed=True, last_sign=NOON - minutes(lost + 1))
        for _ in ("doubted", "given up"):
            job = after(job, fired(TimerKind.WATCHDOG), evidence=silent)

    assert (job.state, job.reason, job.counted_runs) == (JobState.FAILED, Reason.WORKER_LOST, 0)


def test_link_and_files_live_from_the_moment_the_ready_mail_was_accepted() -> None:
    accepted = NOON + minutes(2)

    job = after(completed(), MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=accepted))

    assert job.expires_at == accepted + minutes(20)
    assert job.timers == {TimerKind.CLEAN_UP: accepted + minutes(30)}
    assert kinds(job) == []


def test_only_the_first_report_of_a_mail_counts() -> None:
    first = MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=NOON)
    second = MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=NOON + minutes(5))

    job = after(completed(), first)

    assert decide(job, second, now=NOON, rules=RULES) is None
    assert decide(job, MailRefused(job_id=JOB_ID, kind=MailKind.READY), now=NOON, rules=RULES) is None


def test_without_any_report_everything_goes_after_four_and_a_half_hours() -> None:
    assert completed().timers == {TimerKind.CLEAN_UP: NOON + minutes(270)}
    assert completed().expires_at is None, "a time that is told is never taken back"
    assert completed().mail_not_after == NOON + minutes(240)


def test_a_refused_mail_leaves_the_archive_as_long_as_one_that_is_accepted_at_that_moment() -> None:
    refused = after(completed(), MailRefused(job_id=JOB_ID, kind=MailKind.READY))
    accepted = after(completed(), MailSent(job_id=JOB_ID, kind=MailKind.READY, accepted_at=NOON))

    assert refused.expires_at == accepted.expires_at == NOON + minutes(20)
    assert refused.timers == accepted.timers == {TimerKind.CLEAN_UP: NOON + minutes(30)}


def test_a_refused_error_mail_promises_no_link() -> None:
    job = after(failed(), MailRefused(job_id=JOB_ID, kind=MailKind.ERROR))

    assert job.timers == {TimerKind.CLEAN_UP: NOON + minutes(30)}
    assert job.expires_at is None


def test_a_deferred_mail_is_asked_for_again_while_it_may_still_be_sent() -> None:
    later = NOON + minutes(3)

    job = after(completed(), MailDeferred(job_id=JOB_ID, sequence=1, kind=MailKind.READY, not_before=later))
    asked = after(job, fired(TimerKind.MAIL_READY, later), later)

    assert job.timers[TimerKind.MAIL_READY] == later
    assert TimerKind.MAIL_READY not in asked.timers
    assert asked.outbox == (
        MailDue(job_id=JOB_ID, sequence=asked.version, kind=MailKind.READY, mail_not_after=NOON + minutes(240)),
    )


def test_an_old_deferral_that_comes_again_does_not_undo_a_newer_one() -> None:
    old = MailDeferred(job_id=JOB_ID, sequence=1, kind=MailKind.READY, not_before=NOON + minutes(1))
    new = MailDeferred(job_id=JOB_ID, sequence=2, kind=MailKind.READY, not_before=NOON + minutes(5))

    job = after(after(completed(), old), new)

    assert decide(job, old, now=NOON, rules=RULES) is None


def test_the_started_mail_is_not_asked_for_once_the_job_has_ended() -> None:
    deferred = MailDeferred(job_id=JOB_ID, sequence=1, kind=MailKind.STARTED, not_before=NOON + minutes(1))
    job = after(running(), deferred)

    ended = after(job, archive())

    assert TimerKind.MAIL_STARTED not in ended.timers
    assert decide(ended, fired(TimerKind.MAIL_STARTED), now=NOON, rules=RULES) is None


def test_the_filters_go_with_every_run_and_with_the_query_at_the_end() -> None:
    filters = Filters(colour=Colour.TEAL, safe_search=False)
    first = after(after(None, SUBMITTED.model_copy(update={"filters": filters})), fired(TimerKind.RELEASE))
    second = after(first, failure(Failure.INTERRUPTED))

    assert [event.filters for job in (first, second) for event in job.outbox if isinstance(event, SearchDue)] == [
        filters,
        filters,
    ]
    assert after(after(second, archive()), fired(TimerKind.CLEAN_UP)).filters == Filters()


def test_an_expired_row_says_only_that_the_job_was_there() -> None:
    left = expired()

    assert left == replace(Job(job_id=JOB_ID, state=JobState.EXPIRED, version=left.version), outbox=left.outbox)
