"""The shards this instance owns: one for each partition of the inbox that Kafka has given it."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol

import structlog
from aiokafka import TopicPartition

from services.scheduler.clockwork import Clockwork
from services.scheduler.job import TimerKind
from services.scheduler.owner import JobOwner
from shared.cloudevents import Delivery
from shared.consumer import Consumer
from shared.movement import Lags
from shared.tasks import end_tasks
from shared.topics import JOB_INBOX
from shared.waiting import until_available

log = structlog.get_logger()

BEHIND_SECONDS = 5.0
"""After so long without a record it asks whether there is one at all."""


class Offsets(Lags, Protocol):
    async def end(self, place: TopicPartition) -> int:
        """The offset the next record there gets."""


class Shard:
    """One partition's jobs: their events in order, their timers beside them."""

    def __init__(
        self, partition: int, *, owner: JobOwner, clockwork: Clockwork, consumer: Consumer, offsets: Offsets
    ) -> None:
        self._place = TopicPartition(JOB_INBOX.name, partition)
        self._owner = owner
        self._clockwork = clockwork
        self._consumer = consumer
        self._offsets = offsets
        self._handled = 0
        self._progress = asyncio.Condition()
        self._open = asyncio.Event()

    @property
    def running(self) -> int:
        return self._owner.running

    @property
    def overdue(self) -> int:
        return self._clockwork.overdue

    def ahead(self, kind: TimerKind) -> int:
        return self._clockwork.ahead(kind)

    async def live(self) -> None:
        """Take the shard over, then fire its timers until cancelled."""
        await self._clockwork.open()
        lags = await until_available(lambda: self._offsets.of([self._place]))
        await self._advance(lags[self._place].acknowledged)
        self._open.set()
        log.info("shard_opened", shard=self._place.partition)
        await self._clockwork.run(self._owner.on_timer, self._caught_up, self._owner.on_near)

    async def handle(self, delivery: Delivery) -> None:
        """Handle one record of this partition to its end."""
        await self._open.wait()
        await self._consumer.handle(delivery)
        await self._advance(delivery.offset + 1)

    async def _caught_up(self) -> None:
        """Wait until the inbox is handled up to where it ends at this moment.

        After a take-over a waiting `ArchiveBuilt` must come before an overdue watchdog.
        """
        end = await until_available(lambda: self._offsets.end(self._place))
        while not await self._handles(end):
            first = await until_available(lambda: self._offsets.first_at(self._place, self._handled))
            if first is None or first >= end:
                await self._advance(end)  # up to there are only end marks of foreign transactions

    async def _handles(self, end: int) -> bool:
        """Whether it comes so far within a while."""
        async with self._progress:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEHIND_SECONDS):
                    await self._progress.wait_for(lambda: self._handled >= end)
            return self._handled >= end

    async def _advance(self, handled: int) -> None:
        async with self._progress:
            self._handled = max(self._handled, handled)
            self._progress.notify_all()


class Shards:
    """Follows the assignment of partitions.

    Each assignment begins anew, also with what was here before: a process that slept was given up meanwhile, another
    one decided, handled events and armed timers, and nobody tells the one that wakes up.
    """

    def __init__(self, build: Callable[[int], Shard], tasks: asyncio.TaskGroup) -> None:
        self._build = build
        self._tasks = tasks
        self._shards: dict[int, tuple[Shard, asyncio.Task[None]]] = {}
        self._changed = asyncio.Condition()

    @property
    def owned(self) -> list[Shard]:
        return [shard for shard, _ in self._shards.values()]

    async def assign(self, partitions: Iterable[int]) -> None:
        """Own exactly these from now on."""
        for partition, (_, task) in self._shards.items():
            task.cancel()
            log.info("shard_left", shard=partition)
        self._shards.clear()
        for partition in set(partitions):
            shard = self._build(partition)
            self._shards[partition] = shard, self._tasks.create_task(shard.live())
        async with self._changed:
            self._changed.notify_all()

    async def handle(self, delivery: Delivery) -> None:
        """Give the record to its shard, and to the one that takes its place meanwhile: a repeat does no harm.

        Waits for an assignment that is still on its way.
        """
        partition, handled_by = delivery.partition, None
        while handled_by is None or self._shards.get(partition) != handled_by:
            async with self._changed:
                await self._changed.wait_for(lambda: partition in self._shards)
            handled_by = self._shards[partition]
            await _handle_while_it_lives(*handled_by, delivery)


async def _handle_while_it_lives(shard: Shard, living: asyncio.Task[None], delivery: Delivery) -> None:
    """One that is left never opens, and wakes nobody."""
    handling = asyncio.ensure_future(shard.handle(delivery))
    try:
        await asyncio.wait({handling, living}, return_when=asyncio.FIRST_COMPLETED)
        if handling.done():
            handling.result()
    finally:
        await end_tasks(handling)
