"""A stranger on the bus who says everything again: at least once is all that Kafka promises."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.topics import FLOW

REPEATED = "repeated"
LONGEST_DELAY = 2.0


class Repeater:
    """`said` counts its own records. They carry the same key, value and `ce_*` headers, and so the same event."""

    def __init__(self, producer: AIOKafkaProducer, rng: random.Random) -> None:
        self.said = 0
        self._producer = producer
        self._rng = rng
        self._later: set[asyncio.Task[None]] = set()

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        """Say each record one to four times more, a little later and in another order."""
        async for record in consumer:
            if not is_repeat(record):
                for _ in range(self._rng.randint(1, 4)):
                    task = asyncio.create_task(self._say_later(record, self._rng.uniform(0, LONGEST_DELAY)))
                    self._later.add(task)
                    task.add_done_callback(self._later.discard)

    async def say_all(self, records: Iterable[Any]) -> None:
        """Once more, each partition in its order and the partitions in any."""
        by_place: dict[tuple[str, int], list[Any]] = {}
        for record in records:
            by_place.setdefault((record.topic, record.partition), []).append(record)
        while by_place:
            place = self._rng.choice(sorted(by_place))
            await self._say(by_place[place].pop(0))
            if not by_place[place]:
                del by_place[place]

    async def finish(self) -> None:
        await asyncio.gather(*self._later)

    async def _say_later(self, record: Any, delay: float) -> None:
        await asyncio.sleep(delay)
        await self._say(record)

    async def _say(self, record: Any) -> None:
        self.said += 1
        await self._producer.send_and_wait(
            record.topic, record.value, key=record.key, headers=[*record.headers, (REPEATED, b"1")]
        )


def is_repeat(record: Any) -> bool:
    return REPEATED in dict(record.headers)


@asynccontextmanager
async def repeating(kafka_url: str, rng: random.Random) -> AsyncIterator[Repeater]:
    """Hears what is said on every topic from now on."""
    consumer = AIOKafkaConsumer(*(topic.name for topic in FLOW), bootstrap_servers=kafka_url)
    async with consumer, AIOKafkaProducer(bootstrap_servers=kafka_url) as producer:
        await consumer.seek_to_end()
        repeater = Repeater(producer, rng)
        ears = asyncio.create_task(repeater.listen(consumer))
        try:
            yield repeater
        finally:
            ears.cancel()
            await asyncio.gather(ears, return_exceptions=True)
            await repeater.finish()
