"""`python -m shared.provision`: create the topics and the tables that are absent, then end. Waits for both servers."""

import asyncio
from datetime import timedelta

import structlog
from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError
from pydantic import Field

from shared import schema, topics
from shared.cassandra import Cassandra
from shared.errors import DependencyAwayError
from shared.kafkaclients import greet
from shared.logs import configure_logs
from shared.serversettings import CassandraSettings, KafkaSettings
from shared.settings import read_settings
from shared.waiting import until_available

log = structlog.get_logger()

_LONGEST_SEGMENT = timedelta(days=1)


class ProvisionSettings(KafkaSettings, CassandraSettings):
    """`cassandra_grant`: the role that the services log in with, where roles have rights."""

    cassandra_replication: int = Field(default=1, ge=1)
    cassandra_grant: str | None = None
    kafka_replication: int = Field(default=1, ge=1)
    partitions: int = Field(default=12, ge=1)


async def create_tables(settings: ProvisionSettings) -> None:
    cassandra = await until_available(lambda: Cassandra.connect(settings.cassandra, None))
    try:
        for statement in schema.statements(settings.cassandra_keyspace, settings.cassandra_replication):
            await cassandra.execute_ddl(statement)
        if settings.cassandra_grant:
            for statement in schema.grants(settings.cassandra_keyspace, settings.cassandra_grant):
                await cassandra.execute_ddl(statement)
    finally:
        await cassandra.close()
    log.info("tables_ready", keyspace=settings.cassandra_keyspace)


async def create_topics(settings: ProvisionSettings) -> None:
    await until_available(lambda: _greet_and_create(settings))
    log.info("topics_ready", topics=len(topics.ALL))


async def _greet_and_create(settings: ProvisionSettings) -> None:
    await greet(settings.kafka)
    await asyncio.to_thread(_create_topics, settings)


def _create_topics(settings: ProvisionSettings) -> None:
    try:
        admin = KafkaAdminClient(**settings.kafka.options(), client_id="aid-provision")
    except KafkaError as error:
        raise DependencyAwayError("kafka", str(error)) from error
    try:
        present = set(admin.list_topics())
        absent = {topic.name: _options(topic, settings) for topic in topics.ALL if topic.name not in present}
        if absent:
            admin.create_topics(absent, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        log.info("topics_made_meanwhile")
    except KafkaError as error:
        raise DependencyAwayError("kafka", str(error)) from error
    finally:
        admin.close()


def _options(topic: topics.Topic, settings: ProvisionSettings) -> dict[str, object]:
    return {
        "num_partitions": 1 if topic.one_partition else settings.partitions,
        "replication_factor": settings.kafka_replication,
        "configs": {
            "retention.ms": str(int(topic.retention.total_seconds() * 1000)),
            # Kafka deletes whole segments: the last record of one may be a segment's time older than its first.
            "segment.ms": str(int(min(topic.retention, _LONGEST_SEGMENT).total_seconds() * 1000)),
            # A dead letter is the whole record it could not handle, plus where it came from.
            "max.message.bytes": str((4 if topic.one_partition else 1) * 1024 * 1024),
        },
    }


async def main() -> None:
    configure_logs("provision")
    settings = read_settings(ProvisionSettings)
    await asyncio.gather(create_tables(settings), create_topics(settings))


if __name__ == "__main__":
    asyncio.run(main())
