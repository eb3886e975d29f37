"""Decisions are carried out in an order that survives a crash at any point, and another owner beside."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from services.scheduler.job import Timer, TimerKind
from services.scheduler.runs import Evidence
from shared.errors import DependencyAwayError
from shared.events import (
    ArchiveBuilt,
    CancelRequested,
    DeleteRequested,
    Event,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobScheduled,
    JobStarted,
    JobSubmitted,
    MailDeferred,
    MailKind,
    RescheduleRequested,
    SearchDue,
)
from shared.jobs import JobState
from tests.unit.scheduler.jobs import RULES
from tests.unit.scheduler.surroundings import Owner, Surroundings


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


def release(job: JobSubmitted) -> Timer:
    return Timer(job.due_at, job.job_id, TimerKind.RELEASE)


def cancel(job: JobSubmitted) -> CancelRequested:
    return CancelRequested(job_id=job.job_id)


def archive(job: JobSubmitted) -> ArchiveBuilt:
    return ArchiveBuilt(job_id=job.job_id, run=1, found=9, kept=9, size=1, sha256="0")


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


async def submitted(around: Surroundings) -> JobSubmitted:
    """By an owner that is no more."""
    job = around.submitted()
    await around.owner().on_event(job)
    around.topics.records.clear()
    around.armed.clear()
    around.line.asked.clear()
    return job


async def test_a_new_job_is_stored_told_and_indexed_without_being_read(around: Surroundings) -> None:
    job = around.submitted()

    await around.owner().on_event(job)

    assert (await around.row(job.job_id)).state is JobState.SCHEDULED
    assert kinds(around.said()) == [JobScheduled]
    assert around.armed == [release(job)]
    assert around.line.reads("jobs") == 1, "only by this test"


async def test_a_known_job_that_is_submitted_again_is_told_and_indexed_again_and_nothing_else(
    around: Surroundings,
) -> None:
    job = await submitted(around)

    await around.owner().on_event(job)

    assert (await around.row(job.job_id)).version == 1
    assert kinds(around.said()) == [JobScheduled]
    assert around.armed == [release(job)]


async def test_a_job_whose_row_was_read_ahead_is_released_without_reading(around: Surroundings) -> None:
    job = await submitted(around)
    owner = around.owner()

    await owner.on_near(release(job))
    await owner.on_near(release(job))
    await owner.on_timer(release(job))

    assert around.line.reads("jobs") == 1
    assert kinds(around.said()) == [JobScheduled, SearchDue, JobStarted]


async def test_reading_ahead_is_the_first_touch(around: Surroundings) -> None:
    """What was decided is told again, and all timers are indexed but for the one that stands in the index."""
    job = await submitted(around)
    before = around.owner()
    await before.on_timer(release(job))
    later = around.clock.now()
    await before.on_event(MailDeferred(job_id=job.job_id, kind=MailKind.STARTED, not_before=later))
    watchdog = next(timer for timer in (await around.row(job.job_id)).armed if timer.kind is TimerKind.WATCHDOG)
    around.armed.clear()

    await around.owner().on_near(watchdog)

    assert around.armed == [Timer(later, job.job_id, TimerKind.MAIL_STARTED)]


async def test_a_row_read_ahead_is_read_again_when_another_owner_has_written_it(around: Surroundings) -> None:
    job = await submitted(around)
    asleep = around.owner()
    await asleep.on_near(release(job))
    await around.owner().on_event(cancel(job))

    await asleep.on_timer(release(job))

    assert (await around.row(job.job_id)).state is JobState.CANCELLED
    assert SearchDue not in kinds(around.said())


async def test_an_owner_that_slept_through_its_loss_undoes_and_doubles_nothing(around: Surroundings) -> None:
    job = await submitted(around)
    asleep, awake = around.owner(), around.owner()
    await asleep.on_near(release(job))
    await awake.on_timer(release(job))
    await awake.on_event(archive(job))

    await asleep.on_timer(release(job))
    await asleep.on_event(cancel(job))
    await asleep.on_event(archive(job))

    assert (await around.row(job.job_id)).state is JobState.COMPLETED
    said = around.said()
    assert {event.run for event in said if isinstance(event, SearchDue)} == {1}
    assert len({event.event_id for event in said if isinstance(event, JobCompleted)}) == 1
    assert JobCancelled not in kinds(said)


async def test_nothing_is_dropped_on_the_strength_of_a_remembered_row(around: Surroundings) -> None:
    job = around.submitted()
    first, second = around.owner(), around.owner()
    await first.on_event(job)
    await second.on_timer(release(job))

    await first.on_event(archive(job))

    assert (await around.row(job.job_id)).state is JobState.COMPLETED


async def test_a_timer_that_another_owner_has_armed_is_not_dropped_either(around: Surroundings) -> None:
    job = around.submitted()
    first, second = around.owner(), around.owner()
    await first.on_event(job)
    await second.on_timer(release(job))
    running = await around.row(job.job_id)
    (watchdog,) = running.armed
    around.evidence = Evidence(claimed=True, last_sign=running.started_at)
    around.clock.put(hours=1)

    await first.on_timer(watchdog)

    assert (await around.row(job.job_id)).version == running.version + 1


async def test_work_that_nobody_has_claimed_is_looked_at_again_and_nothing_is_written(around: Surroundings) -> None:
    job, owner = await submitted(around), around.owner()
    await owner.on_timer(release(job))
    (watchdog,) = (await around.row(job.job_id)).armed
    around.line.asked.clear()

    assert await owner.on_timer(watchdog) == RULES.watchdog
    around.clock.put(hours=0.15)
    later = await owner.on_timer(watchdog)
    assert later is not None
    assert timedelta(seconds=90) <= later < timedelta(seconds=100)

    assert around.line.asked == []


async def test_what_was_decided_and_not_published_is_published_by_whoever_comes_next(around: Surroundings) -> None:
    job = await submitted(around)
    crashing = around.owner()
    await crashing.on_near(release(job))
    around.topics.away_for = 1
    with pytest.raises(DependencyAwayError):
        await crashing.on_timer(release(job))
    around.armed.clear()

    await around.owner().on_timer(release(job))

    assert kinds(around.said()) == [JobScheduled, SearchDue, JobStarted]
    assert [timer.kind for timer in around.armed] == [TimerKind.WATCHDOG]


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_a_decision_whose_answer_is_lost_is_not_made_twice(around: Surroundings, lost: int) -> None:
    job = await submitted(around)
    owner = around.owner()
    await owner.on_near(release(job))
    around.line.lost = lost

    for _ in range(lost):
        try:
            await owner.on_timer(release(job))
        except DependencyAwayError:
            continue

    assert (await around.row(job.job_id)).run == 1
    assert kinds(around.said()) == [JobScheduled, SearchDue, JobStarted]


async def test_a_deletion_whose_answer_is_lost_is_carried_out_once(around: Surroundings) -> None:
    """Told twice it would forget the job at once."""
    job = await submitted(around)
    owner = around.owner()
    await owner.on_near(release(job))
    around.line.lost = 1

    await owner.on_event(DeleteRequested(job_id=job.job_id))

    assert (await around.row(job.job_id)).state is JobState.CANCELLED


@pytest.mark.parametrize(
    "event", [cancel, archive, lambda job: DeleteRequested(job_id=job.job_id)], ids=["cancel", "archive", "delete"]
)
async def test_an_event_for_an_unknown_job_leaves_nothing(
    around: Surroundings, event: Callable[[JobSubmitted], Event]
) -> None:
    await around.owner().on_event(event(around.submitted()))

    assert (around.tables.all("jobs"), around.said(), around.armed) == ([], [], [])


async def test_a_repeat_of_an_expired_job_says_its_end_with_the_same_id(around: Surroundings) -> None:
    job = await submitted(around)
    owner = around.owner()
    await owner.on_event(cancel(job))
    await owner.on_event(DeleteRequested(job_id=job.job_id))

    await owner.on_event(job)
    await around.owner().on_event(job)

    ends = [event for event in around.said() if isinstance(event, JobExpired)]
    assert (len(ends), len({event.event_id for event in ends})) == (4, 1)


Act = Callable[[Owner, JobSubmitted], Coroutine[Any, Any, object]]


async def _release(owner: Owner, job: JobSubmitted) -> None:
    await owner.on_timer(release(job))


async def _cancel(owner: Owner, job: JobSubmitted) -> None:
    await owner.on_event(cancel(job))


async def _move(owner: Owner, job: JobSubmitted) -> None:
    await owner.on_event(RescheduleRequested(job_id=job.job_id, due_at=job.due_at, asked_at=job.submitted_at))


async def _build(owner: Owner, job: JobSubmitted) -> None:
    await owner.on_timer(release(job))
    await owner.on_event(archive(job))


@pytest.mark.parametrize("owners", [1, 2])
@pytest.mark.parametrize("other", [_cancel, _move, _build, _release])
@pytest.mark.parametrize("one", [_cancel, _release, _build])
async def test_whatever_races_every_version_says_one_thing_and_the_end_is_one(
    around: Surroundings, one: Act, other: Act, owners: int
) -> None:
    job = await submitted(around)
    first, second = around.owner(), around.owner()
    await asyncio.gather(first.on_near(release(job)), second.on_near(release(job)))

    await asyncio.gather(one(first, job), other(second if owners > 1 else first, job))

    row, said = await around.row(job.job_id), around.said()
    versions: dict[int, set[tuple[type[Event], ...]]] = {}
    for event in said:
        versions.setdefault(event.sequence, set()).add((type(event),))
    terminal = {event.event_id for event in said if isinstance(event, JobCompleted | JobFailed | JobCancelled)}
    assert sum(SearchDue in {kind for told in versions[v] for kind in told} for v in versions) <= 1
    assert len(terminal) == row.state.ended
    assert max(versions) == row.version


async def test_a_row_that_nobody_can_read_stops_nobody_else(around: Surroundings) -> None:
    broken, sound = await submitted(around), await submitted(around)
    await around.cassandra.execute("UPDATE jobs SET outbox = ? WHERE job_id = ?", ("{", broken.job_id))
    owner = around.owner()

    with pytest.raises(ValueError, match="Expecting"):
        await owner.on_timer(release(broken))
    await owner.on_timer(release(sound))

    assert (await around.row(sound.job_id)).state is JobState.RUNNING
