"""Clears the index behind: drops the buckets whose timers are all done and moves the cursor past them.

A bucket goes as a whole, at the time of a reading in which every row was done: a row that comes later survives.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from services.scheduler.agenda import Agenda
from services.scheduler.buckets import may_drain
from services.scheduler.job import Timer

AT_A_TIME = 16
"""Buckets in which nothing was found that are looked at once more, and passed, together."""


class Index(Protocol):
    async def read(self, shard: int, bucket: datetime) -> list[Timer]: ...

    async def drop(self, shard: int, bucket: datetime, *, written_before: datetime) -> None: ...


class CursorStore(Protocol):
    async def read(self, shard: int, *, otherwise: datetime) -> datetime: ...

    async def move(self, shard: int, *, old: datetime, new: datetime) -> bool: ...


class Drain:
    """`may_go` says of a bucket that it has been read and nobody writes to it. DependencyAwayError: call again."""

    def __init__(
        self,
        shard: int,
        *,
        index: Index,
        cursors: CursorStore,
        agenda: Agenda,
        may_go: Callable[[datetime], bool],
        now: Callable[[], datetime],
        bucket: timedelta,
    ) -> None:
        self._shard = shard
        self._index = index
        self._cursors = cursors
        self._agenda = agenda
        self._may_go = may_go
        self._now = now
        self._bucket = bucket

    async def advance(self, cursor: datetime) -> datetime:
        """Where the cursor is now: further on, or where it was when nothing can go yet."""
        buckets = self._can_go(cursor)
        if not buckets:
            return cursor
        read_at = self._now()
        rows = await asyncio.gather(*(self._index.read(self._shard, bucket) for bucket in buckets))
        empty = next((place for place, found in enumerate(rows) if found), len(rows))
        if empty:
            return await self._move(cursor, cursor + empty * self._bucket)
        return await self._drop(cursor, rows[0], read_at)

    def _can_go(self, cursor: datetime) -> list[datetime]:
        """From the cursor on: one in which something was met, or as many as were found empty."""
        buckets: list[datetime] = []
        for bucket in (cursor + place * self._bucket for place in range(AT_A_TIME)):
            ended = may_drain(bucket, now=self._now(), length=self._bucket)
            if not ended or self._agenda.is_open(bucket) or not self._may_go(bucket):
                break
            if self._agenda.was_met(bucket):
                return buckets or [bucket]
            buckets.append(bucket)
        return buckets

    async def _drop(self, bucket: datetime, rows: list[Timer], read_at: datetime) -> datetime:
        if self._agenda.meet(bucket, rows, read_at):
            return bucket
        # Somebody who slept may write with a clock behind ours: what was written lately is left for the next time.
        await self._index.drop(self._shard, bucket, written_before=read_at - self._bucket)
        left = await self._index.read(self._shard, bucket)
        if left:
            self._agenda.meet(bucket, left, self._now())
            return bucket
        return await self._move(bucket, bucket + self._bucket)

    async def _move(self, cursor: datetime, following: datetime) -> datetime:
        if not await self._cursors.move(self._shard, old=cursor, new=following):
            following = await self._cursors.read(self._shard, otherwise=following)
        self._agenda.forget_before(following)
        return following
