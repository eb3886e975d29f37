"""The clockwork of one shard on a real timer index, with buckets of a second so that they fill and drain in a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest

from services.scheduler.app import now
from services.scheduler.buckets import bucket_of
from services.scheduler.clockwork import Clockwork
from services.scheduler.job import Timer, TimerKind
from services.scheduler.timers import Cursors, TimerIndex
from shared.cassandra import Cassandra
from shared.errors import DependencyAwayError
from shared.settings import host_ports
from tests.integration.conftest import Backbone

pytestmark = pytest.mark.integration

SECOND = timedelta(seconds=1)
shards = count(1000)


@pytest.fixture
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(host_ports(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


def a_timer(due_in: float) -> Timer:
    return Timer(now() + timedelta(seconds=due_in), uuid4(), TimerKind.RELEASE)


def a_clockwork(cassandra: Cassandra, shard: int) -> Clockwork:
    return Clockwork(shard, index=TimerIndex(cassandra), cursors=Cursors(cassandra), now=now, bucket=SECOND)


class Bell:
    """Writes down what fires and when."""

    def __init__(self) -> None:
        self.rung: list[tuple[Timer, datetime]] = []
        self._rings = asyncio.Condition()

    async def ring(self, timer: Timer) -> None:
        self.rung.append((timer, datetime.now(UTC)))
        async with self._rings:
            self._rings.notify_all()

    async def until(self, rings: int) -> None:
        async with asyncio.timeout(15), self._rings:
            await self._rings.wait_for(lambda: len(self.rung) >= rings)


async def an_open_gate() -> None:
    pass


@asynccontextmanager
async def ticking(clockwork: Clockwork, bell: Bell) -> AsyncIterator[None]:
    await clockwork.open()
    task = asyncio.create_task(clockwork.run(bell.ring, an_open_gate))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_timers_fire_at_their_time_in_their_order(cassandra: Cassandra) -> None:
    bell, clockwork = Bell(), a_clockwork(cassandra, next(shards))

    async with ticking(clockwork, bell):
        timers = [a_timer(due_in) for due_in in (-5, 2.3, 1.0, 1.7)]
        for timer in timers:
            await clockwork.arm(timer)
        await bell.until(4)

    assert [timer for timer, _ in bell.rung] == sorted(timers)
    assert all(timedelta() <= at - timer.due_at < SECOND for timer, at in bell.rung[1:])


async def test_another_owner_fires_what_the_first_left_behind(cassandra: Cassandra) -> None:
    shard, bell = next(shards), Bell()
    first = a_clockwork(cassandra, shard)
    await first.open()
    overdue, soon = a_timer(0.1), a_timer(1.5)
    for timer in (overdue, soon):
        await first.arm(timer)
    await asyncio.sleep(0.3)

    async with ticking(a_clockwork(cassandra, shard), bell):
        await bell.until(2)

    assert [timer for timer, _ in bell.rung] == [overdue, soon]


async def test_a_hiccup_of_the_index_at_take_over_is_waited_for(cassandra: Cassandra) -> None:
    class Hiccuping(TimerIndex):
        hiccups = 2

        async def read(self, shard: int, bucket: datetime) -> list[Timer]:
            if self.hiccups:
                self.hiccups -= 1
                raise DependencyAwayError("cassandra")
            return await super().read(shard, bucket)

    shard, bell = next(shards), Bell()
    clockwork = Clockwork(shard, index=Hiccuping(cassandra), cursors=Cursors(cassandra), now=now, bucket=SECOND)

    async with ticking(clockwork, bell):
        await clockwork.arm(a_timer(0.1))
        await bell.until(1)


async def test_nothing_fires_before_the_gate_is_passed(cassandra: Cassandra) -> None:
    bell, clockwork, gate = Bell(), a_clockwork(cassandra, next(shards)), asyncio.Event()

    async def closed() -> None:
        await gate.wait()

    await clockwork.open()
    task = asyncio.create_task(clockwork.run(bell.ring, closed))
    await clockwork.arm(a_timer(-1))
    await asyncio.sleep(0.6)
    before = len(bell.rung)
    gate.set()
    await bell.until(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert before == 0


async def test_a_bucket_behind_is_dropped_and_the_cursor_moves_past_it(cassandra: Cassandra) -> None:
    shard, bell = next(shards), Bell()
    index, cursors = TimerIndex(cassandra), Cursors(cassandra)
    clockwork = a_clockwork(cassandra, shard)

    async with ticking(clockwork, bell):
        timer = a_timer(0.2)
        await clockwork.arm(timer)
        await bell.until(1)
        async with asyncio.timeout(15):
            while await cursors.read(shard, otherwise=now()) <= bucket_of(timer.due_at, SECOND):
                await asyncio.sleep(0.1)

    assert await index.read(shard, bucket_of(timer.due_at, SECOND)) == []


async def test_a_bucket_is_kept_while_a_timer_of_it_is_not_done(cassandra: Cassandra) -> None:
    shard = next(shards)
    clockwork, stuck = a_clockwork(cassandra, shard), asyncio.Event()

    async def never(_timer: Timer) -> None:
        await stuck.wait()

    await clockwork.open()
    timer = a_timer(0.3)
    task = asyncio.create_task(clockwork.run(never, an_open_gate))
    await clockwork.arm(timer)
    await asyncio.sleep(3.5)
    kept = await TimerIndex(cassandra).read(shard, bucket_of(timer.due_at, SECOND))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert kept == [timer]


async def test_a_row_written_after_a_bucket_was_read_survives_its_drop(cassandra: Cassandra) -> None:
    shard, index, timer = next(shards), TimerIndex(cassandra), a_timer(0)
    bucket = bucket_of(timer.due_at, SECOND)
    read_at = now()
    await asyncio.sleep(0.01)
    await index.add(shard, bucket, timer)

    await index.drop(shard, bucket, written_before=read_at)

    assert await index.read(shard, bucket) == [timer]
    await index.drop(shard, bucket, written_before=now() + SECOND)
    assert await index.read(shard, bucket) == []
