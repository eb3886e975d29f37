"""Works on the timers that are due: so many side by side, and of the overdue only so many in a second."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter as CounterMetric

from services.scheduler.agenda import Agenda, Entry
from services.scheduler.job import Timer, TimerKind
from services.scheduler.pace import Pace
from shared.waiting import until_available

log = structlog.get_logger()

AT_ONCE = 100
LATE_AT_ONCE = 20
LATE_PER_SECOND = 20.0
"""Of one shard: a backlog takes a part of the strength and leaves the rest to what is due now."""

READ_AT_ONCE = 16
AFTER_A_BUG = timedelta(seconds=30)
LONGEST_AFTER_A_BUG = timedelta(hours=1)

FAILURES = CounterMetric("aid_timer_failures_total", "Timers whose job could not be decided on", ["kind"])
for _kind in TimerKind:
    FAILURES.labels(_kind.value)

Work = Callable[[Timer], Awaitable[None]]

Deciding = Callable[[Timer], Awaitable[timedelta | None]]
"""After how long the timer is to fire again, because it stays armed; None when it is done with."""

Putting = Callable[[Entry, datetime], Awaitable[None]]
"""Have it fire again at that moment."""


class Firing:
    """`fire` decides on a timer's job, `prepare` reads what it will need. `tell` is called when there is room again."""

    def __init__(
        self,
        agenda: Agenda,
        tasks: asyncio.TaskGroup,
        *,
        fire: Deciding,
        prepare: Work,
        put_off: Putting,
        now: Callable[[], datetime],
        tell: Callable[[], None],
    ) -> None:
        self._agenda = agenda
        self._tasks = tasks
        self._fire = fire
        self._prepare = prepare
        self._put_off = put_off
        self._now = now
        self._tell = tell
        self._on_time: set[asyncio.Task[None]] = set()
        self._late: set[asyncio.Task[None]] = set()
        self._pace = Pace(LATE_PER_SECOND)
        self._reading = asyncio.Semaphore(READ_AT_ONCE)
        self._failures: Counter[Timer] = Counter()

    @property
    def room(self) -> int:
        """For how many more that are due now."""
        return AT_ONCE - len(self._on_time)

    def start(self, now: datetime) -> None:
        """The overdue at their pace, oldest first, and all that was due at `now`, as far as there is room."""
        waiting = min(self._agenda.late, LATE_AT_ONCE - len(self._late))
        for entry in self._agenda.take_late(self._pace.take(waiting, asyncio.get_running_loop().time())):
            self._begin(entry, self._late)
        for entry in self._agenda.take_due(now, self.room):
            self._begin(entry, self._on_time)

    def prepare(self, timers: Iterable[Timer]) -> None:
        for timer in timers:
            self._tasks.create_task(self._read_ahead(timer))

    def _begin(self, entry: Entry, lane: set[asyncio.Task[None]]) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            lane.discard(task)
            self._tell()

        task = self._tasks.create_task(self._work_on(entry))
        lane.add(task)
        task.add_done_callback(ended)

    async def _work_on(self, entry: Entry) -> None:
        again = await self._decide(entry.timer)
        if again is None:
            self._agenda.done(entry)
        else:
            until = self._now() + again
            await until_available(lambda: self._put_off(entry, until))

    async def _decide(self, timer: Timer) -> timedelta | None:
        try:
            again = await until_available(lambda: self._fire(timer))
        except Exception:
            # A bug of ours, or a row nobody can read, must not end a job's life unnoticed, nor stop the others.
            log.exception("timer_failed", job_id=str(timer.job_id), kind=timer.kind)
            FAILURES.labels(timer.kind).inc()
            return self._pause_after_a_bug(timer)
        self._failures.pop(timer, None)
        return again

    def _pause_after_a_bug(self, timer: Timer) -> timedelta:
        self._failures[timer] += 1
        pause = AFTER_A_BUG * 2.0 ** min(self._failures[timer] - 1, 10)
        return min(pause, LONGEST_AFTER_A_BUG) * random.uniform(0.5, 1)

    async def _read_ahead(self, timer: Timer) -> None:
        async with self._reading:
            try:
                await self._prepare(timer)
            except Exception as error:  # noqa: BLE001 - it is read when it fires, and what is wrong is dealt with there
                log.info("not_read_ahead", job_id=str(timer.job_id), cause=type(error).__name__)
