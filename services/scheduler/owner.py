"""Carries out decisions about the jobs of one shard, in the order that survives a crash at any point.

One conditional write stores the row with its messages and timers; then the messages are published, each delivery
awaited; then the timers are indexed; then the event is acknowledged. Whoever reads a row whose version it has not
itself brought that far does so first: a crash anywhere only repeats the same messages with the same ids.

A row may be read long before it is needed. Reading it then is the same first touch, and deciding on it is no risk:
it is old only if another owner has written it, then the write is not applied, and the row is read again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol
from uuid import UUID

import structlog

from services.scheduler.counting import count
from services.scheduler.decisions import Cause, decide
from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.locks import KeyedLocks
from services.scheduler.remembered import Remembered
from services.scheduler.rules import Rules
from services.scheduler.runs import Evidence, look_again_in
from shared.events import Event, JobSubmitted
from shared.jobs import JobState

log = structlog.get_logger()


class Rows(Protocol):
    async def read(self, job_id: UUID) -> Job | None: ...

    async def write(self, job: Job) -> bool: ...


class Publishing(Protocol):
    async def publish(self, *events: Event) -> None: ...


class Outcome(Enum):
    """What became of a cause: dealt with; a timer that is due and stays armed; or the row is to be read first."""

    DONE = auto()
    STAYS = auto()
    DOUBTFUL = auto()


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
        remembered: Remembered | None = None,
    ) -> None:
        self._rows = rows
        self._publisher = publisher
        self._timers = timers
        self._witness = witness
        self._rules = rules
        self._now = now
        self._completed = (remembered or Remembered()).of_one_owner()
        self._locks = KeyedLocks()
        self._running: set[UUID] = set()

    @property
    def running(self) -> int:
        """How many jobs are, of those it has dealt with."""
        return len(self._running)

    async def on_event(self, event: Event) -> list[Event]:
        """Handle an event to its end. Nothing is left to publish."""
        async with self._locks.hold(event.job_id):
            await self._settle(event.job_id, event)
        return []

    async def on_timer(self, timer: Timer) -> timedelta | None:
        """When it stays armed: after how long to come again with it."""
        async with self._locks.hold(timer.job_id):
            outcome = await self._settle(timer.job_id, timer)
        if outcome is not Outcome.STAYS:
            return None
        return look_again_in(self._completed.get(timer.job_id), self._now(), self._rules)

    async def on_near(self, timer: Timer) -> None:
        """Read the row of a timer that will soon be due, so that its time finds it here."""
        async with self._locks.hold(timer.job_id):
            if self._completed.get(timer.job_id) is None:
                await self._read(timer.job_id, timer)

    async def _settle(self, job_id: UUID, cause: Cause) -> Outcome:
        """Nothing is dropped on the strength of a remembered row: it is read again first.

        A submitted job is taken for a new one: if it is not, its row is not written, and then it is read.
        """
        remembered = self._completed.get(job_id)
        guessed = remembered is not None or isinstance(cause, JobSubmitted)
        if guessed and (outcome := await self._decide(remembered, cause)) is not Outcome.DOUBTFUL:
            return outcome
        while (outcome := await self._decide(await self._read(job_id, cause), cause, certain=True)) is Outcome.DOUBTFUL:
            log.info("row_changed_meanwhile", job_id=str(job_id))
        return outcome

    async def _decide(self, job: Job | None, cause: Cause, *, certain: bool = False) -> Outcome:
        """`certain`: the row has just been read."""
        if isinstance(cause, Timer) and (job is None or cause not in job.armed):
            return Outcome.DONE if certain else Outcome.DOUBTFUL
        evidence = await self._evidence(job, cause)
        after = decide(job, cause, now=self._now(), rules=self._rules, evidence=evidence)
        if after is not None:
            return await self._carry_out(job, after, cause)
        if isinstance(cause, Timer):
            return Outcome.STAYS
        if certain:
            log.info("nothing_follows", state=job.state if job else None, run=job.run if job else None)
        return Outcome.DONE if certain else Outcome.DOUBTFUL

    async def _carry_out(self, before: Job | None, after: Job, cause: Cause) -> Outcome:
        if after is before:
            await self._publisher.publish(*after.outbox)
            return Outcome.DONE
        self._completed.forget(after.job_id)
        if not await self._rows.write(after):
            return Outcome.DOUBTFUL
        count(before, after, cause, self._now())
        self._log(before, after)
        # The timer that has just fired is used up: armed for the very same moment it is another.
        indexed = {timer for timer in (before.armed if before else ()) if timer != cause}
        await self._complete(after, indexed=indexed)
        return Outcome.DONE

    async def _read(self, job_id: UUID, cause: Cause) -> Job | None:
        """A timer that brings us here stands in the index, whatever became of the others."""
        job = await self._rows.read(job_id)
        if job is not None and self._completed.get(job_id) != job:
            await self._complete(job, indexed={cause} if isinstance(cause, Timer) else set())
        return job

    async def _complete(self, job: Job, *, indexed: set[Timer]) -> None:
        """Publish the outbox, then index the timers that are not yet."""
        await self._publisher.publish(*job.outbox)
        for timer in sorted(job.armed - indexed):
            await self._timers.arm(timer)
        self._completed.keep(job)
        (self._running.add if job.state is JobState.RUNNING else self._running.discard)(job.job_id)

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
