"""Kafka in memory: what is published lies in a list. It passes the same suite as the real Publisher."""

from datetime import UTC, datetime

from shared.cloudevents import Record, encode
from shared.errors import DependencyAwayError
from shared.events import Event


class MemoryPublisher:
    """`records` in the order they came. `away` while nothing can be published; `away_for` the next calls only."""

    def __init__(self, source: str = "test") -> None:
        self.records: list[Record] = []
        self.away = False
        self.away_for = 0
        self._source = source

    async def publish(self, *events: Event) -> None:
        await self.publish_records(*(encode(event, source=self._source, now=datetime.now(UTC)) for event in events))

    async def publish_records(self, *records: Record) -> None:
        if self.away or self.away_for > 0:
            self.away_for -= 1
            raise DependencyAwayError("kafka")
        self.records.extend(records)
