"""The end of a Kafka client: it may wait for a broker that is away, and nobody waits for that."""

import asyncio
from typing import Protocol

import structlog
from aiokafka.errors import KafkaError

log = structlog.get_logger()

GOODBYE_SECONDS = 5.0


class Client(Protocol):
    async def stop(self) -> None: ...


async def say_goodbye(client: Client) -> None:
    """Return when it has stopped, or after GOODBYE_SECONDS."""
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await client.stop()
    except (KafkaError, TimeoutError):
        log.warning("goodbye_cut_short", dependency="kafka")
