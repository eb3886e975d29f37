"""The timer index and its cursors on a real Cassandra, and a clockwork that works on them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest

from services.scheduler.app import now
from services.scheduler.buckets import bucket_of
from services.scheduler.clockwork import Clockwork
from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.runs import Evidence
from services.scheduler.timers import Cursors, TimerIndex
from services.scheduler.witness import Witness
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.claims import Claims, Counts, Heartbeats
from shared.events import Stage
from shared.jobs import JobState
from shared.searches import Search, Searches
from tests.integration.conftest import Backbone

pytestmark = pytest.mark.integration

SECOND = timedelta(seconds=1)
shards = count(1000)


@pytest.fixture
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


def a_timer(due_in: float, kind: str = TimerKind.RELEASE) -> Timer:
    return Timer(now() + timedelta(seconds=due_in), uuid4(), kind)


async def test_timers_come_back_in_their_order_also_of_a_kind_we_do_not_know(cassandra: Cassandra) -> None:
    shard, index, bucket = next(shards), TimerIndex(cassandra), bucket_of(now())
    timers = [a_timer(3), a_timer(1, "of_another_release"), a_timer(2)]

    for timer in timers:
        await index.add(shard, bucket, timer)

    assert await index.read(shard, bucket) == sorted(timers)


async def test_a_row_written_after_a_bucket_was_read_survives_its_drop(cassandra: Cassandra) -> None:
    shard, index, timer = next(shards), TimerIndex(cassandra), a_timer(0)
    bucket = bucket_of(timer.due_at)
    read_at = now()
    await asyncio.sleep(0.01)
    await index.add(shard, bucket, timer)

    await index.drop(shard, bucket, written_before=read_at)

    assert await index.read(shard, bucket) == [timer]
    await index.drop(shard, bucket, written_before=now() + SECOND)
    assert await index.read(shard, bucket) == []


async def test_a_cursor_is_moved_only_by_who_knows_where_it_is(cassandra: Cassandra) -> None:
    shard, cursors, first = next(shards), Cursors(cassandra), bucket_of(now())

    assert await cursors.read(shard, otherwise=first) == first
    assert await cursors.move(shard, old=first, new=first + SECOND)
    assert not await cursors.move(shard, old=first, new=first + 2 * SECOND)
    assert await cursors.read(shard, otherwise=first) == first + SECOND


async def test_a_cursor_that_was_lost_begins_at_the_oldest_timer_of_its_shard(cassandra: Cassandra) -> None:
    shard, index, today = next(shards), TimerIndex(cassandra), bucket_of(now())
    for days in (3, 5):
        await index.add(shard, today - timedelta(days=days), a_timer(0))
    await index.add(next(shards), today - timedelta(days=9), a_timer(0))

    assert await Cursors(cassandra).read(shard, otherwise=today) == today - timedelta(days=5)


async def test_a_clockwork_fires_drops_what_is_done_and_moves_its_cursor(cassandra: Cassandra) -> None:
    """With buckets of a second, so that one fills and goes in a test."""
    shard, index, cursors = next(shards), TimerIndex(cassandra), Cursors(cassandra)
    timer, fired = a_timer(0.2), asyncio.Event()
    bucket = bucket_of(timer.due_at, SECOND)
    clockwork = Clockwork(shard, index=index, cursors=cursors, now=now, bucket=SECOND)

    async def fire(_: Timer) -> None:
        fired.set()

    async def an_open_gate() -> None:
        pass

    await clockwork.open()
    task = asyncio.create_task(clockwork.run(fire, an_open_gate))
    await clockwork.arm(timer)
    async with asyncio.timeout(30):
        await fired.wait()
        while await cursors.read(shard, otherwise=now()) <= bucket:
            await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert await index.read(shard, bucket) == []


async def test_the_watchdog_sees_the_stage_in_question(cassandra: Cassandra) -> None:
    """Search until that is finished, then pack; a claim is a sign of life until the first heartbeat."""
    job = Job(job_id=uuid4(), state=JobState.RUNNING, version=2, run=1)
    witness, claims, claimed, beaten = Witness(cassandra), Claims(cassandra), now(), now() + SECOND

    seen = [await witness.evidence(job)]
    await claims.claim(job.job_id, 1, Stage.SEARCH, attempt=uuid4(), now=claimed)
    seen.append(await witness.evidence(job))
    await Heartbeats(cassandra).beat(job.job_id, 1, Stage.SEARCH, Counts(), now=beaten)
    seen.append(await witness.evidence(job))
    await Searches(cassandra).finish(job.job_id, Search(finished=True, found=3))
    seen.append(await witness.evidence(job))

    nobody = Evidence(claimed=False, last_sign=None)
    assert seen == [nobody, Evidence(True, claimed), Evidence(True, beaten), nobody]
