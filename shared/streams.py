"""Faust, set up so that no event is lost: what `consumer.py` handles arrives here, one partition apart from the other.

The settings are measured: `isolated_partitions` because `concurrency > 1` commits past a message in flight,
`stream_wait_empty=False` because a joiner would stand still for the longest handler, no tables, no leader topic.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Protocol

import faust
import structlog
from faust.contrib.asgi import bind_to_running_loop
from faust.types import StreamT

from shared.cloudevents import Delivery
from shared.topics import Topic

log = structlog.get_logger()

_STOP_TIMEOUT = 15.0  # with the broker away Faust would take minutes to say goodbye
_THIRTY_DAYS = 30 * 24 * 3600.0


def build_stream_app(service: str, kafka_url: str) -> faust.App:
    """The service's name is its consumer group."""
    return faust.App(
        service,
        broker=[f"kafka://{host}" for host in kafka_url.split(",")],
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        datadir=Path(gettempdir()) / f"aid-{service}",  # stays empty, but Faust insists on having one
        broker_session_timeout=10.0,
        broker_heartbeat_interval=3.0,
        broker_rebalance_timeout=60.0,
        # A member that fetches nothing for this long leaves its group and never comes back.
        broker_max_poll_interval=_THIRTY_DAYS,
        broker_commit_interval=1.0,
        stream_buffer_maxsize=256,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
    )


class Handling(Protocol):
    async def handle(self, delivery: Delivery) -> None: ...


def consume(app: faust.App, topics: Iterable[Topic], consumer: Handling) -> None:
    """Every record of `topics` goes through `consumer`, in order per partition."""
    for topic in topics:
        channel = app.topic(topic.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

        async def take(stream: StreamT[bytes]) -> None:
            async for event in stream.events():
                # Faust acknowledges also what it cancels, when the process stops: not while this is held.
                event.message.incref()
                await consumer.handle(_delivery(event.message))
                event.message.decref()

        app.agent(channel, name=f"{app.conf.id}.{topic.name}", isolated_partitions=True)(take)


async def run_streams(app: faust.App) -> None:
    """Consume until cancelled; raises what crashed the consumer, so that the process ends and is started again."""
    bind_to_running_loop(app)
    app.finalize()
    try:
        await app.start()
        await app.wait_until_stopped()
    finally:
        # Also one that was cancelled while it started: its tasks would keep the process from ending.
        await _stop(app)
    if app.crashed:
        raise RuntimeError("the consumer crashed") from app.crash_reason


async def _stop(app: faust.App) -> None:
    try:
        async with asyncio.timeout(_STOP_TIMEOUT):
            await app.stop()
    except TimeoutError:
        log.warning("goodbye_cut_short", dependency="kafka")


def _delivery(message: Any) -> Delivery:
    headers = message.headers or ()
    pairs = headers.items() if hasattr(headers, "items") else headers
    return Delivery(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=int((message.timestamp or 0) * 1000),
        key=message.key,
        value=message.value,
        headers=tuple((name, bytes(text or b"")) for name, text in pairs),
    )
