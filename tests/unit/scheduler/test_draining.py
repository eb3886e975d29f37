"""The index is cleared behind, and nothing that may still be needed goes with it."""

from datetime import datetime, timedelta

import pytest

from services.scheduler.agenda import Agenda
from services.scheduler.buckets import BUCKET, bucket_of
from services.scheduler.draining import AT_A_TIME, Drain
from services.scheduler.job import Timer
from services.scheduler.timers import TimerIndex
from tests.unit.scheduler.surroundings import Surroundings

SHARD = 3


class Clearing:
    """A shard whose cursor stands `behind` buckets before the current one; everything there was read."""

    def __init__(self, behind: int) -> None:
        self.around = Surroundings()
        self.agenda = Agenda()
        self.busy: set[datetime] = set()
        self.cursor = bucket_of(self.around.clock.now()) - behind * BUCKET
        self.drain = Drain(
            SHARD,
            index=self.around.index,
            cursors=self.around.cursors,
            agenda=self.agenda,
            may_go=lambda bucket: bucket not in self.busy,
            now=self.around.clock.now,
            bucket=BUCKET,
        )

    async def begin(self, *timers: Timer, written_ago: timedelta = 3 * BUCKET) -> None:
        """They stand in the bucket of the cursor, and have been met."""
        assert await self.around.cursors.read(SHARD, otherwise=self.cursor) == self.cursor
        await self.write(*timers, ago=written_ago)
        self.agenda.meet(self.cursor, timers, self.around.clock.now())

    async def write(self, *timers: Timer, ago: timedelta) -> None:
        clock, client = self.around.clock, self.around.client()
        clock.off -= ago
        for timer in timers:
            await TimerIndex(client).add(SHARD, self.cursor, timer)
        clock.off += ago

    def finish_all(self) -> None:
        for entry in self.agenda.take_late(100) + self.agenda.take_due(self.around.clock.now(), 100):
            self.agenda.done(entry)

    async def rows(self) -> list[Timer]:
        return await self.around.index.read(SHARD, self.cursor)


async def test_a_bucket_whose_timers_are_done_is_dropped_and_passed() -> None:
    clearing = Clearing(behind=2)
    await clearing.begin(clearing.around.timer(-1), clearing.around.timer(-2))
    clearing.finish_all()

    following = await clearing.drain.advance(clearing.cursor)

    assert following == clearing.cursor + BUCKET
    assert await clearing.around.cursors.read(SHARD, otherwise=clearing.cursor) == following
    assert await clearing.rows() == []
    assert not clearing.agenda.was_met(clearing.cursor)


@pytest.mark.parametrize("why", ["a timer is open", "somebody writes to it", "it has not ended long enough"])
async def test_a_bucket_stays_while(why: str) -> None:
    clearing = Clearing(behind=1 if why == "it has not ended long enough" else 2)
    await clearing.begin(clearing.around.timer(-1))
    if why != "a timer is open":
        clearing.finish_all()
    if why == "somebody writes to it":
        clearing.busy.add(clearing.cursor)

    assert await clearing.drain.advance(clearing.cursor) == clearing.cursor
    assert len(await clearing.rows()) == 1


async def test_a_row_nobody_has_met_is_worked_on_before_its_bucket_goes() -> None:
    clearing = Clearing(behind=2)
    await clearing.begin(clearing.around.timer(-1))
    clearing.finish_all()
    unseen = clearing.around.timer(-5)
    await clearing.write(unseen, ago=3 * BUCKET)

    assert await clearing.drain.advance(clearing.cursor) == clearing.cursor
    assert clearing.agenda.is_open(clearing.cursor)
    clearing.finish_all()

    assert await clearing.drain.advance(clearing.cursor) == clearing.cursor + BUCKET


async def test_a_row_that_comes_while_its_bucket_is_dropped_survives_and_is_met() -> None:
    clearing = Clearing(behind=2)
    await clearing.begin(clearing.around.timer(-1))
    clearing.finish_all()
    late = clearing.around.timer(-3)
    drop = clearing.around.index.drop

    async def drop_slowly(shard: int, bucket: datetime, *, written_before: datetime) -> None:
        await clearing.write(late, ago=timedelta())
        await drop(shard, bucket, written_before=written_before)

    clearing.around.index.drop = drop_slowly  # type: ignore[method-assign]

    assert await clearing.drain.advance(clearing.cursor) == clearing.cursor
    assert await clearing.rows() == [late]
    assert clearing.agenda.is_open(clearing.cursor)


async def test_a_row_of_a_sleeper_whose_clock_is_some_minutes_behind_survives() -> None:
    clearing = Clearing(behind=2)
    await clearing.begin(clearing.around.timer(-1))
    clearing.finish_all()
    late = clearing.around.timer(-3)
    drop = clearing.around.index.drop

    async def drop_slowly(shard: int, bucket: datetime, *, written_before: datetime) -> None:
        await clearing.write(late, ago=timedelta(minutes=5))
        await drop(shard, bucket, written_before=written_before)

    clearing.around.index.drop = drop_slowly  # type: ignore[method-assign]

    await clearing.drain.advance(clearing.cursor)

    assert await clearing.rows() == [late]


async def test_the_cursor_waits_until_a_bucket_is_empty() -> None:
    """What was written with a clock that has been put back since is not dropped yet, though it is done."""
    clearing = Clearing(behind=2)
    await clearing.begin(clearing.around.timer(-1), written_ago=timedelta(hours=-1))
    clearing.finish_all()

    assert await clearing.drain.advance(clearing.cursor) == clearing.cursor
    clearing.around.clock.put(hours=2)

    assert await clearing.drain.advance(clearing.cursor) == clearing.cursor + BUCKET
    assert await clearing.rows() == []


async def test_empty_buckets_are_passed_many_at_a_time_up_to_one_that_is_not() -> None:
    clearing = Clearing(behind=100)
    await clearing.begin()
    begin = clearing.cursor
    clearing.agenda.meet(begin + 20 * BUCKET, [clearing.around.timer(-1)], clearing.around.clock.now())

    once = await clearing.drain.advance(begin)
    twice = await clearing.drain.advance(once)

    assert (once, twice) == (begin + AT_A_TIME * BUCKET, begin + 20 * BUCKET)
    assert await clearing.drain.advance(twice) == twice


async def test_whoever_finds_the_cursor_moved_by_another_follows_it() -> None:
    clearing = Clearing(behind=4)
    await clearing.begin(clearing.around.timer(-1))
    clearing.finish_all()
    moved = clearing.cursor + 2 * BUCKET
    await clearing.around.cursors.move(SHARD, old=clearing.cursor, new=moved)

    assert await clearing.drain.advance(clearing.cursor) == moved


async def test_a_cursor_that_was_lost_begins_at_the_oldest_timer_there_is() -> None:
    around = Surroundings()
    now = bucket_of(around.clock.now())
    await around.index.add(SHARD, now - 30 * BUCKET, around.timer(-1))
    await around.index.add(SHARD + 1, now - 60 * BUCKET, around.timer(-1))

    assert await around.cursors.read(SHARD, otherwise=now) == now - 30 * BUCKET
    assert await around.cursors.read(SHARD + 2, otherwise=now) == now
