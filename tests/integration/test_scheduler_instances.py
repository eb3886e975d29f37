"""Several schedulers side by side on real Kafka and Cassandra: one dies, one sleeps too long and wakes up."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.events import CancelRequested, JobCancelled, JobScheduled, JobStarted, JobSubmitted, SearchDue
from shared.jobs import Jobs, JobState
from shared.topics import JOB_DUE, JOB_LIFECYCLE
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.running import RunningService, start_service

pytestmark = pytest.mark.integration

SESSION_SECONDS = 10
"""As in shared/streams.py: so long a silent instance keeps its partitions."""

TAKE_OVER_SECONDS = SESSION_SECONDS + 10
"""With a machine that is busy with other tests."""


@pytest.fixture
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_DUE, JOB_LIFECYCLE) as bus:
        yield bus


@pytest.fixture
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


@pytest.fixture
async def three(backbone: Backbone, tmp_path: Path) -> AsyncIterator[list[RunningService]]:
    services = [await start_service("scheduler", backbone.environment(), tmp_path) for _ in range(3)]
    try:
        await asyncio.gather(*(service.ready() for service in services))
        yield services
        await asyncio.gather(*(service.stop() for service in services))
    finally:
        await asyncio.gather(*(service.kill() for service in services))


def jobs_due(seconds: Iterable[float]) -> list[JobSubmitted]:
    now = datetime.now(UTC)
    return [
        JobSubmitted(
            job_id=uuid4(), query="red pandas", images=20, due_at=now + timedelta(seconds=due_in), submitted_at=now
        )
        for due_in in seconds
    ]


def released(bus: Bus) -> dict[UUID, float]:
    """First time of each, in seconds since 1970, by the broker's clock."""
    searches = [record for record in bus.records if record.topic == JOB_DUE.name]
    return {UUID(record.key.decode()): record.timestamp / 1000 for record in reversed(searches)}


def owned(service: RunningService) -> set[int]:
    shards: set[int] = set()
    for line in service.lines():
        if line["event"] == "shard_opened":
            shards.add(line["shard"])
        elif line["event"] == "shard_left":
            shards.discard(line["shard"])
    return shards


async def until_owning(*services: RunningService) -> None:
    """Until each of these says that it owns something."""
    async with asyncio.timeout(60):
        while not all(owned(service) for service in services):
            await asyncio.sleep(0.1)


async def until_left(service: RunningService, shards: set[int]) -> None:
    async with asyncio.timeout(60):
        while not shards <= {line["shard"] for line in service.lines() if line["event"] == "shard_left"}:
            await asyncio.sleep(0.1)


async def submit(bus: Bus, jobs: list[JobSubmitted]) -> None:
    await bus.publish(*jobs)
    for job in jobs:
        await bus.event(job.job_id, JobScheduled, patience=60)


async def until_released(bus: Bus, jobs: list[JobSubmitted], patience: float) -> None:
    await bus.until(lambda: {job.job_id for job in jobs} <= released(bus).keys(), patience)


async def test_each_job_is_released_once_whoever_dies_or_oversleeps(
    bus: Bus, cassandra: Cassandra, three: list[RunningService]
) -> None:
    sleeper, victim, _ = three
    await until_owning(*three)
    slept_on = owned(sleeper)
    jobs, moved_on = jobs_due(4 + n / 16 for n in range(64)), jobs_due([12.0] * 16)
    await submit(bus, jobs + moved_on)

    # With half of the jobs out, one dies and one falls asleep; it has all that is due soon in its memory.
    await until_released(bus, jobs[:32], patience=30)
    sleeper.signal(signal.SIGSTOP)
    await victim.kill()
    await bus.publish(*(CancelRequested(job_id=job.job_id) for job in moved_on))
    await until_released(bus, jobs, patience=TAKE_OVER_SECONDS)
    for job in moved_on:
        await bus.event(job.job_id, JobCancelled)

    # It wakes up, with everything it slept through due at once, and learns that others own its shards now.
    sleeper.signal(signal.SIGCONT)
    await until_left(sleeper, slept_on)
    later = jobs_due([1.0] * 16)
    await submit(bus, later)
    await until_released(bus, later, patience=TAKE_OVER_SECONDS)

    for job in jobs + later:
        searches = {event.event_id for event in bus.events(job.job_id) if isinstance(event, SearchDue)}
        starts = {event.event_id for event in bus.events(job.job_id) if isinstance(event, JobStarted)}
        assert (len(searches), len(starts)) == (1, 1), "repeats have the same id"
        assert 0 <= released(bus)[job.job_id] - job.due_at.timestamp() < TAKE_OVER_SECONDS
    for job in moved_on:
        row = await Jobs(cassandra).find(job.job_id)
        assert row is not None
        assert row.state is JobState.CANCELLED
