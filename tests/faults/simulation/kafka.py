"""What our own Kafka adapters stand on: an aiokafka producer, and the questions about lag."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import cast

from aiokafka import AIOKafkaProducer, TopicPartition

from shared.cloudevents import Headers
from shared.errors import DependencyAwayError
from shared.movement import Lag
from shared.publisher import DELIVERY_SECONDS, Publisher
from tests.faults.simulation.broker import Broker
from tests.faults.simulation.process import Process

AGAIN_SECONDS = 0.5
FIRST_WAY = 0.002


@dataclass(frozen=True)
class Waiting:
    """A record that is not stored yet, and who is to be told when it is."""

    key: bytes | None
    value: bytes
    headers: Headers
    stored: asyncio.Future[None]


class Producer:
    """An idempotent one: stores each record once, in order, and never gives one up while its process lives."""

    def __init__(self, process: Process, broker: Broker) -> None:
        self._process = process
        self._broker = broker
        self._queues: defaultdict[str, deque[Waiting]] = defaultdict(deque)

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: list[tuple[str, bytes]]
    ) -> asyncio.Future[None]:
        stored: asyncio.Future[None] = self._process.loop.create_future()
        queue = self._queues[topic]
        queue.append(Waiting(key, value, tuple(headers), stored))
        if len(queue) == 1:
            self._store_in(FIRST_WAY, topic)
        return stored

    @property
    def client(self) -> "Producer":
        return self

    async def force_metadata_update(self) -> bool:
        """Whether the broker answers."""
        return not self._broker.away

    @property
    def _message_accumulator(self) -> "Producer":
        return self

    def fail_all(self, error: Exception) -> None:
        """What is not stored yet never will be."""
        for waiting in chain.from_iterable(self._queues.values()):
            if not waiting.stored.done():
                waiting.stored.set_exception(error)
        self._queues.clear()

    async def stop(self) -> None:
        while any(self._queues.values()):
            await asyncio.sleep(AGAIN_SECONDS)

    def _store_in(self, seconds: float, topic: str) -> None:
        self._process.after(seconds * self._process.rng.random(), lambda: self._store(topic))

    def _store(self, topic: str) -> None:
        def again() -> None:
            self._store(topic)

        if self._process.is_held_back(again) or not self._queues[topic]:
            return
        if self._broker.away:
            self._process.later(AGAIN_SECONDS, again)
        elif self._process.arrives(writes=True):
            queue = self._queues[topic]
            first = queue.popleft()
            self._broker.append(topic, first.key, first.value, first.headers)
            self._process.later(self._broker.slowness(), lambda: _confirm(first.stored))
            if queue and self._process.alive:
                self._store_in(FIRST_WAY, topic)


def publisher_of(process: Process, broker: Broker) -> Publisher:
    """Our own, over such a producer."""

    async def start() -> AIOKafkaProducer:
        return cast("AIOKafkaProducer", Producer(process, broker))

    first = cast("AIOKafkaProducer", Producer(process, broker))
    return Publisher(first, start, source=process.service, delivery_seconds=DELIVERY_SECONDS)


class GroupLag:
    """`shared/lag.py`, asked of the broker here."""

    def __init__(self, process: Process, broker: Broker) -> None:
        self._process = process
        self._broker = broker

    async def of(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, Lag]:
        return {place: await self._lag(place) for place in places}

    async def end(self, place: TopicPartition) -> int:
        return (await self._lag(place)).end

    async def first_at(self, place: TopicPartition, offset: int) -> int | None:
        end = await self.end(place)
        return offset if offset < end else None

    async def _lag(self, place: TopicPartition) -> Lag:
        def answer() -> Lag:
            if self._broker.away:
                raise DependencyAwayError("kafka", "no answer")
            acknowledged = self._broker.committed(self._process.service, (place.topic, place.partition))
            return Lag(acknowledged, len(self._broker.logs[place.topic, place.partition]))

        return await self._process.call(answer, writes=False)


def _confirm(stored: asyncio.Future[None]) -> None:
    if not stored.done():
        stored.set_result(None)
