"""Jobs due at any moment, to the millisecond: accepted as the gateway does it, which knows minutes only."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.events import JobSubmitted
from shared.jobs import Jobs, JobView
from shared.kafkaaccess import KafkaAccess
from shared.publisher import Publisher
from shared.recipients import Recipient, Recipients
from tests.faults.people import People
from tests.faults.scene import Accepted
from tests.faults.system import KEYSPACE


@dataclass(frozen=True)
class Timetable:
    people: People
    cassandra: Cassandra
    publisher: Publisher

    async def put(self, *due: datetime, images: int = 5) -> list[Accepted]:
        """A job for each moment."""
        return [await self._put(due_at, images) for due_at in due]

    async def rows(self, jobs: Sequence[Accepted]) -> list[JobView]:
        """Those that are there by now."""
        found = [await Jobs(self.cassandra).find(job.job_id) for job in jobs]
        return [row for row in found if row is not None]

    async def _put(self, due_at: datetime, images: int) -> Accepted:
        rng, system = self.people.rng, self.people.system
        job_id, address = UUID(int=rng.getrandbits(128), version=4), f"{rng.getrandbits(64):016x}@example.com"
        now = datetime.now(UTC)
        await Recipients(self.cassandra).put(job_id, Recipient(address, "UTC"), due_at=due_at, now=now)
        await self.publisher.publish_patiently(
            JobSubmitted(job_id=job_id, query="red pandas", images=images, due_at=due_at, submitted_at=now)
        )
        job = Accepted(job_id, images, address)
        self.people.accepted.append(job)
        self.people.pages[address] = f"/api/v1/jobs/{system.links.status_token(job_id)}"
        return job


@asynccontextmanager
async def a_timetable(people: People) -> AsyncIterator[Timetable]:
    cassandra = await Cassandra.connect(CassandraAccess(people.system.cassandra_hosts), KEYSPACE)
    publisher = await Publisher.connect(KafkaAccess(people.system.kafka_url), source="gateway")
    try:
        yield Timetable(people, cassandra, publisher)
    finally:
        await publisher.close()
        await cassandra.close()


def moments(begin: datetime, count: int, *, over: float) -> list[datetime]:
    """Spread evenly over so many seconds."""
    return [begin + timedelta(seconds=over * place / count) for place in range(count)]
