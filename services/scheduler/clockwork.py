"""Fires the timers of one shard at their time: a heap of what is near, filled from the index, drained behind.

The wall clock is read again at every tick, so that a step of it or a suspended machine neither fires early nor skips.
"""

import asyncio
import heapq
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.scheduler.buckets import BUCKET, bucket_for, bucket_of, may_drain
from services.scheduler.job import Timer
from shared.errors import DependencyAwayError
from shared.waiting import until_available

log = structlog.get_logger()

TICK = 0.25
"""Seconds after which the wall clock is read again, at the latest."""

LOOK_AHEAD = timedelta(minutes=5)
AFTER_A_BUG = 30.0
AT_ONCE = 100
"""Timers of one shard that are worked on side by side: after an outage the overdue ones do not all start at once."""


class Index(Protocol):
    async def add(self, shard: int, bucket: datetime, timer: Timer) -> None: ...

    async def read(self, shard: int, bucket: datetime) -> list[Timer]: ...

    async def drop(self, shard: int, bucket: datetime, *, written_before: datetime) -> None: ...


class CursorStore(Protocol):
    async def read(self, shard: int, *, otherwise: datetime) -> datetime: ...

    async def move(self, shard: int, *, old: datetime, new: datetime) -> bool: ...


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
        self._tick = tick
        self._cursor: datetime | None = None
        self._loaded_until: datetime | None = None
        self._heap: list[Timer] = []
        self._open: defaultdict[datetime, set[Timer]] = defaultdict(set)
        self._done: defaultdict[datetime, set[Timer]] = defaultdict(set)
        self._writing: Counter[datetime] = Counter()
        self._woken = asyncio.Event()
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def open(self) -> None:
        """Read the cursor, and load what is due soon. Before this the owner may not decide anything."""
        now = self._now()
        self._cursor = await until_available(
            lambda: self._cursors.read(self._shard, otherwise=bucket_of(now, self._bucket))
        )
        self._loaded_until = self._cursor
        await until_available(self._load)

    async def arm(self, timer: Timer) -> None:
        """Index the timer, then have it fire here if it is near; a far one is found when its bucket is loaded."""
        assert self._cursor is not None  # noqa: S101 - `open` comes first
        bucket = bucket_for(timer.due_at, now=self._now(), cursor=self._cursor, length=self._bucket)
        self._writing[bucket] += 1
        try:
            await self._index.add(self._shard, bucket, timer)
        finally:
            self._writing[bucket] -= 1
        # Looked at after the write: had the bucket been loaded meanwhile, the loader may have missed the row.
        if self._loaded_until is not None and bucket < self._loaded_until:
            self._meet(bucket, [timer])

    async def run(self, fire: Callable[[Timer], Awaitable[None]], gate: Callable[[], Awaitable[None]]) -> None:
        """Until cancelled. `gate` is passed before anything fires: what has arrived is handled first."""
        firing: set[asyncio.Task[None]] = set()
        try:
            while True:
                due = self._take_due()
                if due:
                    await gate()
                for timer in due:
                    await self._at_once.acquire()
                    task = asyncio.create_task(self._fire(timer, fire))
                    firing.add(task)
                    task.add_done_callback(firing.discard)
                await self._turn_over()
                await self._sleep()
        finally:
            for task in firing:
                task.cancel()
            await asyncio.gather(*firing, return_exceptions=True)

    async def _fire(self, timer: Timer, fire: Callable[[Timer], Awaitable[None]]) -> None:
        try:
            await until_available(lambda: fire(timer))
        except Exception:
            # A bug of ours must not end a job's life unnoticed: the timer stays open and comes again.
            log.exception("timer_failed", job_id=str(timer.job_id), kind=timer.kind)
            asyncio.get_running_loop().call_later(AFTER_A_BUG, self._push, timer)
            return
        finally:
            self._at_once.release()
        for bucket in [bucket for bucket, timers in self._open.items() if timer in timers]:
            self._open[bucket].discard(timer)
            self._done[bucket].add(timer)

    def _take_due(self) -> list[Timer]:
        now = self._now()
        due = []
        while self._heap and self._heap[0].due_at <= now:
            due.append(heapq.heappop(self._heap))
        return due

    async def _sleep(self) -> None:
        now = self._now()
        first = (self._heap[0].due_at - now).total_seconds() if self._heap else self._tick
        try:
            async with asyncio.timeout(min(max(first, 0), self._tick)):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    def _push(self, timer: Timer) -> None:
        heapq.heappush(self._heap, timer)
        self._woken.set()

    async def _turn_over(self) -> None:
        """Load the next bucket ahead, drain the first one behind; both may wait for the next tick."""
        try:
            await self._load()
            await self._drain()
        except DependencyAwayError as away:
            log.warning("index_not_turned", shard=self._shard, dependency=away.dependency)

    async def _load(self) -> None:
        horizon = self._now() + LOOK_AHEAD
        while self._loaded_until is not None and self._loaded_until <= horizon:
            bucket = self._loaded_until
            # Raised first: what is armed while the bucket is read goes to the heap by itself.
            self._loaded_until = bucket + self._bucket
            try:
                timers = await self._index.read(self._shard, bucket)
            except BaseException:
                self._loaded_until = bucket
                raise
            self._meet(bucket, timers)

    def _meet(self, bucket: datetime, timers: list[Timer]) -> bool:
        """Take in the rows of a bucket that are new here; False when there are none."""
        unseen = [timer for timer in timers if timer not in self._open[bucket] and timer not in self._done[bucket]]
        for timer in unseen:
            self._open[bucket].add(timer)
            self._push(timer)
        return bool(unseen)

    async def _drain(self) -> None:
        cursor = self._cursor
        if cursor is None or not may_drain(cursor, now=self._now(), length=self._bucket):
            return
        if self._open[cursor] or self._writing[cursor]:
            return
        before_reading = self._now()
        if self._meet(cursor, await self._index.read(self._shard, cursor)):
            return
        await self._index.drop(self._shard, cursor, written_before=before_reading)
        if self._meet(cursor, await self._index.read(self._shard, cursor)):
            return
        following = cursor + self._bucket
        if await self._cursors.move(self._shard, old=cursor, new=following):
            self._cursor = following
            for books in (self._open, self._done, self._writing):
                books.pop(cursor, None)
            return
        self._cursor = await self._cursors.read(self._shard, otherwise=following)
