"""Whether Kafka lets us consume, asked before Faust begins (aiokafka): without a right that waits, and says nothing."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import HeartbeatRequest

from shared.errors import DependencyAwayError
from shared.kafkaaccess import KafkaAccess
from shared.kafkaclients import answering

REFUSALS = (GroupAuthorizationFailedError, TopicAuthorizationFailedError)

_ANSWER_SECONDS = 10.0
_NOWHERE = -1


async def may_consume(kafka: KafkaAccess, group: str, topics: Iterable[str]) -> None:
    """Return when the group may read the topics. DependencyAwayError names the right, or the topic, that is missing."""
    asked = sorted(topics)
    async with _client(kafka) as client:
        await client.set_topics(asked)
        for topic in asked:
            await _may_read(client, topic)
        await _may_join(client, group)


async def _may_read(client: AIOKafkaClient, topic: str) -> None:
    if topic in client.cluster.unauthorized_topics:
        raise _missing("Describe", "topic", topic)
    partition, leader = _led(client, topic)
    # For an offset that never is: nothing is sent, and whoever may read is told that it is out of range.
    answer = await client.send(leader, FetchRequest(0, 0, 1, 0, [(topic, [(partition, _NOWHERE, 1)])]))
    ((_, ((_, code, *_),)),) = answer.topics
    if for_code(code) is TopicAuthorizationFailedError:
        raise _missing("Read", "topic", topic)


def _led(client: AIOKafkaClient, topic: str) -> tuple[int, int]:
    """A partition, and who leads it."""
    led = client.cluster.available_partitions_for_topic(topic)
    if not led:
        raise DependencyAwayError("kafka", f"there is no topic {topic}, or nobody leads it")
    return min(led), client.cluster.leader_for_partition(TopicPartition(topic, min(led)))


async def _may_join(client: AIOKafkaClient, group: str) -> None:
    """By a sign of life of a member that does not exist, which changes nothing."""
    try:
        coordinator = await client.coordinator_lookup(CoordinationType.GROUP, group)
    except GroupAuthorizationFailedError as error:
        raise _missing("Describe", "group", group) from error
    await client.ready(coordinator, group=ConnectionGroup.COORDINATION)
    request = HeartbeatRequest(group, _NOWHERE, "nobody")
    answer = await client.send(coordinator, request, group=ConnectionGroup.COORDINATION)
    if for_code(answer.error_code) is GroupAuthorizationFailedError:
        raise _missing("Read", "group", group)


def _missing(operation: str, kind: str, name: str) -> DependencyAwayError:
    return DependencyAwayError("kafka", f"the right to {operation} {kind} {name} is missing")


@asynccontextmanager
async def _client(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(**kafka.options())
    try:
        async with answering(_ANSWER_SECONDS):
            await client.bootstrap()
            yield client
    finally:
        await client.close()
