"""A keyspace and the topics, made on the real servers by the project's own provisioning."""

from dataclasses import dataclass
from uuid import uuid4

import pytest

from shared.provision import ProvisionSettings, create_tables, create_topics


@dataclass(frozen=True)
class Backbone:
    """Where the real servers are, as the services' settings want it."""

    kafka_url: str
    cassandra_hosts: str
    cassandra_keyspace: str

    def environment(self) -> dict[str, str]:
        return {
            "AID_KAFKA_URL": self.kafka_url,
            "AID_CASSANDRA_HOSTS": self.cassandra_hosts,
            "AID_CASSANDRA_KEYSPACE": self.cassandra_keyspace,
        }


@pytest.fixture(scope="session")
async def backbone(kafka_url: str, cassandra_hosts: str) -> Backbone:
    """Topics and tables, the same for all tests: random job ids keep them apart."""
    backbone = Backbone(kafka_url, cassandra_hosts, f"test_{uuid4().hex[:8]}")
    settings = ProvisionSettings(
        kafka_url=kafka_url,
        cassandra_hosts=cassandra_hosts,
        cassandra_keyspace=backbone.cassandra_keyspace,
        partitions=4,
    )
    await create_tables(settings)
    await create_topics(settings)
    return backbone
