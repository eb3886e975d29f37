"""Jobs accepted for a whole domain, and for the whole site.

A row for each would crowd one place in Cassandra. So each replica keeps a sum for each hour, writes it down, and adds
what the others have written.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.gateway.limits.quotas import HOUR, Accepted, Rule, check_counted, hour_of

Bucket = tuple[str, datetime]
"""A subject and an hour."""

_LATE = timedelta(minutes=1)
"""So long after its end an hour may still be written to. Then what the others have in it is read once."""


class Counts(Protocol):
    async def count_elsewhere(self, subject: str, hour: datetime) -> int: ...

    async def put_count(self, subject: str, hour: datetime, accepted: int) -> None: ...


@dataclass(frozen=True)
class Subject:
    """What a job counts for, and how many of its kind there may be in an hour."""

    name: str
    rule: Rule
    most: int


class Sums:
    """Of this replica."""

    def __init__(self) -> None:
        self._accepted: Counter[Bucket] = Counter()
        self._settled: dict[Bucket, int] = {}
        self._forgot_before: datetime | None = None

    async def elsewhere(self, subjects: Iterable[Subject], now: datetime, counts: Counts) -> dict[Bucket, int]:
        """What the others have accepted in this hour and in the last."""
        self._forget(now)
        buckets = [(subject.name, hour) for subject in subjects for hour in _hours(now)]
        known = {bucket: self._settled[bucket] for bucket in buckets if bucket in self._settled}
        unknown = [bucket for bucket in buckets if bucket not in known]
        read = await asyncio.gather(*(counts.count_elsewhere(*bucket) for bucket in unknown))
        found = dict(zip(unknown, read, strict=True))
        # Of whoever was only ever refused nothing is remembered: there is no end to those.
        self._settled |= {
            bucket: sum_
            for bucket, sum_ in found.items()
            if bucket[1] + HOUR + _LATE < now and (sum_ or self._has_counted(bucket[0], now))
        }
        return found | known

    def check(self, subjects: Iterable[Subject], elsewhere: dict[Bucket, int], now: datetime) -> None:
        """TooManyError when the share of one is used up."""
        for subject in subjects:
            buckets = [(subject.name, hour) for hour in _hours(now)]
            accepted = Accepted(*(elsewhere[bucket] + self._accepted[bucket] for bucket in buckets))
            check_counted(subject.rule, accepted, subject.most, now)

    def add(self, subjects: Iterable[Subject], now: datetime) -> None:
        self._forget(now)
        self._accepted.update((subject.name, hour_of(now)) for subject in subjects)

    def take_back(self, subjects: Iterable[Subject], now: datetime) -> None:
        """What is written down already is put right with the next job."""
        self._accepted.subtract((subject.name, hour_of(now)) for subject in subjects)
        self._accepted = +self._accepted

    async def write(self, subjects: Iterable[Subject], now: datetime, counts: Counts) -> None:
        buckets = [(subject.name, hour_of(now)) for subject in subjects]
        await asyncio.gather(*(counts.put_count(*bucket, self._accepted[bucket]) for bucket in buckets))

    def _has_counted(self, subject: str, now: datetime) -> bool:
        return any((subject, hour) in self._accepted for hour in _hours(now))

    def _forget(self, now: datetime) -> None:
        before, _ = _hours(now)
        if before == self._forgot_before:
            return
        self._forgot_before = before
        for sums in (self._accepted, self._settled):
            for bucket in [bucket for bucket in sums if bucket[1] < before]:
                del sums[bucket]


def _hours(now: datetime) -> tuple[datetime, datetime]:
    """The last one and this one."""
    return hour_of(now) - HOUR, hour_of(now)
