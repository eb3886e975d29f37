"""All that lies in Kafka, read from beside every group; and how far it had come when a test began."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.anyrecords import read_any_record
from shared.topics import ALL
from tests.faults.system import PARTITIONS, System

CONSUMED = {
    "scheduler": ("job-inbox.v1",),
    "scraper": ("job-due.v1",),
    "packager": ("image-batches.v1", "job-lifecycle.v1"),
    "notifier": ("job-lifecycle.v1",),
}


@dataclass(frozen=True)
class Beginning:
    """How far everything had come when a test began: what was there is not of its doing."""

    offsets: Mapping[TopicPartition, int]
    mails: int

    @classmethod
    async def now(cls, system: System) -> Self:
        async with reader(system.kafka_url) as consumer:
            return cls(await consumer.end_offsets(places_of(*(topic.name for topic in ALL))), len(system.relay.taken))


@asynccontextmanager
async def reader(kafka_url: str, **options: Any) -> AsyncIterator[AIOKafkaConsumer]:
    read_any_record()
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka_url, enable_auto_commit=False, **options)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


def places_of(*topics: str) -> list[TopicPartition]:
    return [
        TopicPartition(topic, each) for topic in topics for each in range(1 if topic.endswith(".dlq") else PARTITIONS)
    ]
