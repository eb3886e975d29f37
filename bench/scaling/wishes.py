"""Jobs as the gateway accepts them, in equal numbers for each partition, and when something was said of each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from bench.pending import PARTITIONS, shard_of
from shared.cassandra import Cassandra
from shared.events import CancelRequested, Event, JobCancelled, JobScheduled, JobSubmitted
from shared.recipients import Recipient, Recipients
from tests.integration.bus import Bus

PATIENCE = 300.0
AT_A_TIME = 200
SIDE_BY_SIDE = 50


@dataclass(frozen=True)
class Wishes:
    cassandra: Cassandra
    bus: Bus

    async def submit(self, count: int, *, query: str, images: int, due_in: float) -> list[JobSubmitted]:
        """All due at the same moment, in so many seconds."""
        due_at = datetime.now(UTC) + timedelta(seconds=due_in)
        jobs = list[JobSubmitted]()
        for start in range(0, count, SIDE_BY_SIDE):
            some = range(start, min(start + SIDE_BY_SIDE, count))
            jobs += await asyncio.gather(*(self.submit_one(number, query, images, due_at) for number in some))
        return jobs

    async def submit_one(self, number: int, query: str, images: int, due_at: datetime) -> JobSubmitted:
        job_id, now = _id_in(number % PARTITIONS), datetime.now(UTC)
        person = Recipient(f"person.{job_id}@example.com", "UTC")
        await Recipients(self.cassandra).put(job_id, person, due_at=due_at, now=now)
        # Each has words of its own: engines and hosts keep what they were asked.
        job = JobSubmitted(job_id=job_id, query=f"{query} {number}", images=images, due_at=due_at, submitted_at=now)
        await self.bus.publish(job)
        return job

    async def scheduled(self, jobs: Sequence[JobSubmitted]) -> None:
        await self.told_of(jobs, JobScheduled)

    async def cancel(self, jobs: Sequence[JobSubmitted]) -> None:
        """Return when all are."""
        for start in range(0, len(jobs), AT_A_TIME):
            await self.bus.publish(*(CancelRequested(job_id=job.job_id) for job in jobs[start : start + AT_A_TIME]))
        await self.told_of(jobs, JobCancelled)

    async def told_of(self, jobs: Sequence[JobSubmitted], wanted: type[Event], /, **like: object) -> None:
        """Return when an event of that kind, with those fields, has come of each."""
        open_ids = {job.job_id for job in jobs}

        def none_left() -> bool:
            open_ids.difference_update([job_id for job_id in open_ids if self._has(job_id, wanted, like)])
            return not open_ids

        await self.bus.until(none_left, PATIENCE)

    def _has(self, job_id: UUID, wanted: type[Event], like: dict[str, object]) -> bool:
        return bool(self.of(job_id, wanted, **like))

    def of(self, job_id: UUID, wanted: type[Event], /, **like: object) -> list[Event]:
        told = [event for event in self.bus.events(job_id) if isinstance(event, wanted)]
        return [event for event in told if all(getattr(event, name) == value for name, value in like.items())]


def _id_in(partition: int) -> UUID:
    while shard_of(job_id := uuid4()) != partition:
        pass
    return job_id
