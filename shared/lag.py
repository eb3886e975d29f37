"""How far a consumer group is behind, asked from the broker and not from the consumer that may be dead (aiokafka)."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.goodbyes import say_goodbye
from shared.kafkaaccess import KafkaAccess
from shared.kafkaclients import answering, start_client
from shared.movement import Lag

ANSWER_SECONDS = 10.0


class GroupLag:
    """Asks only; it is no member of the group."""

    def __init__(self, client: AIOKafkaConsumer, kafka: KafkaAccess) -> None:
        self._client = client
        self._kafka = kafka

    async def of(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, Lag]:
        """DependencyAwayError when the brokers do not answer in time."""
        asked = list(places)
        async with answering(ANSWER_SECONDS):
            ends = await self._client.end_offsets(asked)
            firsts = await self._client.beginning_offsets(asked)
            committed = await asyncio.gather(*map(self._client.committed, asked))
        return {
            place: Lag(max(offset or 0, firsts[place]), ends[place])
            for place, offset in zip(asked, committed, strict=True)
        }

    async def end(self, place: TopicPartition) -> int:
        """The offset the next record there gets: one question where `of` has three."""
        async with answering(ANSWER_SECONDS):
            ends: dict[TopicPartition, int] = await self._client.end_offsets([place])
            return ends[place]

    async def first_at(self, place: TopicPartition, offset: int) -> int | None:
        """The offset of the first record there or behind, None when there is none.

        What is left may be the end marks of foreign transactions only.
        """
        reader = AIOKafkaConsumer(**self._kafka.options())
        try:
            async with answering(ANSWER_SECONDS):
                await start_client(reader, self._kafka)
                reader.assign([place])
                reader.seek(place, offset)
                return await _first_of(reader, place)
        finally:
            await say_goodbye(reader)


async def _first_of(reader: AIOKafkaConsumer, place: TopicPartition) -> int | None:
    """None only when it has read to the end: no answer in time is no proof."""
    (end,) = (await reader.end_offsets([place])).values()
    while await reader.position(place) < end:
        found = await reader.getmany(timeout_ms=100, max_records=1)
        if found:
            return int(found[place][0].offset)
    return None


@asynccontextmanager
async def group_lag(kafka: KafkaAccess, group: str) -> AsyncIterator[GroupLag]:
    client = AIOKafkaConsumer(**kafka.options(), group_id=group, enable_auto_commit=False)
    try:
        async with answering(ANSWER_SECONDS):
            await start_client(client, kafka)
        yield GroupLag(client, kafka)
    finally:
        await say_goodbye(client)
