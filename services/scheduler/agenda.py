"""What one shard has to do and when: the timers read so far, by their time and by their bucket. Pure.

Two lanes. What was long overdue when it was read (the system was away) waits apart, so that a backlog of any size
stands in nobody's way; everything else fires at its time.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from services.scheduler.job import Timer, TimerKind

LATE = timedelta(minutes=1)
"""Overdue by more than this when it is read: its lateness is no longer a matter of seconds."""

OVERDUE = timedelta(seconds=5)
"""So much later nothing ought to wait; what is due in the same second as a thousand others takes less."""

NEAR = 500
"""Timers whose jobs' rows are read ahead of their time; a shard does not hold more rows for that."""


class Entry(NamedTuple):
    """A timer as it stands in one bucket of the index. It may stand in two, and then fires twice: the row decides."""

    fire_at: datetime
    timer: Timer
    bucket: datetime


class Page:
    """What was met in one bucket: what waits for its time, what is worked on, what is done."""

    __slots__ = ("done", "taken", "waiting")

    def __init__(self) -> None:
        self.waiting: set[Timer] = set()
        self.taken: set[Timer] = set()
        self.done: set[Timer] = set()

    def knows(self, timer: Timer) -> bool:
        return timer in self.waiting or timer in self.taken or timer in self.done


class Agenda:
    def __init__(self) -> None:
        self._far: list[Entry] = []
        self._near: list[Entry] = []
        self._late: list[Entry] = []
        self._pages: defaultdict[datetime, Page] = defaultdict(Page)
        self._in_hand: set[Entry] = set()
        self.ahead: Counter[str] = Counter()
        """How many wait, by kind."""

    @property
    def late(self) -> int:
        """How many wait in the lane of the overdue."""
        return len(self._late)

    @property
    def next_at(self) -> datetime | None:
        """When the first timer fires that is not in the lane of the overdue."""
        return min((lane[0].fire_at for lane in (self._far, self._near) if lane), default=None)

    def overdue(self, now: datetime) -> int:
        """How many were to fire a while ago, and wait or are still worked on."""
        entries = (*self._far, *self._near, *self._late, *self._in_hand)
        return sum(now - entry.fire_at > OVERDUE for entry in entries)

    def is_due(self, now: datetime) -> bool:
        first = self.next_at
        return first is not None and first <= now

    def meet(self, bucket: datetime, timers: Iterable[Timer], now: datetime) -> bool:
        """Take in the rows of a bucket that are new here; False when there are none."""
        known = self._pages.get(bucket)
        unseen = [timer for timer in timers if known is None or not known.knows(timer)]
        for timer in unseen:
            self._add(bucket, timer, now)
        return bool(unseen)

    def arm(self, bucket: datetime, timer: Timer, now: datetime) -> None:
        """It is to fire, also when the same one has fired before: a job may be moved away and back again."""
        if not self._waits(bucket, timer):
            self._add(bucket, timer, now)

    def come_near(self, until: datetime) -> list[Timer]:
        """Those that fire before `until` and were not near yet; at most NEAR are near at a time."""
        came: list[Timer] = []
        while self._far and self._far[0].fire_at < until and len(self._near) < NEAR:
            entry = heapq.heappop(self._far)
            heapq.heappush(self._near, entry)
            came.append(entry.timer)
        return came

    def take_due(self, now: datetime, at_most: int) -> list[Entry]:
        taken: list[Entry] = []
        while len(taken) < at_most and (lane := self._first_lane()) and lane[0].fire_at <= now:
            taken.append(self._take(lane))
        return taken

    def take_late(self, at_most: int) -> list[Entry]:
        """The oldest of the overdue."""
        return [self._take(self._late) for _ in range(min(at_most, len(self._late)))]

    def put_off(self, entry: Entry, bucket: datetime, until: datetime) -> None:
        """What was taken fires again then, and stands in that bucket from now on."""
        self.done(entry)
        if not self._waits(bucket, entry.timer):
            self._wait(self._far, Entry(until, entry.timer, bucket))

    def done(self, entry: Entry) -> None:
        self._in_hand.discard(entry)
        page = self._pages[entry.bucket]
        page.taken.discard(entry.timer)
        page.done.add(entry.timer)

    def is_open(self, bucket: datetime) -> bool:
        """Whether a timer of it is not done yet."""
        page = self._pages.get(bucket)
        return page is not None and bool(page.waiting or page.taken)

    def was_met(self, bucket: datetime) -> bool:
        """Whether any timer was found in it."""
        return bucket in self._pages

    def forget_before(self, bucket: datetime) -> None:
        for past in [known for known in self._pages if known < bucket]:
            del self._pages[past]

    def bring_forward(self, kinds: Collection[TimerKind], by: timedelta) -> None:
        """The clock was put back: what was to come so long after something else still does."""
        for lane in (self._far, self._near):
            lane[:] = [e._replace(fire_at=e.fire_at - by) if e.timer.kind in kinds else e for e in lane]
            heapq.heapify(lane)

    def _waits(self, bucket: datetime, timer: Timer) -> bool:
        page = self._pages.get(bucket)
        return page is not None and timer in page.waiting

    def _add(self, bucket: datetime, timer: Timer, now: datetime) -> None:
        is_late = now - timer.due_at > LATE
        self._wait(self._late if is_late else self._far, Entry(timer.due_at, timer, bucket))

    def _wait(self, lane: list[Entry], entry: Entry) -> None:
        self._pages[entry.bucket].waiting.add(entry.timer)
        self.ahead[entry.timer.kind] += 1
        heapq.heappush(lane, entry)

    def _take(self, lane: list[Entry]) -> Entry:
        entry = heapq.heappop(lane)
        page = self._pages[entry.bucket]
        page.waiting.discard(entry.timer)
        page.taken.add(entry.timer)
        self._in_hand.add(entry)
        self.ahead[entry.timer.kind] -= 1
        return entry

    def _first_lane(self) -> list[Entry]:
        return min((lane for lane in (self._near, self._far) if lane), key=lambda lane: lane[0], default=[])
