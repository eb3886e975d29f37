"""Whatever ends a handler, its record is not acknowledged: it comes again to whoever consumes next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.cloudevents import Delivery
from shared.health import Health
from shared.kafkaaccess import KafkaAccess
from shared.lag import GroupLag, group_lag
from shared.movement import Lag
from shared.streamapp import StreamApp
from shared.streams import build_stream_app, consume, run_streams
from shared.topics import Topic

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Place:
    """A topic of one partition with five records, and a group that has read none."""

    kafka_url: str
    topic: Topic
    group: str

    @property
    def partition(self) -> TopicPartition:
        return TopicPartition(self.topic.name, 0)


@pytest.fixture
async def place(kafka_url: str) -> Place:
    name = f"dying-{uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    await admin.close()
    async with producing(kafka_url) as producer:
        for number in range(5):
            await producer.send_and_wait(name, b"%d" % number)
    return Place(kafka_url, Topic(name), f"group-{uuid4()}")


@asynccontextmanager
async def producing(kafka_url: str, transactional_id: str | None = None) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, transactional_id=transactional_id)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


class Handling:
    """Knows which offsets were handled; at `fatal` something happens instead."""

    def __init__(self, fatal: int = -1, happens: Callable[[], Awaitable[None]] | None = None) -> None:
        self._fatal = fatal
        self._happens = happens
        self.handled: list[int] = []
        self.last = asyncio.Event()

    async def handle(self, delivery: Delivery) -> None:
        if delivery.offset == self._fatal and self._happens is not None:
            await self._happens()
        self.handled.append(delivery.offset)
        if delivery.offset == 4:
            self.last.set()


def build(place: Place, handling: Handling) -> StreamApp:
    app = build_stream_app(place.group, KafkaAccess(place.kafka_url))
    consume(app, [place.topic], handling)
    return app


async def handled_by_the_next(place: Place) -> list[int]:
    handling = Handling()
    running = asyncio.create_task(run_streams(build(place, handling), Health()))
    async with asyncio.timeout(30):
        await handling.last.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return handling.handled


async def test_a_handler_that_raises_ends_the_consumer_and_its_record_comes_again(place: Place) -> None:
    async def raises() -> None:
        raise ValueError("a bug in our own wrapper")

    handling = Handling(2, raises)
    async with asyncio.timeout(30):
        with pytest.raises(ValueError, match="our own wrapper"):
            await run_streams(build(place, handling), Health())

    assert handling.handled == [0, 1]
    assert (await handled_by_the_next(place))[-3:] == [2, 3, 4]


async def test_an_agent_that_dies_ends_the_consumer_and_its_record_comes_again(place: Place) -> None:
    """Faust starts another one in its place, and that would pass over what the first had in hand."""

    async def dies() -> None:
        (agent,) = app.agents.values()
        for actor in list(agent._actors):
            actor.actor_task.cancel()
        await asyncio.Event().wait()

    handling = Handling(2, dies)
    app = build(place, handling)
    async with asyncio.timeout(30):
        with pytest.raises(RuntimeError, match="died at 2"):
            await run_streams(app, Health())

    assert handling.handled == [0, 1]
    assert (await handled_by_the_next(place))[-3:] == [2, 3, 4]


@pytest.fixture
async def lag(place: Place) -> AsyncIterator[GroupLag]:
    async with group_lag(KafkaAccess(place.kafka_url), place.group) as lag:
        yield lag


async def test_the_broker_tells_how_far_a_group_is_behind(place: Place, lag: GroupLag) -> None:
    assert await lag.of([place.partition]) == {place.partition: Lag(0, 5)}

    await handled_by_the_next(place)

    assert await lag.of([place.partition]) == {place.partition: Lag(5, 5)}


async def test_the_mark_at_the_end_of_a_foreign_transaction_is_nothing_to_wait_for(place: Place, lag: GroupLag) -> None:
    async with producing(place.kafka_url, transactional_id=f"foreign-{uuid4()}") as producer, producer.transaction():
        await producer.send(place.topic.name, b"5")

    async with asyncio.timeout(20):
        while (await lag.of([place.partition]))[place.partition].end < 7:  # the mark comes a little later
            await asyncio.sleep(0.05)
    assert await lag.first_at(place.partition, 5) == 5
    assert await lag.first_at(place.partition, 6) is None
