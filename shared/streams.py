"""Faust, set up so that no event is lost: what `consumer.py` handles arrives here, one partition apart from the other.

The settings are measured: `isolated_partitions` because `concurrency > 1` commits past a message in flight,
`stream_wait_empty=False` because a joiner would stand still for the longest handler, no tables, no leader topic.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any, Protocol

import faust
import structlog
from aiokafka import TopicPartition
from faust.contrib.asgi import bind_to_running_loop
from faust.types import StreamT

from shared.cloudevents import Delivery
from shared.errors import ServiceUnfitError, brief
from shared.health import Health
from shared.kafkaaccess import KafkaAccess
from shared.kafkarights import REFUSALS, may_consume
from shared.lag import GroupLag, group_lag
from shared.movement import name_of
from shared.streamapp import StreamApp
from shared.tasks import in_background
from shared.topics import Topic
from shared.transport import transport_for
from shared.waiting import at_place, until_available
from shared.watch import Watch

log = structlog.get_logger()

_STOP_TIMEOUT = 15.0  # with the broker away Faust would take minutes to say goodbye
_METADATA_SECONDS = 5
_THIRTY_DAYS = 30 * 24 * 3600.0


def build_stream_app(service: str, kafka: KafkaAccess) -> StreamApp:
    """The service's name is its consumer group."""
    app = StreamApp(
        service,
        kafka=kafka,
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=1.0,  # so soon the others know that one has left, and take over
        broker_rebalance_timeout=60.0,
        # A member that fetches nothing for this long leaves its group and never comes back.
        broker_max_poll_interval=_THIRTY_DAYS,
        broker_commit_interval=1.0,
        stream_buffer_maxsize=256,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        # Who leads a group just after the broker's start may know of no partitions yet, and gives nobody any.
        consumer_metadata_max_age_ms=_METADATA_SECONDS * 1000,
    )
    app.transport = transport_for(app)
    return app


class Handling(Protocol):
    async def handle(self, delivery: Delivery) -> None:
        """Return when the record may be acknowledged; raise when it must not be."""


def consume(app: StreamApp, topics: Iterable[Topic], consumer: Handling) -> None:
    """Every record of `topics` goes through `consumer`, in order per partition."""
    for topic in topics:
        channel = app.topic(topic.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

        async def take(stream: StreamT[bytes]) -> None:
            async for event in stream.events():
                if not await _done(app, consumer, event.message):
                    return

        app.agent(channel, name=f"{app.conf.id}.{topic.name}", isolated_partitions=True)(take)


async def _done(app: StreamApp, consumer: Handling, message: Any) -> bool:
    """Whether the record is; if not, the process ends, and the agent must take no other: Faust would commit past it."""
    # Faust acknowledges also what it cancels, what raises, and what an agent leaves: not while this is held.
    message.incref()
    try:
        app.look_back(message)
        if not await app.in_turn(message):
            return True
        app.take_up(message)
        with at_place(name_of(TopicPartition(message.topic, message.partition))):
            await consumer.handle(_delivery(message))
        app.finish(message)
    except Exception as reason:  # noqa: BLE001 - whatever it is
        app.give_up(reason)
        return False
    finally:
        app.let_go(message)
    message.decref()
    return True


async def run_streams(app: StreamApp, health: Health) -> None:
    """Consume until cancelled; raises what makes going on wrong, so that the process ends and is started again."""
    bind_to_running_loop(app)
    app.finalize()
    async with AsyncExitStack() as stack:
        lags = await until_available(lambda: stack.enter_async_context(group_lag(app.kafka, app.conf.id)))
        app.follow(lags)
        await until_available(lambda: may_consume(app.kafka, app.conf.id, _topics(app)))
        try:
            await app.start()
            async with in_background(_watch(app, lags, health)):
                await _until_over(app)
        finally:
            # Also one that was cancelled while it started: its tasks would keep the process from ending.
            await _stop(app)
    if app.given_up.done():
        raise app.given_up.result()
    raise _why_it_crashed(app.crash_reason) from app.crash_reason


def _why_it_crashed(reason: BaseException | None) -> Exception:
    if isinstance(reason, REFUSALS):
        return ServiceUnfitError(
            "a right was taken away", error=brief(reason), advice="give it back; whoever starts now waits for it"
        )
    return RuntimeError("the consumer crashed")


async def _until_over(app: StreamApp) -> None:
    """Faust's own wait must not be cancelled: it would leave tasks behind. It ends when the app has stopped."""
    reasons: set[asyncio.Future[Any]] = {asyncio.ensure_future(app.wait_until_stopped()), app.given_up}
    await asyncio.wait(reasons, return_when=asyncio.FIRST_COMPLETED)


async def _watch(app: StreamApp, lags: GroupLag, health: Health) -> None:
    try:
        watch = Watch(lags, lambda: _places(app), nudge=app.fetch_again)
        health.alive_while(stalled=watch.stalled)
        await watch.run()
    except Exception as reason:  # noqa: BLE001 - a consumer that nobody watches may be dead
        app.give_up(reason)


def _places(app: StreamApp) -> set[TopicPartition]:
    """Those this process owns; all while it owns none: a member that lost its place looks as if nobody needed it."""
    owned = {TopicPartition(place.topic, place.partition) for place in app.consumer.assignment()}
    return owned or {TopicPartition(topic, at) for topic in _topics(app) for at in range(_partitions(app, topic))}


def _topics(app: StreamApp) -> set[str]:
    return {topic for agent in app.agents.values() for topic in agent.get_topic_names()}


def _partitions(app: StreamApp, topic: str) -> int:
    return app.consumer.topic_partitions(topic) or 0


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
        timestamp_ms=round((message.timestamp or 0) * 1000),
        key=message.key,
        value=message.value,
        headers=tuple((name, bytes(text or b"")) for name, text in pairs),
    )
