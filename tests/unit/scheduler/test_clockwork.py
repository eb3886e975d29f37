"""The clockwork of one shard on tables in memory, with a clock that is put back and on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from services.scheduler.buckets import BUCKET, bucket_of
from services.scheduler.clockwork import Clockwork, nothing
from services.scheduler.firing import Deciding, Work
from services.scheduler.job import Timer, TimerKind
from shared.errors import DependencyAwayError
from tests.unit.scheduler.surroundings import Surroundings

SHARD = 5
TICK = 0.01
A_WHILE = 0.15
"""Seconds in which a clockwork looks at its clock many times."""


class Bell:
    """Writes down what fires, in that order."""

    def __init__(self) -> None:
        self.rung: list[Timer] = []
        self._rings = asyncio.Condition()

    async def ring(self, timer: Timer) -> None:
        self.rung.append(timer)
        async with self._rings:
            self._rings.notify_all()

    async def until(self, rings: int) -> None:
        async with asyncio.timeout(20), self._rings:
            await self._rings.wait_for(lambda: len(self.rung) >= rings)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


@pytest.fixture
def bell() -> Bell:
    return Bell()


async def an_open_gate() -> None:
    pass


@asynccontextmanager
async def ticking(
    around: Surroundings, fire: Deciding, *, prepare: Work = nothing, gate: Callable[[], Awaitable[None]] = an_open_gate
) -> AsyncIterator[Clockwork]:
    clockwork = Clockwork(SHARD, index=around.index, cursors=around.cursors, now=around.clock.now, tick=TICK)
    await clockwork.open()
    task = asyncio.create_task(clockwork.run(fire, gate, prepare))
    try:
        yield clockwork
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def arm(clockwork: Clockwork, *timers: Timer) -> None:
    for timer in timers:
        await clockwork.arm(timer)


async def test_timers_fire_at_their_time_in_their_order(around: Surroundings, bell: Bell) -> None:
    timers = [around.timer(due_in) for due_in in (0.3, 0.1, -5, 0.2)]

    async with ticking(around, bell.ring) as clockwork:
        await arm(clockwork, *timers)
        await bell.until(4)
        late = around.clock.now() - max(timers).due_at

    assert bell.rung == sorted(timers)
    assert timedelta() <= late < timedelta(seconds=2)


async def test_what_is_due_does_not_wait_for_an_index_that_is_slow(around: Surroundings, bell: Bell) -> None:
    await around.cursors.read(SHARD, otherwise=bucket_of(around.clock.now()) - 50 * BUCKET)
    stuck = asyncio.Event()
    read = around.index.read

    async def read_slowly(shard: int, bucket: datetime) -> list[Timer]:
        await stuck.wait()
        return await read(shard, bucket)

    async with ticking(around, bell.ring) as clockwork:
        around.index.read = read_slowly  # type: ignore[method-assign]
        await asyncio.sleep(A_WHILE)
        await arm(clockwork, around.timer(0.1))
        await bell.until(1)

    assert not stuck.is_set()


async def test_a_clock_put_on_by_an_hour_fires_all_it_has_passed_once_and_nothing_else(
    around: Surroundings, bell: Bell
) -> None:
    passed = [around.timer(60 * minute) for minute in (1, 10, 30, 59)]
    ahead = [around.timer(60 * minute) for minute in (61, 90)]

    async with ticking(around, bell.ring) as clockwork:
        await arm(clockwork, *passed, *ahead)
        around.clock.put(hours=1)
        await bell.until(4)
        await asyncio.sleep(A_WHILE)

    assert sorted(bell.rung) == passed


async def test_a_clock_put_back_by_an_hour_fires_nothing_again_and_nothing_early(
    around: Surroundings, bell: Bell
) -> None:
    done, ahead = around.timer(-1), around.timer(0.4)

    async with ticking(around, bell.ring) as clockwork:
        await arm(clockwork, done, ahead)
        await bell.until(1)
        around.clock.put(hours=-1)
        soon = around.timer(0.1)
        await arm(clockwork, soon)
        await asyncio.sleep(0.4)
        early = list(bell.rung)
        around.clock.put(hours=1)
        await bell.until(3)

    assert early == [done, soon]
    assert bell.rung == [done, soon, ahead]


async def test_who_waits_for_a_length_of_time_waits_no_longer_when_the_clock_is_put_back(
    around: Surroundings, bell: Bell
) -> None:
    watchdog = around.timer(0.5, kind=TimerKind.WATCHDOG)

    async with ticking(around, bell.ring) as clockwork:
        await arm(clockwork, watchdog)
        await asyncio.sleep(A_WHILE)
        around.clock.put(hours=-1)
        await bell.until(1)


async def test_what_was_armed_before_the_clock_was_put_back_is_found_by_the_next_owner(
    around: Surroundings, bell: Bell
) -> None:
    """The index has been cleared up to a bucket that now lies in the future."""
    ahead_of_us = bucket_of(around.clock.now()) + 4 * BUCKET
    await around.cursors.read(SHARD, otherwise=ahead_of_us)
    async with ticking(around, nothing) as clockwork:
        await arm(clockwork, around.timer(0.3))

    async with ticking(around, bell.ring):
        await bell.until(1)


async def test_an_hour_of_sleep_is_made_up_for_oldest_first_and_what_is_due_now_does_not_wait_for_it(
    around: Surroundings, bell: Bell
) -> None:
    overdue = [around.timer(-60 * minute) for minute in range(2, 302)]
    async with ticking(around, nothing, gate=asyncio.Event().wait) as clockwork:  # type: ignore[arg-type]
        await arm(clockwork, *overdue)

    async with ticking(around, bell.ring) as clockwork:
        fresh = [around.timer(0.2) for _ in range(5)]
        await arm(clockwork, *fresh)
        await bell.until(20)
        while set(fresh) - set(bell.rung):
            await asyncio.sleep(TICK)
        worked_off = [timer for timer in bell.rung if timer not in fresh]
        late = around.clock.now() - fresh[0].due_at

    assert late < timedelta(seconds=2)
    assert worked_off == sorted(overdue)[: len(worked_off)]
    assert len(worked_off) < 100


async def test_a_job_nobody_can_decide_on_stops_no_other_and_comes_again(around: Surroundings, bell: Bell) -> None:
    poison, sound = [around.timer(-1) for _ in range(3)], around.timer(0.1)

    async def ring(timer: Timer) -> None:
        await bell.ring(timer)
        if timer in poison:
            raise ValueError("unreadable")

    with capture_logs() as logs:
        async with ticking(around, ring) as clockwork:
            await arm(clockwork, *poison, sound)
            await bell.until(4)
            await asyncio.sleep(A_WHILE)
            before = list(bell.rung)
            around.clock.put(hours=1 / 100)
            await bell.until(7)

    assert (before[:3], before[3:]) == (poison, [sound]), "and not at once again"
    assert sorted(bell.rung[4:]) == sorted(poison)
    assert [line["event"] for line in logs].count("timer_failed") == 6


async def test_the_bucket_of_a_job_nobody_can_decide_on_goes_and_its_timer_stays(around: Surroundings) -> None:
    poison = around.timer(-1)
    first = bucket_of(poison.due_at)

    async def fail(_: Timer) -> None:
        raise ValueError("unreadable")

    with capture_logs():
        async with ticking(around, fail) as clockwork:
            await arm(clockwork, poison)
            around.clock.put(hours=2)
            async with asyncio.timeout(20):
                while await around.cursors.read(SHARD, otherwise=first) <= first:
                    await asyncio.sleep(TICK)
            left = await around.index.read(SHARD, first)
            stays = await around.index.read(SHARD, bucket_of(around.clock.now()))

    assert (left, stays) == ([], [poison])


async def test_a_timer_that_stays_armed_comes_again_when_it_was_said_to(around: Surroundings, bell: Bell) -> None:
    """Also to the next owner, who may find it in two buckets, and however many buckets go by meanwhile."""

    async def ring(timer: Timer) -> timedelta:
        await bell.ring(timer)
        return timedelta(minutes=1)

    watchdog = around.timer(-1)
    async with ticking(around, ring) as clockwork:
        await arm(clockwork, watchdog)
        for rings in (1, 2, 3):
            await bell.until(rings)
            await asyncio.sleep(A_WHILE)
            assert len(bell.rung) == rings
            around.clock.put(hours=1)
        await bell.until(4)
    async with ticking(around, ring):
        await bell.until(5)

    assert set(bell.rung) == {watchdog}


async def test_a_timer_armed_anew_while_it_is_worked_on_fires_again(around: Surroundings, bell: Bell) -> None:
    timer = around.timer(-1)

    async def ring(timer: Timer) -> None:
        await bell.ring(timer)
        if len(bell.rung) == 1:
            await clockwork.arm(timer)

    async with ticking(around, ring) as clockwork:
        await arm(clockwork, timer)
        await bell.until(2)


async def test_rows_are_read_ahead_and_a_failure_there_harms_nothing(around: Surroundings, bell: Bell) -> None:
    prepared: list[Timer] = []

    async def prepare(timer: Timer) -> None:
        prepared.append(timer)
        raise DependencyAwayError("cassandra")

    soon, later = around.timer(0.5), around.timer(60)
    async with ticking(around, bell.ring, prepare=prepare) as clockwork:
        await arm(clockwork, soon, later)
        await asyncio.sleep(A_WHILE)
        ahead = list(prepared)
        await bell.until(1)

    assert (ahead, bell.rung) == ([soon], [soon])


async def test_a_dependency_that_is_away_is_waited_for(around: Surroundings, bell: Bell) -> None:
    away = 2

    async def ring(timer: Timer) -> None:
        nonlocal away
        away -= 1
        if away >= 0:
            raise DependencyAwayError("kafka")
        await bell.ring(timer)

    async with ticking(around, ring) as clockwork:
        await arm(clockwork, around.timer(0))
        await bell.until(1)


async def test_nothing_fires_before_the_gate_is_passed(around: Surroundings, bell: Bell) -> None:
    gate = asyncio.Event()

    async def closed() -> None:
        await gate.wait()

    async with ticking(around, bell.ring, gate=closed) as clockwork:
        await arm(clockwork, around.timer(-1))
        await asyncio.sleep(A_WHILE)
        before = list(bell.rung)
        gate.set()
        await bell.until(1)

    assert before == []


async def test_a_hiccup_of_the_index_at_take_over_is_waited_for(around: Surroundings, bell: Bell) -> None:
    around.line.lost = 3

    async with ticking(around, bell.ring) as clockwork:
        await arm(clockwork, around.timer(0.1))
        await bell.until(1)
