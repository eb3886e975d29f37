"""The clock on the wall jumps an hour and back, and differs by seconds between the services."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

import pytest

from shared.jobs import JobState, JobView
from shared.topics import JOB_DUE
from tests.faults.people import RefusedError
from tests.faults.scene import Accepted
from tests.faults.timetable import Timetable, a_timetable, moments
from tests.faults.trial import Trial
from tests.integration.bus import readable

pytestmark = pytest.mark.faults

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SKEW = {"gateway": 2, "scheduler": 0, "scraper": 5, "packager": -5, "notifier": -2}
"""By how many seconds each service's clock is off, whatever the others show."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)
PATIENCE = 120.0
LATEST = 20 * SECOND
"""After a jump all that earlier tests have left to clear away is overdue too, and that goes at a pace."""

ZONES = ("Europe/Berlin", "Australia/Sydney")
"""Both change their clocks around half past two, but not in the same night: one of them does twice within a year."""


@dataclass
class Clocks:
    """Of all processes: `off` by so much from ours, and by SKEW from each other."""

    trial: Trial
    off: timedelta = timedelta()

    def now(self) -> datetime:
        """What the schedulers' clocks show."""
        return datetime.now(UTC) + self.off

    async def put(self, off: timedelta, *services: str, skewed: bool = True) -> datetime:
        """Those of `services`, or all. Says what the schedulers' clocks show at once."""
        after = datetime.now(UTC) + off
        chosen = [each for each in self.trial.system.fleet.instances if each.service in (services or SKEW)]
        await asyncio.gather(*(each.clock.put(off + skewed * SKEW[each.service] * SECOND) for each in chosen))
        self.off = self.off if services else off
        return after


@asynccontextmanager
async def clocks_of(trial: Trial) -> AsyncIterator[Clocks]:
    clocks = Clocks(trial)
    try:
        await clocks.put(timedelta())
        yield clocks
    finally:
        await clocks.put(timedelta(), skewed=False)


async def test_each_job_begins_once_at_its_time_whatever_the_clock_does(trial: Trial, long: bool) -> None:
    count = 25 if long else 3
    async with a_timetable(trial.people) as timetable, clocks_of(trial) as clocks:
        running = await timetable.put(*moments(clocks.now() + SECOND, count, over=1))
        passed = await timetable.put(*moments(clocks.now() + 30 * MINUTE, count, over=1200))
        ahead = await timetable.put(*moments(clocks.now() + 61 * MINUTE, count, over=60))
        late = lateness(await until(timetable, running, has_begun))

        jumped = await clocks.put(60 * MINUTE)
        late += lateness(await until(timetable, passed, has_begun), not_before=jumped)
        await until(timetable, running + passed, lambda row: row.state.ended)

        await clocks.put(timedelta())
        again = await timetable.put(*moments(clocks.now() + SECOND, count, over=1))
        late += lateness(await until(timetable, again, is_mailed))
        assert {row.state for row in await timetable.rows(ahead)} == {JobState.SCHEDULED}, "not before their time"
        await a_link_lives_as_long_as_it_says(trial, again[0], clocks)
        await summer_time_begins_and_ends(trial, timetable)

        jumped = await clocks.put(63 * MINUTE)
        late += lateness(await until(timetable, ahead, has_begun), not_before=jumped)
        scene = await trial.settle()

    assert max(late) <= LATEST
    assert await runs(trial) == {1}, "none was taken for lost"
    latest = round(max(late).total_seconds(), 1)
    trial.require_survival(scene, images=5, steps="60 min on, back, 63 min on", skew_seconds=5, seconds_late=latest)


def lateness(rows: Sequence[JobView], *, not_before: datetime = LONG_AGO) -> list[timedelta]:
    """From the moment when the clock showed a job's time, or jumped over it. None is early."""
    late = []
    for row in rows:
        assert row.started_at is not None
        assert row.due_at is not None
        assert row.started_at >= row.due_at
        late.append(row.started_at - max(row.due_at, not_before))
    return late


async def runs(trial: Trial) -> set[int]:
    """All that were ever asked for."""
    events = [readable(record) for record in await trial.records() if record.topic == JOB_DUE.name]
    return {event.run for event in events if event is not None}


async def until(timetable: Timetable, jobs: Sequence[Accepted], condition: Callable[[JobView], bool]) -> list[JobView]:
    """Their rows, as soon as all are so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await timetable.rows(jobs)
            if len(rows) == len(jobs) and all(map(condition, rows)):
                return rows
            await asyncio.sleep(0.1)


def has_begun(row: JobView) -> bool:
    return row.run > 0


def is_mailed(row: JobView) -> bool:
    """Until its mail was accepted a link has hours."""
    return bool(row.expires_at and row.ended_at and row.expires_at - row.ended_at < 60 * MINUTE)


async def a_link_lives_as_long_as_it_says(trial: Trial, job: Accepted, clocks: Clocks) -> None:
    """Ten seconds before its end it leads to the archive, and a download that has begun ends well; then it does not."""
    seen = await trial.people.look(job)
    ends = datetime.fromisoformat(seen["link_until"]) - datetime.now(UTC)
    await clocks.put(ends - 10 * SECOND, "gateway", skewed=False)
    async with trial.people.session.get(seen["download"]) as answer:
        assert answer.status == HTTPStatus.OK
        await answer.content.readany()
        await clocks.put(ends + 2 * SECOND, "gateway", skewed=False)
        await answer.content.read()
    async with trial.people.session.get(seen["download"]) as answer:
        assert answer.status == HTTPStatus.GONE
    await clocks.put(clocks.off, "gateway")


async def summer_time_begins_and_ends(trial: Trial, timetable: Timetable) -> None:
    """Of the hour that comes twice the first is taken; in the one that never comes nothing is promised."""
    skipped, twice = next_changes(datetime.now(UTC))
    with pytest.raises(RefusedError, match="time_skipped"):
        await trial.people.submit(due=on_a_clock(skipped))
    job = await trial.people.submit(due=on_a_clock(twice))
    (row,) = await until(timetable, [job], lambda row: row.state is JobState.SCHEDULED)
    await trial.people.change(job, "cancel")

    assert row.due_at == twice.replace(fold=0).astimezone(UTC)


def next_changes(now: datetime) -> tuple[datetime, datetime]:
    """Half past two in the nights when summer time begins and ends, in the first zone that has both within a year."""
    for name in ZONES:
        zone = ZoneInfo(name)
        night = now.astimezone(zone).replace(hour=2, minute=30, second=0, microsecond=0, tzinfo=None)
        nights = [(night + timedelta(days=days)).replace(tzinfo=zone) for days in range(1, 366)]
        changing = {
            each.utcoffset() < each.replace(fold=1).utcoffset(): each  # type: ignore[operator]  # these have one
            for each in nights
            if each.utcoffset() != each.replace(fold=1).utcoffset()
        }
        if len(changing) == 2:
            return changing[True], changing[False]
    raise AssertionError(f"no two changes of clocks within a year from {now}")


def on_a_clock(wall: datetime) -> dict[str, str]:
    return {"date": f"{wall:%Y-%m-%d}", "time": f"{wall:%H:%M}", "time-zone": str(wall.tzinfo)}
