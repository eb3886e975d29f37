"""Publishing to Kafka with aiokafka: acks from all replicas, idempotent, every delivery awaited."""

import asyncio
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.cloudevents import Record, encode
from shared.errors import DependencyAwayError
from shared.events import Event
from shared.waiting import until_available

_TIMEOUT_MS = 10_000
_MAX_REQUEST_BYTES = 4 * 1024 * 1024  # a dead letter carries the whole record that was too large


class Publisher:
    """`source` is the service's name; it goes into every event."""

    def __init__(self, producer: AIOKafkaProducer, *, source: str) -> None:
        self._producer = producer
        self._source = source

    @classmethod
    async def connect(cls, kafka_url: str, *, source: str) -> "Publisher":
        """DependencyAwayError when no broker answers."""
        producer = AIOKafkaProducer(
            bootstrap_servers=kafka_url,
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=_TIMEOUT_MS,
            max_request_size=_MAX_REQUEST_BYTES,
            linger_ms=0,
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            raise DependencyAwayError("kafka", str(error)[:300]) from error
        return cls(producer, source=source)

    async def publish(self, *events: Event) -> None:
        """Returns when every event is stored. DependencyAwayError: some may be, repeat them all."""
        await self.publish_records(*(encode(event, source=self._source, now=datetime.now(UTC)) for event in events))

    async def publish_patiently(self, *events: Event) -> None:
        """Like publish, waiting for Kafka without limit."""
        await until_available(lambda: self.publish(*events))

    async def publish_records(self, *records: Record) -> None:
        """The same for records as they are."""
        try:
            deliveries = [
                await self._producer.send(r.topic, key=r.key, value=r.value, headers=list(r.headers)) for r in records
            ]
            await asyncio.gather(*deliveries)
        except KafkaError as error:
            raise DependencyAwayError("kafka", f"{type(error).__name__}: {error}"[:300]) from error

    async def answers(self) -> bool:
        """Whether a broker answers now: the readiness check."""
        return bool(await self._producer.client.force_metadata_update())

    async def close(self) -> None:
        await self._producer.stop()
