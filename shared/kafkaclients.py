"""Starting a Kafka client, with a word on why it is not let in: the libraries keep that to their logs, if they know."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest

from shared.errors import DependencyAwayError, brief
from shared.hostports import host_ports
from shared.kafkaaccess import KafkaAccess

_ANSWER_SECONDS = 5.0


class Client(Protocol):
    async def start(self) -> None: ...


async def start_client(client: Client, kafka: KafkaAccess) -> None:
    """DependencyAwayError when no broker answers, or none lets us in."""
    try:
        await client.start()
    except KafkaError as error:
        await greet(kafka)
        raise DependencyAwayError("kafka", brief(error)) from error


@asynccontextmanager
async def answering(within: float) -> AsyncIterator[None]:
    """Around questions to Kafka: DependencyAwayError when they fail, or take longer than so many seconds."""
    try:
        async with asyncio.timeout(within):
            yield
    except (KafkaError, TimeoutError) as error:
        raise DependencyAwayError("kafka", brief(error)) from error


async def greet(kafka: KafkaAccess) -> None:
    """Return when a broker lets us in. DependencyAwayError says what the last one had against it."""
    refusals: list[Exception] = []
    for broker in kafka.brokers:
        try:
            return await _connect_once(broker, kafka)
        except (OSError, KafkaError) as error:
            refusals.append(error)
    raise DependencyAwayError("kafka", brief(refusals[-1])) from refusals[-1]


async def _connect_once(broker: str, kafka: KafkaAccess) -> None:
    ((host, port),) = host_ports(broker)
    options = {name: told for name, told in kafka.options().items() if name != "bootstrap_servers"}
    async with asyncio.timeout(_ANSWER_SECONDS):
        connection: Any = await create_conn(host.strip("[]"), port, **options)
        try:
            # A broker that wants a login takes the connection of who offers none, and hangs up at the first question.
            await connection.send(MetadataRequest([]))
        finally:
            connection.close()
