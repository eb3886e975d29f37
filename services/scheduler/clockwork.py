"""Fires the timers of one shard at their time.

The wall clock is read again at every tick, so that a step of it or a suspended machine neither fires early nor skips.
Reading ahead and clearing up behind go on beside it: what is due waits for neither.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.scheduler import draining, lookahead
from services.scheduler.agenda import Agenda, Entry
from services.scheduler.buckets import BUCKET, bucket_for, bucket_of
from services.scheduler.draining import CursorStore, Drain
from services.scheduler.firing import Deciding, Firing, Work
from services.scheduler.job import Timer, TimerKind
from services.scheduler.lookahead import LookAhead
from shared.waiting import until_available

log = structlog.get_logger()

TICK = 0.25
"""Seconds between two looks at the clock; every fourth time also at what is to be read ahead or cleared behind."""

NEAR = timedelta(seconds=10)
"""So long before its time a job's row is read."""

STEP = timedelta(seconds=1)
SO_LONG_AFTER = frozenset(TimerKind) - {TimerKind.RELEASE, TimerKind.CLEAN_UP}
"""Timers that mean a length of time; the others mean a time of day, or what is left of a link's life."""


class Index(lookahead.Index, draining.Index, Protocol):
    async def add(self, shard: int, bucket: datetime, timer: Timer) -> None: ...


async def nothing(_: Timer) -> None:
    pass


class Clockwork:
    """`arm` may be called from any task; `run` is the one that fires."""

    def __init__(
        self,
        shard: int,
        *,
        index: Index,
        cursors: CursorStore,
        now: Callable[[], datetime],
        bucket: timedelta = BUCKET,
        tick: float = TICK,
    ) -> None:
        self._shard = shard
        self._index = index
        self._cursors = cursors
        self._now = now
        self._bucket = bucket
        self._tick_seconds = tick
        self._cursor: datetime | None = None
        self._writing: Counter[datetime] = Counter()
        self._agenda = Agenda()
        self._ahead = LookAhead(shard, index=index, agenda=self._agenda, now=now, bucket=bucket)
        self._drain = Drain(
            shard, index=index, cursors=cursors, agenda=self._agenda, may_go=self._may_go, now=now, bucket=bucket
        )
        self._woken = asyncio.Event()
        self._ahead_of_the_loop: timedelta | None = None

    @property
    def overdue(self) -> int:
        return self._agenda.overdue(self._now())

    def ahead(self, kind: TimerKind) -> int:
        return self._agenda.ahead[kind]

    async def open(self) -> None:
        """Read the cursor, and load what is due soon. Before this the owner may not decide anything."""
        now = self._now()
        self._cursor = await until_available(
            lambda: self._cursors.read(self._shard, otherwise=bucket_of(now, self._bucket))
        )
        self._ahead.begin_at(self._cursor)
        await until_available(self._ahead.read_near)

    async def arm(self, timer: Timer) -> None:
        """Index the timer, then have it fire here if it is near; a far one is found when its bucket is loaded."""
        bucket = self._bucket_of(timer)
        await self._write(timer, bucket)
        # Looked at after the write: had the bucket been loaded meanwhile, the loader may have missed the row.
        if self._ahead.covers(bucket):
            self._agenda.arm(bucket, timer, self._now())
            self._woken.set()

    async def run(self, fire: Deciding, gate: Callable[[], Awaitable[None]], prepare: Work = nothing) -> None:
        """Until cancelled.

        `gate` is passed before anything fires: what has arrived is handled first. `prepare` is told of a timer some
        seconds before its time; when that fails, the timer fires all the same.
        """
        async with asyncio.TaskGroup() as tasks:
            firing = Firing(
                self._agenda,
                tasks,
                fire=fire,
                prepare=prepare,
                put_off=self._put_off,
                now=self._now,
                tell=self._woken.set,
            )
            tasks.create_task(self._turn())
            while True:
                await self._rest(firing)
                await self._tick(firing, gate)

    async def _tick(self, firing: Firing, gate: Callable[[], Awaitable[None]]) -> None:
        now = self._now()
        self._notice_a_step_back(now)
        if self._agenda.late or (firing.room and self._agenda.is_due(now)):
            await gate()
            firing.start(now)
        firing.prepare(self._agenda.come_near(self._now() + NEAR))

    async def _rest(self, firing: Firing) -> None:
        """Until something is due and there is room for it; at most a tick."""
        first = self._agenda.next_at
        left = (first - self._now()).total_seconds() if first and firing.room else self._tick_seconds
        try:
            async with asyncio.timeout(min(max(left, 0), self._tick_seconds)):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    def _notice_a_step_back(self, now: datetime) -> None:
        """The loop's own clock is never put back."""
        ahead = timedelta(seconds=now.timestamp() - asyncio.get_running_loop().time())
        if self._ahead_of_the_loop is not None and self._ahead_of_the_loop - ahead > STEP:
            back = self._ahead_of_the_loop - ahead
            log.warning("clock_put_back", shard=self._shard, seconds=back.total_seconds())
            self._agenda.bring_forward(SO_LONG_AFTER, by=back)
        self._ahead_of_the_loop = ahead

    async def _turn(self) -> None:
        while True:
            if not await until_available(self._turn_once):
                await asyncio.sleep(4 * self._tick_seconds)

    async def _turn_once(self) -> bool:
        """Whether there may be more to do at once."""
        assert self._cursor is not None  # noqa: S101 - `open` comes first
        await self._ahead.read_near()
        more = await self._ahead.read_behind()
        before, self._cursor = self._cursor, await self._drain.advance(self._cursor)
        return more or self._cursor > before

    def _may_go(self, bucket: datetime) -> bool:
        return self._ahead.covers(bucket) and not self._writing[bucket]

    async def _put_off(self, entry: Entry, until: datetime) -> None:
        """Into the bucket of now: its own must not wait for it."""
        bucket = self._bucket_of(entry.timer)
        if bucket != entry.bucket:
            await self._write(entry.timer, bucket)
        self._agenda.put_off(entry, bucket, until)

    def _bucket_of(self, timer: Timer) -> datetime:
        assert self._cursor is not None  # noqa: S101 - `open` comes first
        return bucket_for(timer.due_at, now=self._now(), cursor=self._cursor, length=self._bucket)

    async def _write(self, timer: Timer, bucket: datetime) -> None:
        self._writing[bucket] += 1
        try:
            await self._index.add(self._shard, bucket, timer)
        finally:
            self._writing[bucket] -= 1
            if not self._writing[bucket]:
                del self._writing[bucket]
