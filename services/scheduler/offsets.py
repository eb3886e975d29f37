"""How far the inbox is: where a partition ends now, and up to where it was handled before we came (aiokafka)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.errors import DependencyAwayError
from shared.topics import JOB_INBOX


class InboxOffsets:
    """Asks only; it is no member of the group whose committed offsets it reads."""

    def __init__(self, client: AIOKafkaConsumer) -> None:
        self._client = client

    async def end(self, partition: int) -> int:
        """The offset the next record will get."""
        at = TopicPartition(JOB_INBOX.name, partition)
        async with _named():
            ends: dict[TopicPartition, int] = await self._client.end_offsets([at])
            return ends[at]

    async def handled(self, partition: int) -> int:
        """The offset of the first record that no owner has acknowledged and that is still there."""
        at = TopicPartition(JOB_INBOX.name, partition)
        async with _named():
            committed = await self._client.committed(at)
            first = (await self._client.beginning_offsets([at]))[at]
            return int(max(committed or 0, first))


@asynccontextmanager
async def inbox_offsets(kafka_url: str, group: str) -> AsyncIterator[InboxOffsets]:
    client = AIOKafkaConsumer(bootstrap_servers=kafka_url, group_id=group, enable_auto_commit=False)
    try:
        async with _named():
            await client.start()
        yield InboxOffsets(client)
    finally:
        await client.stop()


@asynccontextmanager
async def _named() -> AsyncIterator[None]:
    try:
        yield
    except KafkaError as error:
        raise DependencyAwayError("kafka", f"{type(error).__name__}: {error}"[:300]) from error
