"""Kafka at its worst: what was said once is said again, some times more, later, and between other things."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.tasks import in_background
from shared.topics import FLOW
from tests.faults.reading import CONSUMED, Beginning, reader
from tests.faults.system import System

AGAIN = ("repeated", b"1")
"""Marks a repeat, so that it is not repeated in turn."""

MOST_REPEATS = 4
LONGEST_DELAY = 2.0
PATIENCE = 120.0


class Repeater:
    """Says every record of our topics one to four times more, each after a while of its own, to the same partition."""

    def __init__(self, producer: AIOKafkaProducer, rng: random.Random) -> None:
        self._producer = producer
        self._rng = rng
        self._repeating: set[asyncio.Task[None]] = set()
        self.repeats = 0

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            if AGAIN not in record.headers:
                for _ in range(self._rng.randint(1, MOST_REPEATS)):
                    self._later(record, self._rng.uniform(0, LONGEST_DELAY))

    async def say_again(self, records: Iterable[Any]) -> None:
        """All of these at once, in this order."""
        sent = [await self._send(record) for record in records]
        await asyncio.gather(*sent)

    async def finish(self) -> None:
        """Return when everything was said again."""
        async with asyncio.timeout(PATIENCE):
            while self._repeating:
                await asyncio.wait(self._repeating)

    def _later(self, record: Any, seconds: float) -> None:
        async def repeat() -> None:
            await asyncio.sleep(seconds)
            await (await self._send(record))

        task = asyncio.create_task(repeat())
        self._repeating.add(task)
        task.add_done_callback(self._repeating.discard)

    async def _send(self, record: Any) -> Any:
        self.repeats += 1
        return await self._producer.send(
            record.topic,
            key=record.key,
            value=record.value,
            partition=record.partition,
            headers=[*record.headers, AGAIN],
        )


@asynccontextmanager
async def repeating(kafka_url: str, rng: random.Random) -> AsyncIterator[Repeater]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url)
    consumer = AIOKafkaConsumer(*(topic.name for topic in FLOW), bootstrap_servers=kafka_url)
    await producer.start()
    await consumer.start()
    await consumer.seek_to_end()
    repeater = Repeater(producer, rng)
    try:
        async with in_background(repeater.listen(consumer)):
            yield repeater
    finally:
        await consumer.stop()
        await producer.stop()


async def from_the_beginning(system: System, began: Beginning) -> None:
    """All that consume are stopped, set back to the first record of this test, and started again."""
    consuming = [each for each in system.fleet.instances if each.service in CONSUMED]
    await asyncio.gather(*(each.stop() for each in consuming))
    for service, topics in CONSUMED.items():
        await _set_back(system.kafka_url, service, topics, began)
    for each in consuming:
        await each.start()
    await asyncio.gather(*(each.ready() for each in consuming))


async def _set_back(kafka_url: str, group: str, topics: Iterable[str], began: Beginning) -> None:
    async with reader(kafka_url, group_id=group) as consumer:
        first = {place: offset for place, offset in began.offsets.items() if place.topic in topics}
        consumer.assign(list(first))
        await consumer.commit(first)
