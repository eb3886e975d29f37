"""Carries out decisions about the jobs of one shard, in the order that survives a crash at any point.

One conditional write stores the row with its messages and timers; then the messages are published, each delivery
awaited; then the timers are indexed; then the event is acknowledged. Whoever reads a row whose version it has not
itself brought that far does so first: a crash anywhere only repeats the same messages with the same ids.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from services.scheduler.decisions import Cause, decide
from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.locks import KeyedLocks
from services.scheduler.rules import Rules
from services.scheduler.runs import Evidence
from shared.events import Event

log = structlog.get_logger()

REMEMBERED = 20_000


class Rows(Protocol):
    async def read(self, job_id: UUID) -> Job | None: ...

    async def write(self, job: Job) -> bool: ...


class Publishing(Protocol):
    async def publish(self, *events: Event) -> None: ...


class Arming(Protocol):
    async def arm(self, timer: Timer) -> None:
        """Index the timer, and have it fire in this process if its time is near."""


class Witnessing(Protocol):
    async def evidence(self, job: Job) -> Evidence: ...


class JobOwner:
    """Decides one job at a time; different jobs side by side. DependencyAwayError: call again, nothing is lost."""

    def __init__(
        self,
        *,
        rows: Rows,
        publisher: Publishing,
        timers: Arming,
        witness: Witnessing,
        rules: Rules,
        now: Callable[[], datetime],
    ) -> None:
        self._rows = rows
        self._publisher = publisher
        self._timers = timers
        self._witness = witness
        self._rules = rules
        self._now = now
        self._completed: OrderedDict[UUID, Job] = OrderedDict()
        self._locks = KeyedLocks()

    async def on_event(self, event: Event) -> list[Event]:
        """Handle an event to its end. Nothing is left to publish."""
        async with self._locks.hold(event.job_id):
            await self._settle(event.job_id, event)
        return []

    async def on_timer(self, timer: Timer) -> None:
        async with self._locks.hold(timer.job_id):
            await self._settle(timer.job_id, timer)

    async def _settle(self, job_id: UUID, cause: Cause) -> None:
        """Nothing is dropped on the strength of a remembered row: it is read again first."""
        remembered = self._completed.get(job_id)
        if remembered is not None and await self._decide(remembered, cause):
            return
        while not await self._decide(await self._read(job_id), cause, certain=True):
            log.info("row_changed_meanwhile", job_id=str(job_id))

    async def _decide(self, job: Job | None, cause: Cause, *, certain: bool = False) -> bool:
        """True when the cause is dealt with; False when the row must be read (again)."""
        if isinstance(cause, Timer) and (job is None or job.timers.get(cause.kind) != cause.due_at):
            return certain
        evidence = await self._evidence(job, cause)
        after = decide(job, cause, now=self._now(), rules=self._rules, evidence=evidence)
        if after is None:
            return certain
        if after is job:
            await self._publisher.publish(*job.outbox)
            return True
        return await self._store(job, after)

    async def _store(self, before: Job | None, after: Job) -> bool:
        self._completed.pop(after.job_id, None)
        if not await self._rows.write(after):
            return False
        await self._complete(after, armed=before)
        self._log(before, after)
        return True

    async def _read(self, job_id: UUID) -> Job | None:
        job = await self._rows.read(job_id)
        if job is not None and self._completed.get(job_id) != job:
            await self._complete(job, armed=None)
        return job

    async def _complete(self, job: Job, *, armed: Job | None) -> None:
        """Publish the outbox, then index the timers that `armed` did not have yet."""
        await self._publisher.publish(*job.outbox)
        known = armed.timers if armed else {}
        for kind, due_at in job.timers.items():
            if known.get(kind) != due_at:
                await self._timers.arm(Timer(due_at, job.job_id, kind))
        self._completed[job.job_id] = job
        self._completed.move_to_end(job.job_id)
        if len(self._completed) > REMEMBERED:
            self._completed.popitem(last=False)

    async def _evidence(self, job: Job | None, cause: Cause) -> Evidence | None:
        wanted = job is not None and isinstance(cause, Timer) and cause.kind is TimerKind.WATCHDOG
        return await self._witness.evidence(job) if wanted and job is not None else None

    def _log(self, before: Job | None, after: Job) -> None:
        if before is None or before.state is not after.state or before.run != after.run:
            log.info(
                "job_decided",
                job_id=str(after.job_id),
                state=after.state.value,
                run=after.run,
                version=after.version,
                reason=after.reason,
            )
