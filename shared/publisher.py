"""Publishing to Kafka with aiokafka: acks from all replicas, idempotent, every delivery awaited."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerClosed

from shared.cloudevents import Record, encode
from shared.errors import DependencyAwayError, brief
from shared.events import Event
from shared.goodbyes import say_goodbye
from shared.kafkaaccess import KafkaAccess
from shared.kafkaclients import start_client
from shared.waiting import until_available

log = structlog.get_logger()

Start = Callable[[], Awaitable[AIOKafkaProducer]]

DELIVERY_SECONDS = 10.0
ANSWER_SECONDS = 2.0
_MAX_REQUEST_BYTES = 4 * 1024 * 1024  # a dead letter carries the whole record that was too large


class Publisher:
    """`source` is the service's name; it goes into every event."""

    def __init__(self, producer: AIOKafkaProducer, start: Start, *, source: str, delivery_seconds: float) -> None:
        self._producer = producer
        self._start = start
        self._source = source
        self._delivery_seconds = delivery_seconds
        self._replacing = asyncio.Lock()

    @classmethod
    async def connect(
        cls, kafka: KafkaAccess, *, source: str, delivery_seconds: float = DELIVERY_SECONDS
    ) -> "Publisher":
        """DependencyAwayError when no broker answers."""
        start = partial(_start, kafka, delivery_seconds)
        return cls(await start(), start, source=source, delivery_seconds=delivery_seconds)

    async def publish(self, *events: Event) -> None:
        """Returns when every event is stored. DependencyAwayError: some may be, repeat them all."""
        await self.publish_records(*(encode(event, source=self._source, now=datetime.now(UTC)) for event in events))

    async def publish_patiently(self, *events: Event) -> None:
        """Like publish, waiting for Kafka without limit."""
        await until_available(lambda: self.publish(*events))

    async def publish_records(self, *records: Record) -> None:
        """The same for records as they are."""
        producer = self._producer
        try:
            # An idempotent producer never gives a batch up; without a limit nobody would learn that Kafka is away.
            async with asyncio.timeout(self._delivery_seconds):
                await _deliver(producer, records)
        except (KafkaError, TimeoutError) as error:
            if await self._spoilt_by(error):
                await self._replace(producer)
            if isinstance(error, MessageSizeTooLargeError):
                raise
            raise DependencyAwayError("kafka", brief(error)) from error

    async def answers(self) -> bool:
        """Whether a broker answers now: the readiness check."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return bool(await self._producer.client.force_metadata_update())
        except TimeoutError:
            return False

    async def close(self) -> None:
        """What is still on its way gets a last chance; with Kafka away that ends after GOODBYE_SECONDS."""
        await say_goodbye(self._producer)

    async def _spoilt_by(self, error: Exception) -> bool:
        """After a refusal an idempotent producer has lost count: the broker would refuse all that follows, for ever.

        One that delivers nothing while its broker is well would not deliver what follows either.
        """
        return not error.retriable if isinstance(error, KafkaError) else await self.answers()

    async def _replace(self, spoilt: AIOKafkaProducer) -> None:
        async with self._replacing:
            if self._producer is spoilt:
                self._producer = await self._start()
                log.warning("producer_replaced")
                await say_goodbye(_Dropped(spoilt))


class _Dropped:
    """A producer whose end waits for no delivery: what it still has would never arrive."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def stop(self) -> None:
        self._producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001 - stop() would wait for them
        await self._producer.stop()


async def _start(kafka: KafkaAccess, delivery_seconds: float) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        **kafka.options(),
        acks="all",
        enable_idempotence=True,
        request_timeout_ms=int(delivery_seconds * 1000),
        max_request_size=_MAX_REQUEST_BYTES,
        linger_ms=0,
    )
    try:
        await start_client(producer, kafka)
    except DependencyAwayError:
        await producer.stop()
        raise
    return producer


async def _deliver(producer: AIOKafkaProducer, records: tuple[Record, ...]) -> None:
    deliveries = [await producer.send(r.topic, key=r.key, value=r.value, headers=list(r.headers)) for r in records]
    await asyncio.gather(*deliveries)
