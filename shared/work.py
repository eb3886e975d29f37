"""Long work, outside the event that asked for it: take a slot, claim the run, beat, work as a task, acknowledge.

Which instance holds a task does not depend on partitions, so a rebalance touches none. What the job has become
is read every second: a run that is no longer wanted stops.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

import structlog

from shared.errors import DependencyAwayError, Reason, RunError
from shared.events import Event, Failure, RunFailed, Stage
from shared.jobs import JobState, JobView
from shared.pulse import Progress, Pulse
from shared.runmetrics import RunMetrics
from shared.tasks import end_tasks, say_failure
from shared.waiting import until_available, waits_for

log = structlog.get_logger()

WATCH_SECONDS = 1.0
HAND_BACK_SECONDS = 5.0


class Claiming(Protocol):
    async def claim(self, job_id: UUID, run: int, stage: Stage, *, attempt: UUID, now: datetime) -> bool: ...


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class Publishing(Protocol):
    async def publish(self, *events: Event) -> None: ...


Work = Callable[[Progress], Awaitable[None]]
"""Raises RunError when the run cannot go on. Is cancelled when the run is no longer wanted or the process stops."""

Afterwards = Callable[[], Awaitable[None]]
"""Called once the work is over for any reason but the process's stop; holds no slot."""


class Workbench:
    """The slots of one stage in one process, and the tasks in them."""

    def __init__(
        self,
        stage: Stage,
        *,
        slots: int,
        claims: Claiming,
        jobs: FindingJobs,
        pulse: Pulse,
        publisher: Publishing,
    ) -> None:
        self._stage = stage
        self._slots = asyncio.Semaphore(slots)
        self._metrics = RunMetrics(stage, slots)
        self._claims = claims
        self._jobs = jobs
        self._pulse = pulse
        self._publisher = publisher
        self._tasks: dict[tuple[UUID, int], asyncio.Task[None]] = {}
        self._beginning: set[asyncio.Future[None]] = set()

    def holds(self, job_id: UUID, run: int) -> bool:
        """Whether a task of this process works that run."""
        return (job_id, run) in self._tasks

    async def start(self, job_id: UUID, run: int, work: Work, afterwards: Afterwards) -> None:
        """Return when the run is claimed and its task has begun, or is somebody else's.

        Waits for a slot first: that is the back-pressure.
        """
        if self.holds(job_id, run):
            return
        with waits_for("slot", here=True):
            await self._slots.acquire()
        # Shielded: a rebalance may cancel the event's handler, but not between the claim and the task it is for.
        beginning = asyncio.ensure_future(self._begin(job_id, run, work, afterwards))
        self._beginning.add(beginning)
        beginning.add_done_callback(self._begun)
        await asyncio.shield(beginning)

    async def stop(self) -> None:
        """Hand every run back, those just claimed included; another worker goes on at once."""
        if self._beginning:
            await asyncio.wait(self._beginning, timeout=HAND_BACK_SECONDS)
        await end_tasks(*self._beginning, *self._tasks.values())

    async def wanted(self, job_id: UUID, run: int) -> bool:
        """Whether the job still waits for this run."""
        return await self._waiting_job(job_id, run) is not None

    async def _waiting_job(self, job_id: UUID, run: int) -> JobView | None:
        job = await until_available(lambda: self._jobs.find(job_id))
        waits = job is not None and job.state is JobState.RUNNING and job.run == run
        return job if waits else None

    async def _begin(self, job_id: UUID, run: int, work: Work, afterwards: Afterwards) -> None:
        """A job that does not wait for this run leaves no claim behind: nobody would delete it."""
        try:
            job = await self._waiting_job(job_id, run)
            won = job is not None and await self._claim(job_id, run)
        except BaseException:
            self._slots.release()
            raise
        if job is None or not won:
            self._slots.release()
            log.info("run_not_begun", stage=self._stage, run=run)
            return
        log.info("run_begun", stage=self._stage, run=run)
        self._metrics.begins(run, job.started_at)
        task = asyncio.create_task(self._live(job_id, run, work, afterwards))
        self._tasks[job_id, run] = task
        task.add_done_callback(lambda _: self._tasks.pop((job_id, run)))
        task.add_done_callback(say_failure)

    def _begun(self, beginning: asyncio.Future[None]) -> None:
        self._beginning.discard(beginning)
        say_failure(beginning)  # whoever waited for it may have been cancelled

    async def _claim(self, job_id: UUID, run: int) -> bool:
        """One attempt, however often Cassandra is asked: a claim whose outcome nobody knew is found to be our own."""
        attempt = uuid4()
        return await until_available(
            lambda: self._claims.claim(job_id, run, self._stage, attempt=attempt, now=datetime.now(UTC))
        )

    async def _live(self, job_id: UUID, run: int, work: Work, afterwards: Afterwards) -> None:
        with structlog.contextvars.bound_contextvars(job_id=str(job_id), run=run, stage=self._stage.value):
            try:
                failed = await self._outcome(job_id, run, work)
            except asyncio.CancelledError:
                await self._hand_back(job_id, run)
                raise
            finally:
                self._slots.release()
            if failed is not None:
                await until_available(lambda: self._publisher.publish(failed))
            try:
                await afterwards()
            except Exception:
                log.exception("afterwards_failed")

    async def _outcome(self, job_id: UUID, run: int, work: Work) -> RunFailed | None:
        """The report of a failed run, or None when it succeeded or nobody wants it any more."""
        with self._metrics.timed() as ending:
            try:
                ending.how = "done" if await self._work_while_wanted(job_id, run, work) else "unwanted"
            except RunError as error:
                ending.failed(error.reason)
                later = error.not_before.isoformat() if error.not_before else None
                log.warning("run_failed", reason=error.reason, retryable=error.retryable, not_before=later)
                return _failed(job_id, run, error)
            except Exception:
                ending.failed(Reason.INTERNAL)
                log.exception("run_failed", reason=Reason.INTERNAL)
                return _failed(job_id, run, RunError(Reason.INTERNAL, retryable=True))
        return None

    async def _work_while_wanted(self, job_id: UUID, run: int, work: Work) -> bool:
        """Whether it was wanted to its end."""
        if not await self.wanted(job_id, run):
            log.info("run_not_wanted")
            return False
        progress = Progress()
        async with self._pulse.beating(job_id, run, progress):
            working = asyncio.ensure_future(work(progress))
            unwanted = asyncio.ensure_future(self._until_unwanted(job_id, run))
            try:
                await asyncio.wait({working, unwanted}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                    return True
                unwanted.result()
                log.info("run_no_longer_wanted")
                return False
            finally:
                await end_tasks(working, unwanted)

    async def _until_unwanted(self, job_id: UUID, run: int) -> None:
        while await self.wanted(job_id, run):
            await asyncio.sleep(WATCH_SECONDS)

    async def _hand_back(self, job_id: UUID, run: int) -> None:
        """Best effort, bounded: without it the watchdog notices within a minute."""
        report = RunFailed(job_id=job_id, run=run, failure=Failure.INTERRUPTED, reason=Reason.INTERRUPTED)
        try:
            async with asyncio.timeout(HAND_BACK_SECONDS):
                await self._publisher.publish(report)
            log.info("run_handed_back")
        except (TimeoutError, DependencyAwayError):
            log.warning("run_not_handed_back")


def _failed(job_id: UUID, run: int, error: RunError) -> RunFailed:
    failure = Failure.RETRYABLE if error.retryable else Failure.FINAL
    return RunFailed(job_id=job_id, run=run, failure=failure, reason=error.reason, not_before=error.not_before)
