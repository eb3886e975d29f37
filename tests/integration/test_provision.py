"""Topics and tables are made when absent, and whatever lies in them stays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.claims import Counts, Heartbeats
from shared.events import Stage
from shared.fields import to_milliseconds
from shared.provision import ProvisionSettings, create_tables, create_topics
from shared.recipients import Recipient, Recipients
from tests.integration.conftest import Backbone

pytestmark = pytest.mark.integration

NOW = to_milliseconds(datetime.now(UTC))


@pytest.fixture
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


async def test_provisioning_again_changes_nothing(backbone: Backbone, cassandra: Cassandra) -> None:
    job_id = uuid4()
    await Recipients(cassandra).put(job_id, Recipient("a@example.com", "UTC"), due_at=NOW, now=NOW)
    settings = ProvisionSettings(
        kafka_url=backbone.kafka_url,
        cassandra_hosts=backbone.cassandra_hosts,
        cassandra_keyspace=backbone.cassandra_keyspace,
        partitions=4,
    )

    await asyncio.gather(create_tables(settings), create_topics(settings), create_topics(settings))

    assert await Recipients(cassandra).find(job_id) is not None


async def test_provisioning_adds_the_column_that_an_earlier_release_did_not_know(
    backbone: Backbone, cassandra: Cassandra
) -> None:
    await cassandra.execute_ddl("ALTER TABLE heartbeats DROP refused")

    await create_tables(
        ProvisionSettings(
            kafka_url=backbone.kafka_url,
            cassandra_hosts=backbone.cassandra_hosts,
            cassandra_keyspace=backbone.cassandra_keyspace,
        )
    )

    await Heartbeats(cassandra).beat(uuid4(), 1, Stage.SEARCH, Counts(refused=3), now=NOW)
