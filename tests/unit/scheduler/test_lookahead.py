"""The index is read ahead of its time, and what lies behind in parts."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.scheduler.agenda import Agenda
from services.scheduler.buckets import BUCKET, bucket_of
from services.scheduler.job import Timer, TimerKind
from services.scheduler.lookahead import ENOUGH_LATE, LookAhead
from shared.errors import DependencyAwayError
from tests.unit.scheduler.jobs import NOON, minutes


class Pages:
    """An index that notes what is read."""

    def __init__(self) -> None:
        self.rows: defaultdict[datetime, list[Timer]] = defaultdict(list)
        self.read_buckets: list[datetime] = []
        self.away = False

    def put(self, due_at: datetime, count: int = 1) -> None:
        self.rows[bucket_of(due_at)] += [Timer(due_at, uuid4(), TimerKind.RELEASE) for _ in range(count)]

    async def read(self, _shard: int, bucket: datetime) -> list[Timer]:
        if self.away:
            raise DependencyAwayError("cassandra")
        self.read_buckets.append(bucket)
        return self.rows[bucket]


class Reading:
    def __init__(self, cursor: datetime) -> None:
        self.now = NOON
        self.pages = Pages()
        self.agenda = Agenda()
        self.ahead = LookAhead(0, index=self.pages, agenda=self.agenda, now=lambda: self.now, bucket=BUCKET)
        self.ahead.begin_at(cursor)

    async def all(self) -> None:
        await self.ahead.read_near()
        while await self.ahead.read_behind():
            pass


async def test_what_is_near_is_read_before_what_months_have_left_behind() -> None:
    reading = Reading(cursor=NOON - timedelta(days=90))

    await reading.ahead.read_near()

    assert reading.pages.read_buckets == [NOON]
    assert reading.ahead.covers(NOON)
    assert not reading.ahead.covers(NOON - BUCKET)
    assert not reading.ahead.covers(NOON + BUCKET)


async def test_the_next_bucket_is_read_five_minutes_before_it_begins() -> None:
    reading = Reading(cursor=NOON)
    await reading.ahead.read_near()

    reading.now = NOON + minutes(10)
    await reading.all()

    assert reading.pages.read_buckets == [NOON, NOON + BUCKET]


async def test_of_the_overdue_no_more_is_held_than_will_soon_be_worked_on() -> None:
    reading = Reading(cursor=NOON - timedelta(days=10))
    for day in range(1, 11):
        reading.pages.put(NOON - timedelta(days=day), count=ENOUGH_LATE // 2)

    await reading.all()
    held = reading.agenda.late
    first = [entry.timer.due_at for entry in reading.agenda.take_late(held)]
    await reading.all()

    assert held == ENOUGH_LATE
    assert max(first) == NOON - timedelta(days=9), "the oldest first"
    assert reading.agenda.late == ENOUGH_LATE


async def test_everything_behind_is_read_once() -> None:
    begin = NOON - timedelta(days=1)
    reading = Reading(cursor=begin)

    await reading.all()

    assert sorted(reading.pages.read_buckets) == [begin + n * BUCKET for n in range(97)]
    assert all(reading.ahead.covers(begin + n * BUCKET) for n in range(97))


@pytest.mark.parametrize("part", ["read_near", "read_behind"])
async def test_a_reading_that_fails_is_made_again(part: str) -> None:
    reading = Reading(cursor=NOON - timedelta(hours=1))
    reading.pages.put(NOON - timedelta(hours=1))
    reading.pages.put(NOON + minutes(1))
    if part == "read_behind":
        await reading.ahead.read_near()
    reading.pages.away = True
    with pytest.raises(DependencyAwayError):
        await getattr(reading.ahead, part)()
    uncovered = NOON if part == "read_near" else NOON - timedelta(hours=1)
    assert not reading.ahead.covers(uncovered)

    reading.pages.away = False
    await reading.all()

    assert (reading.agenda.late, reading.agenda.next_at) == (1, NOON + minutes(1))


async def test_a_clock_put_on_by_a_day_skips_nothing() -> None:
    reading = Reading(cursor=NOON)
    reading.pages.put(NOON + timedelta(hours=7))
    reading.pages.put(NOON + timedelta(hours=24, minutes=1))
    await reading.all()

    reading.now = NOON + timedelta(hours=24)
    await reading.ahead.read_near()
    assert reading.agenda.next_at == NOON + timedelta(hours=24, minutes=1)
    await reading.all()

    assert reading.agenda.late == 1


async def test_a_clock_put_back_before_the_cursor_hides_nothing() -> None:
    """What is due is indexed in the bucket of the cursor then, which lies in the future."""
    reading = Reading(cursor=NOON + timedelta(hours=1))
    reading.pages.rows[NOON + timedelta(hours=1)] = [Timer(NOON + minutes(2), uuid4(), TimerKind.RELEASE)]

    await reading.all()

    assert reading.agenda.next_at == NOON + minutes(2)
