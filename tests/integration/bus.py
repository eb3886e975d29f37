"""What a test publishes to Kafka, and what it sees there: real records, decoded by the project's own codec."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.cloudevents import decode
from shared.events import Event
from shared.kafkaaccess import KafkaAccess
from shared.publisher import Publisher
from shared.tasks import in_background
from shared.topics import Topic

PATIENCE = 60.0
E = TypeVar("E", bound=Event)


class Bus:
    """Reads every topic from its beginning, without a group; keeps all it has seen."""

    def __init__(self, publisher: Publisher, producer: AIOKafkaProducer) -> None:
        self.publish = publisher.publish
        self._producer = producer
        self.records: list[Any] = []
        self._events: defaultdict[UUID, list[Event]] = defaultdict(list)
        self._seen = asyncio.Condition()

    async def publish_raw(
        self, topic: Topic, value: bytes | None, headers: list[tuple[str, bytes]] | None = None, key: bytes = b"raw"
    ) -> Any:
        """Any bytes at all; returns where they lie."""
        return await self._producer.send_and_wait(topic.name, value, key=key, headers=headers or [])

    def events(self, job_id: UUID) -> list[Event]:
        """Of one job, in the order of their arrival here; order is promised per topic only."""
        return list(self._events[job_id])

    async def until(self, condition: Callable[[], object], patience: float = PATIENCE) -> None:
        """Wait until something that has arrived makes it true; TimeoutError says it never did."""
        async with asyncio.timeout(patience), self._seen:
            await self._seen.wait_for(lambda: bool(condition()))

    async def event(self, job_id: UUID, kind: type[E], patience: float = PATIENCE) -> E:
        """The first of this type, waiting for it."""
        await self.until(lambda: self._of(job_id, kind), patience)
        return self._of(job_id, kind)[0]

    def _of(self, job_id: UUID, kind: type[E]) -> list[E]:
        return [event for event in self.events(job_id) if isinstance(event, kind)]

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            self.records.append(record)
            # Once and for all: there may be thousands of earlier tests, and conditions ask again at every record.
            if (event := _event(record)) is not None:
                self._events[event.job_id].append(event)
            async with self._seen:
                self._seen.notify_all()


def _event(record: Any) -> Event | None:
    return None if record.topic.endswith(".dlq") else readable(record)


def readable(record: Any) -> Event | None:
    """None when it is none."""
    try:
        return decode(record.topic, record.value, record.headers)
    except Exception:  # noqa: BLE001 - rubbish that a test has published
        return None


@asynccontextmanager
async def listening(kafka_url: str, *topics: Topic, source: str = "test") -> AsyncIterator[Bus]:
    """A bus that hears these topics and may publish to any."""
    publisher = await Publisher.connect(KafkaAccess(kafka_url), source=source)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, max_request_size=4 * 1024 * 1024)
    consumer = AIOKafkaConsumer(
        *(topic.name for topic in topics), bootstrap_servers=kafka_url, auto_offset_reset="earliest"
    )
    await producer.start()
    await consumer.start()
    bus = Bus(publisher, producer)
    try:
        async with in_background(bus.listen(consumer)):
            yield bus
    finally:
        await consumer.stop()
        await producer.stop()
        await publisher.close()
