"""The whole system on real parts, with everything in a test's reach: servers, processes, relay, picture web, disk."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from deploy.local.cassandra import Cassandra as CassandraNode
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.processes import Processes
from deploy.local.servers import Server
from deploy.local.setup import Tools
from shared.links import Links
from shared.provision import ProvisionSettings, create_tables, create_topics
from tests.faults.instances import Fleet, Instance
from tests.integration.relay import ScriptedRelay, relaying
from tests.pictureweb.site import PictureWeb
from tests.unlimited import WITHOUT_LIMITS

KEYSPACE = "faults"
PARTITIONS = 4


@dataclass(frozen=True)
class System:
    """`settled` are jobs of earlier tests: what is seen of them is not this test's doing."""

    kafka_url: str
    cassandra_hosts: str
    kafka: Server
    cassandra: Server
    relay: ScriptedRelay
    web: PictureWeb
    fleet: Fleet
    gateways: list[str]
    links: Links
    archives: Path
    logs: Path
    settled: set[UUID] = field(default_factory=set)


@asynccontextmanager
async def running_system(
    folder: Path,
    tools: Tools,
    *,
    replicas: int = 2,
    chosen: Mapping[str, str] | None = None,
    jmx_port: int | None = None,
) -> AsyncIterator[System]:
    """Everything answers; gone when the block ends. `chosen` settings win, for all services. `jmx_port`: nodetool's."""
    kafka_port, controller_port, cassandra_port, storage_port, *web_ports = free_ports(4 + replicas)
    broker = Kafka(folder, tools.kafka_jars, kafka_port, controller_port)
    node = CassandraNode(folder, tools.cassandra_jars, cassandra_port, storage_port, jmx_port)
    kafka, cassandra = Server(broker, Processes(folder)), Server(node, Processes(folder))
    gateways = [f"http://127.0.0.1:{port}" for port in web_ports]
    key = secrets.token_hex(32)
    async with AsyncExitStack() as stack:
        await _start(stack, kafka, cassandra)
        await provisioned(broker.url, node.hosts)
        relay = await stack.enter_async_context(relaying())
        web = await stack.enter_async_context(PictureWeb.running())
        settings = {
            "AID_KAFKA_URL": broker.url,
            "AID_CASSANDRA_HOSTS": node.hosts,
            "AID_CASSANDRA_KEYSPACE": KEYSPACE,
            "AID_ARCHIVES": (folder / "archives").as_uri(),
            "AID_SMTP_URL": f"smtp://127.0.0.1:{relay.port}",
            "AID_MAIL_FROM": "images@example.com",
            "AID_PUBLIC_URL": gateways[0],
            "AID_SECRET_KEYS": key,
            "AID_ADDRESS_KEY": key,
            **WITHOUT_LIMITS,
            "AID_ENGINES": "google",
            "AID_GOOGLE_URL": web.google_url,
            "AID_THUMBNAILS": "never",  # the picture web's lie outside of this machine
            "AID_ALLOWED_PRIVATE_ADDRESSES": ",".join(web.addresses),
            "AID_CHROME_BINARY": tools.chromium.browser,
            "AID_CHROMEDRIVER": tools.chromium.driver,
            **(chosen or {}),
        }
        logs = folder / "log"
        fleet = Fleet(_instances(settings, web_ports, logs))
        stack.push_async_callback(fleet.kill)
        await fleet.start()
        yield System(
            broker.url,
            node.hosts,
            kafka,
            cassandra,
            relay,
            web,
            fleet,
            gateways,
            Links((key,), gateways[0]),
            folder / "archives",
            logs,
        )


async def _start(stack: AsyncExitStack, *servers: Server) -> None:
    for server in servers:
        stack.push_async_callback(asyncio.to_thread, server.kill)
        await asyncio.to_thread(server.start)
    for server in servers:
        await asyncio.to_thread(server.wait_ready)


async def provisioned(kafka_url: str, cassandra_hosts: str) -> None:
    settings = ProvisionSettings(
        kafka_url=kafka_url, cassandra_hosts=cassandra_hosts, cassandra_keyspace=KEYSPACE, partitions=PARTITIONS
    )
    await create_tables(settings)
    await create_topics(settings)


def _instances(settings: Mapping[str, str], web_ports: list[int], logs: Path) -> list[Instance]:
    gateways = [
        Instance("gateway", {**settings, "AID_WEB_HOST": "127.0.0.1", "AID_WEB_PORT": str(port)}, logs)
        for port in web_ports
    ]
    others = ("scheduler", "scraper", "packager", "notifier")
    return gateways + [Instance(name, settings, logs) for name in others for _ in web_ports]
