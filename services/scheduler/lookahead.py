"""Reads the timer index into the agenda: what is near well before its time, what is overdue a part at a time.

However long nobody was there, what is near is read first, and of the overdue no more is held than fires soon.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from services.scheduler.agenda import Agenda
from services.scheduler.buckets import bucket_of
from services.scheduler.job import Timer

LOOK_AHEAD = timedelta(minutes=5)
AT_A_TIME = 16
"""Buckets of the overdue that are read side by side."""

ENOUGH_LATE = 2_000
"""No more of the overdue is read while so many wait."""


class Index(Protocol):
    async def read(self, shard: int, bucket: datetime) -> list[Timer]: ...


class LookAhead:
    """DependencyAwayError from its readings: call again, they begin where they failed."""

    def __init__(
        self, shard: int, *, index: Index, agenda: Agenda, now: Callable[[], datetime], bucket: timedelta
    ) -> None:
        self._shard = shard
        self._index = index
        self._agenda = agenda
        self._now = now
        self._bucket = bucket
        self._begin: datetime | None = None
        self._until: datetime | None = None
        self._behind: deque[tuple[datetime, datetime]] = deque()

    def begin_at(self, cursor: datetime) -> None:
        self._begin = self._until = cursor

    def covers(self, bucket: datetime) -> bool:
        """Whether its rows have been read, or are being read now."""
        if self._until is None or bucket >= self._until:
            return False
        return not any(first <= bucket < until for first, until in self._behind)

    async def read_near(self) -> None:
        """From now to LOOK_AHEAD, and always the bucket of the cursor: what a clock put back finds too late lies there.

        What lies between the last reading and now (the machine slept, the clock was put on) is left to `read_behind`.
        """
        assert self._until is not None  # noqa: S101 - `begin_at` comes first
        now = self._now()
        first = max(self._until, bucket_of(now, self._bucket))
        until = max(bucket_of(now + LOOK_AHEAD, self._bucket), self._begin or first) + self._bucket
        if first > self._until:
            self._behind.append((self._until, first))
            self._until = first
        if until > first:
            # Raised first: what is armed while the buckets are read goes to the agenda by itself.
            self._until = until
            try:
                await self._read(first, until)
            except BaseException:
                self._until = first
                raise

    async def read_behind(self) -> bool:
        """The oldest that has not been read; False when there is nothing, or enough waits already."""
        if not self._behind or self._agenda.late >= ENOUGH_LATE:
            return False
        first, until = self._behind.popleft()
        following = min(first + AT_A_TIME * self._bucket, until)
        if following < until:
            self._behind.appendleft((following, until))
        try:
            await self._read(first, following)
        except BaseException:
            self._behind.appendleft((first, following))
            raise
        return True

    async def _read(self, first: datetime, until: datetime) -> None:
        buckets = list(_steps(first, until, self._bucket))
        found = await asyncio.gather(*(self._index.read(self._shard, bucket) for bucket in buckets))
        for bucket, timers in zip(buckets, found, strict=True):
            self._agenda.meet(bucket, timers, self._now())


def _steps(first: datetime, until: datetime, length: timedelta) -> Iterator[datetime]:
    while first < until:
        yield first
        first += length
