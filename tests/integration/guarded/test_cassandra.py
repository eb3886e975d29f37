"""A Cassandra that wants a password, knows of rights and speaks TLS."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import trustme

from deploy.local.artefacts import cassandra_jars
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.servers import serving
from shared.backbone import standing_on
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.errors import DependencyAwayError
from shared.provision import ProvisionSettings, create_tables
from shared.settings import ProcessSettings
from tests.integration.guarded.servers import PASSWORD, SUPERUSER, USER, GuardedCassandra, Papers
from tests.integration.wire import wired_to

pytestmark = pytest.mark.integration

KEYSPACE = "aid"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GuardedCassandra]:
    """Its tables made by the superuser, its services' role allowed to use them."""
    home = tmp_path_factory.mktemp("guarded-cassandra")
    port, storage_port = free_ports(2)
    server = GuardedCassandra(home, cassandra_jars(), port, storage_port, papers=Papers.made_in(home))
    with serving(server, home):
        await tell(server, f"CREATE ROLE {USER} WITH LOGIN = true AND PASSWORD = '{PASSWORD}'")
        await create_tables(provisioning(server))
        yield server


async def tell(server: GuardedCassandra, *statements: str) -> None:
    """As the superuser."""
    cassandra = await Cassandra.connect(server.as_superuser(), None)
    try:
        for statement in statements:
            await cassandra.execute_ddl(statement)
    finally:
        await cassandra.close()


def provisioning(server: GuardedCassandra) -> ProvisionSettings:
    return ProvisionSettings.model_validate(
        {
            "kafka_url": "unused:1",
            "cassandra_hosts": server.hosts,
            "cassandra_user": SUPERUSER,
            "cassandra_password": SUPERUSER,
            "cassandra_ca": server.papers.authority,
            "cassandra_grant": USER,
        }
    )


@pytest.fixture
def access(server: GuardedCassandra) -> CassandraAccess:
    return CassandraAccess(server.hosts, USER, PASSWORD, server.papers.authority)


async def test_the_services_role_reads_and_writes_and_makes_no_tables(access: CassandraAccess) -> None:
    cassandra = await Cassandra.connect(access, KEYSPACE)
    job_id = uuid4()

    await cassandra.execute("INSERT INTO jobs (job_id, state) VALUES (?, 'waiting')", (job_id,))

    assert await cassandra.execute("SELECT state FROM jobs WHERE job_id = ?", (job_id,)) == [{"state": "waiting"}]
    with pytest.raises(DependencyAwayError, match="Unauthorized"):
        await cassandra.execute_ddl(f"CREATE TABLE {KEYSPACE}.mine (id int PRIMARY KEY)")
    await cassandra.close()


async def test_a_right_that_is_missing_is_waited_for_like_a_server(
    server: GuardedCassandra, access: CassandraAccess
) -> None:
    """Were it a mistake in the record, the job would be put aside."""
    cassandra = await Cassandra.connect(access, KEYSPACE)
    await tell(server, f"REVOKE MODIFY ON KEYSPACE {KEYSPACE} FROM {USER}")

    with pytest.raises(DependencyAwayError, match="no MODIFY permission"):
        await cassandra.execute("DELETE FROM jobs WHERE job_id = ?", (uuid4(),))

    await create_tables(provisioning(server))
    await cassandra.execute("DELETE FROM jobs WHERE job_id = ?", (uuid4(),))
    await cassandra.close()


def with_another_authority(access: CassandraAccess, folder: Path) -> CassandraAccess:
    trustme.CA().cert_pem.write_to_path(folder / "another.pem")
    return replace(access, authority=folder / "another.pem")


def under_another_name(access: CassandraAccess, _: Path) -> CassandraAccess:
    return replace(access, hosts=access.hosts.replace(LOOPBACK, "localhost"))


def with_another_password(access: CassandraAccess, _: Path) -> CassandraAccess:
    return replace(access, password="a wrong one")


def without_login(access: CassandraAccess, _: Path) -> CassandraAccess:
    return replace(access, user=None, password=None)


@pytest.mark.parametrize(
    ("mistaken", "words"),
    [
        (with_another_password, "Bad credentials"),
        (without_login, "requires authentication"),
        (with_another_authority, "certificate verify failed"),
        (under_another_name, "not valid for 'localhost'"),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    mistaken: Callable[[CassandraAccess, Path], CassandraAccess], words: str, access: CassandraAccess, tmp_path: Path
) -> None:
    with pytest.raises(DependencyAwayError, match=words) as raised:
        await Cassandra.connect(mistaken(access, tmp_path), KEYSPACE)

    assert "a wrong one" not in str(raised.value)


async def test_a_session_that_is_refused_meanwhile_goes_on_once_it_is_let_in_again(
    server: GuardedCassandra, access: CassandraAccess
) -> None:
    async with wired_to((LOOPBACK, server.port)) as wire:
        cassandra = await Cassandra.connect(replace(access, hosts=f"{LOOPBACK}:{wire.port}"), KEYSPACE)
        await wire.cut()
        await tell(server, f"ALTER ROLE {USER} WITH LOGIN = false")
        await wire.mend()
        for _ in range(3):  # longer than the driver's first tries
            assert not await cassandra.answers()
            await asyncio.sleep(0.5)

        await tell(server, f"ALTER ROLE {USER} WITH LOGIN = true")

        async with asyncio.timeout(20):
            while not await cassandra.answers():
                await asyncio.sleep(0.1)
        await cassandra.close()


async def test_a_service_that_is_refused_is_not_ready_and_says_what_it_waits_for(server: GuardedCassandra) -> None:
    (port,) = free_ports(1)
    settings = ProcessSettings.model_validate(
        {
            "kafka_url": "unused:1",
            "cassandra_hosts": server.hosts,
            "cassandra_user": USER,
            "cassandra_password": "a wrong one",
            "cassandra_ca": server.papers.authority,
            "health_host": LOOPBACK,
            "health_port": port,
        }
    )
    starting = asyncio.create_task(standing_on(settings, "test").__aenter__())
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(20):
            while (said := await readiness(session, port)) != (503, ["cassandra"]):
                assert said[0] in (0, 503)
                await asyncio.sleep(0.1)
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)


async def readiness(session: aiohttp.ClientSession, port: int) -> tuple[int, list[str]]:
    try:
        async with session.get(f"http://{LOOPBACK}:{port}/readyz") as answer:
            return answer.status, (await answer.json())["waiting_for"]
    except aiohttp.ClientConnectionError:
        return 0, []
