"""Whatever happens in whatever order: what holds for every job at every moment."""

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduler.decisions import Cause, decide
from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.runs import Evidence
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
    MailDeferred,
    MailKind,
    MailRefused,
    MailSent,
    RescheduleRequested,
    RunFailed,
)
from shared.fields import to_milliseconds
from shared.jobs import JobState
from tests.unit.scheduler.jobs import JOB_ID, NOON, RULES, SUBMITTED, archive, fired

runs = st.integers(min_value=1, max_value=4)
moments = st.integers(min_value=0, max_value=300).map(lambda minute: NOON + timedelta(minutes=minute))
mails = st.sampled_from(MailKind)
causes: st.SearchStrategy[Cause] = st.one_of(
    st.just(SUBMITTED),
    st.just(CancelRequested(job_id=JOB_ID)),
    st.just(DeleteRequested(job_id=JOB_ID)),
    st.builds(RescheduleRequested, job_id=st.just(JOB_ID), due_at=moments, asked_at=moments),
    st.builds(
        RunFailed, job_id=st.just(JOB_ID), run=runs, failure=st.sampled_from(Failure), reason=st.just(Reason.BLOCKED)
    ),
    runs.map(archive),
    st.builds(MailSent, job_id=st.just(JOB_ID), kind=mails, accepted_at=moments),
    st.builds(MailRefused, job_id=st.just(JOB_ID), kind=mails),
    st.builds(MailDeferred, job_id=st.just(JOB_ID), kind=mails, not_before=moments),
    st.sampled_from(TimerKind).map(fired),
)
evidence = st.builds(Evidence, claimed=st.booleans(), last_sign=st.none() | moments)
histories = st.lists(st.tuples(causes, moments, evidence), max_size=40)
NOBODY = Evidence(claimed=False, last_sign=None)
TERMINAL = (JobCompleted, JobFailed, JobCancelled)


def lives(history: list[tuple[Cause, object, Evidence]]) -> list[Job]:
    """Every row the job had."""
    rows: list[Job] = []
    for cause, now, seen in history:
        last = rows[-1] if rows else None
        following = decide(last, cause, now=now, rules=RULES, evidence=seen)  # type: ignore[arg-type]
        if following is not None and following is not last:
            rows.append(following)
    return rows


@given(histories)
@settings(max_examples=150)
def test_versions_grow_by_one_and_facts_carry_them(history: list[tuple[Cause, object, Evidence]]) -> None:
    rows = lives(history)

    assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    assert all(message.sequence == row.version for row in rows for message in row.outbox)


@given(histories)
@settings(max_examples=150)
def test_a_job_ends_at_most_once_and_is_forgotten_at_most_once(history: list[tuple[Cause, object, Evidence]]) -> None:
    said = [message for row in lives(history) for message in row.outbox]

    assert sum(isinstance(message, TERMINAL) for message in said) <= 1
    assert sum(isinstance(message, JobExpired) for message in said) <= 1


@given(histories)
@settings(max_examples=150)
def test_all_timers_are_such_as_the_index_keeps(history: list[tuple[Cause, object, Evidence]]) -> None:
    """In whole milliseconds: one that came back changed would not be recognised."""
    timers = [due_at for row in lives(history) for due_at in row.timers.values()]

    assert timers == [to_milliseconds(due_at) for due_at in timers]


@given(histories)
@settings(max_examples=150)
def test_no_living_job_is_without_a_timer(history: list[tuple[Cause, object, Evidence]]) -> None:
    """A row without one would never move again: that is how jobs get lost."""
    needed = {
        JobState.SCHEDULED: {TimerKind.RELEASE},
        JobState.RUNNING: {TimerKind.WATCHDOG, TimerKind.NEXT_RUN},
        JobState.COMPLETED: {TimerKind.CLEAN_UP},
        JobState.FAILED: {TimerKind.CLEAN_UP},
        JobState.CANCELLED: {TimerKind.CLEAN_UP},
    }

    for row in lives(history):
        assert row.state is JobState.EXPIRED or needed[row.state] & row.timers.keys()


@given(histories, causes, moments, evidence)
@settings(max_examples=150)
def test_an_event_told_twice_decides_once(
    history: list[tuple[Cause, object, Evidence]], cause: Cause, now: object, seen: Evidence
) -> None:
    """But for a deletion, which told twice only forgets sooner. Timers are told apart by their time in the row."""
    rows = lives([*history, (cause, now, seen)])
    if not rows or isinstance(cause, Timer | DeleteRequested):
        return

    again = decide(rows[-1], cause, now=now, rules=RULES, evidence=seen)  # type: ignore[arg-type]

    assert again is None or again is rows[-1]


@given(histories, st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_a_whole_life_told_again_in_any_order_after_its_end_starts_nothing(
    history: list[tuple[Cause, object, Evidence]], forgotten: bool, random: Random
) -> None:
    """A topic read from its beginning, a form sent again: neither searches, nor ends the job another way.

    What an old timer says is not looked at: the row has no such timer any more.
    """
    lived = [(SUBMITTED, NOON, NOBODY), *history, (CancelRequested(job_id=JOB_ID), NOON, NOBODY)]
    ended = lives([*lived, *([(fired(TimerKind.CLEAN_UP), NOON, NOBODY)] if forgotten else [])])[-1]
    again = [step for step in lived * 2 if not isinstance(step[0], Timer)]
    random.shuffle(again)

    row, said = ended, list[Event]()
    for cause, now, seen in again:
        following = decide(row, cause, now=now, rules=RULES, evidence=seen)  # type: ignore[arg-type]
        if following is not None and following is not row:
            row, said = following, [*said, *following.outbox]

    assert row.state in (ended.state, JobState.EXPIRED)
    assert row.run in (ended.run, 0)
    assert all(isinstance(message, JobExpired) for message in said)
    assert not forgotten or row is ended
