"""The signs of life of a task: its heartbeat for the scheduler, its counts for whoever watches."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import structlog

from shared.claims import Counts
from shared.errors import DependencyAwayError
from shared.events import Event, JobProgressed, Stage
from shared.tasks import end_tasks

log = structlog.get_logger()

BEAT_SECONDS = 2.0
TELL_SECONDS = 1.0


class Beating(Protocol):
    async def beat(self, job_id: UUID, run: int, stage: Stage, counts: Counts, *, now: datetime) -> None: ...


class Publishing(Protocol):
    async def publish(self, *events: Event) -> None: ...


class Progress:
    """The counts of one task, written by the work and read by its pulse."""

    def __init__(self) -> None:
        self.counts = Counts()


class Pulse:
    """`beating` around a task shows that it lives, until the block ends."""

    def __init__(self, stage: Stage, heartbeats: Beating, publisher: Publishing) -> None:
        self._stage = stage
        self._heartbeats = heartbeats
        self._publisher = publisher

    @asynccontextmanager
    async def beating(self, job_id: UUID, run: int, progress: Progress) -> AsyncIterator[None]:
        beat = asyncio.ensure_future(self._beat(job_id, run, progress))
        tell = asyncio.ensure_future(self._tell(job_id, run, progress))
        try:
            yield
        finally:
            await end_tasks(beat, tell)

    async def _beat(self, job_id: UUID, run: int, progress: Progress) -> None:
        while True:
            try:
                # One that hangs must not hold back the next: the scheduler may be answered already.
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._heartbeats.beat(job_id, run, self._stage, progress.counts, now=datetime.now(UTC))
            except TimeoutError:
                log.warning("heartbeat_missed", dependency="cassandra")
            except DependencyAwayError as away:
                log.warning("heartbeat_missed", dependency=away.dependency)
            except Exception:
                # Were it to stop, a living run would be taken for a dead one.
                log.exception("heartbeat_failed")
            await asyncio.sleep(BEAT_SECONDS)

    async def _tell(self, job_id: UUID, run: int, progress: Progress) -> None:
        """Progress may be dropped: it is never repeated, and nothing is decided on it."""
        told, sequence = Counts(), 0
        while True:
            await asyncio.sleep(TELL_SECONDS)
            if progress.counts == told:
                continue
            told, sequence = progress.counts, sequence + 1
            try:
                with suppress(DependencyAwayError):
                    await self._publisher.publish(self._progressed(job_id, run, sequence, told))
            except Exception:
                log.exception("progress_untold")

    def _progressed(self, job_id: UUID, run: int, sequence: int, counts: Counts) -> JobProgressed:
        return JobProgressed(
            job_id=job_id,
            run=run,
            sequence=sequence,
            stage=self._stage,
            found=counts.found,
            kept=counts.kept,
            refused=counts.refused,
            at=datetime.now(UTC),
        )
