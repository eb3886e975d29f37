"""The tables of a keyspace of its own on the real node, and the same in memory."""

import time
from collections.abc import AsyncIterator
from typing import cast
from uuid import uuid4

import pytest

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.provision import ProvisionSettings, create_tables
from tests.contract.cassandra_in_memory.session import Direct, MemoryCassandra
from tests.contract.cassandra_in_memory.tables import Tables

KEYSPACE = pytest.StashKey[str]()


@pytest.fixture(scope="module", params=["memory", pytest.param("cassandra", marks=pytest.mark.integration)])
async def cassandra(request: pytest.FixtureRequest) -> AsyncIterator[Cassandra]:
    """Random job ids keep the tests of a module apart."""
    if request.param == "memory":
        yield cast("Cassandra", MemoryCassandra(Direct(Tables(now=time.time)), now=time.time))
        return
    hosts = request.getfixturevalue("cassandra_hosts")
    session = await Cassandra.connect(CassandraAccess(hosts), await a_keyspace(hosts, request.config.stash))
    yield session
    await session.close()


async def a_keyspace(cassandra_hosts: str, stash: pytest.Stash) -> str:
    """Made once in a session: that takes seconds."""
    if KEYSPACE not in stash:
        settings = ProvisionSettings(
            kafka_url="unused:1", cassandra_hosts=cassandra_hosts, cassandra_keyspace=f"contract_{uuid4().hex[:8]}"
        )
        await create_tables(settings)
        stash[KEYSPACE] = settings.cassandra_keyspace
    return stash[KEYSPACE]
