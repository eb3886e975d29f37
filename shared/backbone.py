"""What every consuming service stands on: its health port, Cassandra and Kafka, connected in that order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from shared.cassandra import Cassandra
from shared.health import Check, Health, serving_health
from shared.publisher import Publisher
from shared.settings import ProcessSettings
from shared.waiting import until_available


@dataclass(frozen=True)
class Backbone:
    cassandra: Cassandra
    publisher: Publisher
    health: Health

    def ready(self, **more: Check) -> None:
        """The service is set up; from now on it is ready while both servers answer, and whatever else it stands on."""
        self.health.ready_when(cassandra=self.cassandra.answers, kafka=self.publisher.answers, **more)


@asynccontextmanager
async def standing_on(settings: ProcessSettings, source: str) -> AsyncIterator[Backbone]:
    """Waits for both servers without limit, and says so; closes what it opened, last first."""
    async with AsyncExitStack() as stack:
        health = await stack.enter_async_context(serving_health(settings.health_host, settings.health_port))
        cassandra = await until_available(lambda: Cassandra.connect(settings.cassandra, settings.cassandra_keyspace))
        stack.push_async_callback(cassandra.close)
        publisher = await until_available(lambda: Publisher.connect(settings.kafka, source=source))
        stack.push_async_callback(publisher.close)
        yield Backbone(cassandra, publisher, health)
