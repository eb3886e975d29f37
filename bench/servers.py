"""Kafka and Cassandra of a measurement's own, on free ports of loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from deploy.local.artefacts import cassandra_jars, kafka_jars
from deploy.local.cassandra import Cassandra
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.servers import serving
from shared.provision import ProvisionSettings, create_tables, create_topics


@contextmanager
def real_servers(home: Path, jmx_port: int | None = None) -> Iterator[tuple[str, str]]:
    """Where they answer, as `host:port` each; says with what they are spoken to. `jmx_port`: for nodetool."""
    print(", ".join(f"{name} {version(name)}" for name in ("faust-streaming", "aiokafka", "cassandra-driver")))
    kafka_port, controller_port, cassandra_port, storage_port = free_ports(4)
    kafka = Kafka(home=home, jars=kafka_jars(), port=kafka_port, controller_port=controller_port)
    cassandra = Cassandra(home, cassandra_jars(), cassandra_port, storage_port, jmx_port)
    with serving(kafka, home), serving(cassandra, home):
        yield kafka.url, cassandra.hosts


async def provision(kafka_url: str, cassandra_hosts: str) -> None:
    """The tables and topics, as a deployment makes them."""
    settings = ProvisionSettings(kafka_url=kafka_url, cassandra_hosts=cassandra_hosts)
    await create_tables(settings)
    await create_topics(settings)
