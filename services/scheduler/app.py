"""Everything the scheduler is made of, put together."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import faust
from faust.types import TP

from services.scheduler.census import tell_of
from services.scheduler.clockwork import Clockwork
from services.scheduler.jobs import JobRows
from services.scheduler.owner import JobOwner
from services.scheduler.remembered import Remembered
from services.scheduler.settings import Settings
from services.scheduler.shards import Offsets, Shard, Shards
from services.scheduler.timers import Cursors, TimerIndex
from services.scheduler.witness import Witness
from shared.backbone import standing_on
from shared.cassandra import Cassandra
from shared.consumer import Consumer
from shared.events import Inbox, concrete_types
from shared.fields import to_milliseconds
from shared.lag import group_lag
from shared.publisher import Publisher
from shared.streams import build_stream_app, consume, run_streams
from shared.tolerance import Tolerance
from shared.topics import JOB_INBOX
from shared.waiting import until_available

NAME = "scheduler"


async def run(settings: Settings) -> None:
    """Until cancelled; raises when the consumer or a shard crashes."""
    async with AsyncExitStack() as stack:
        backbone = await stack.enter_async_context(standing_on(settings, NAME))
        cassandra, publisher = backbone.cassandra, backbone.publisher
        offsets = await until_available(lambda: stack.enter_async_context(group_lag(settings.kafka, NAME)))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        shards = Shards(shard_builder(settings, cassandra, publisher, offsets), tasks)
        tell_of(lambda: shards.owned)
        app = build_stream_app(NAME, settings.kafka)
        consume(app, [JOB_INBOX], shards)
        follow_assignment(app, shards)
        backbone.ready()
        await run_streams(app, backbone.health)


def shard_builder(
    settings: Settings, cassandra: Cassandra, publisher: Publisher, offsets: Offsets
) -> Callable[[int], Shard]:
    """Builds the shard of a partition, as often as it comes."""
    rows, index, cursors, witness = JobRows(cassandra), TimerIndex(cassandra), Cursors(cassandra), Witness(cassandra)
    remembered, tolerance = Remembered(), Tolerance(settings.failure_limit)

    def build(partition: int) -> Shard:
        clockwork = Clockwork(partition, index=index, cursors=cursors, now=now)
        owner = JobOwner(
            rows=rows,
            publisher=publisher,
            timers=clockwork,
            witness=witness,
            rules=settings.rules,
            now=now,
            remembered=remembered,
        )
        consumer = Consumer(NAME, dict.fromkeys(concrete_types(Inbox), owner.on_event), publisher, tolerance)
        return Shard(partition, owner=owner, clockwork=clockwork, consumer=consumer, offsets=offsets)

    return build


def follow_assignment(app: faust.App, shards: Shards) -> None:
    """Faust tells the full set of partitions at every rebalance."""

    async def follow(_app: Any, /, *arguments: Any, **_: Any) -> None:
        assigned: set[TP] = arguments[0]
        await shards.assign(tp.partition for tp in assigned if tp.topic == JOB_INBOX.name)

    app.on_partitions_assigned.connect(follow, weak=False)


def now() -> datetime:
    return to_milliseconds(datetime.now(UTC))
